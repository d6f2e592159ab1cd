//! Letters that visitors have sent.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Connected, browser::Answer};

/// What a deployment asks for whose visitors send letters.
pub const SENDING_SCOPES: &str =
    "openid profile email offline_access User.Read Mail.ReadWrite Mail.Send";

/// A letter to Grace.
#[must_use]
pub fn letter(subject: &str) -> Value {
    json!({
        "to": [{"name": "Grace Hopper", "address": "grace@contoso.example"}],
        "subject": subject,
        "body": {"content_type": "text", "content": "Dear Grace,\nthe engine runs."},
    })
}

impl Connected {
    /// `POST …/messages` with this idempotency key.
    pub async fn send(&self, key: &str, letter: &Value) -> Answer {
        let page = self.visitor.page();
        let path = format!("/v1/accounts/{}/messages", self.id());
        let request = page.request(Method::POST, &path);
        let request = request.header("idempotency-key", key);
        let request = request.body("application/json", letter.to_string());
        page.fetch(request).await
    }

    /// `GET …/sendings/{key}`.
    pub async fn look_up(&self, key: &str) -> Answer {
        self.get(&format!("/sendings/{key}")).await
    }

    /// The messages with this subject in a folder.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn found_in(&self, folder: &str, subject: &str) -> Vec<Value> {
        let path = format!("/messages?folder={folder}&limit=100");
        let list = self.get(&path).await.json();
        let messages = list["messages"].as_array().expect("messages").iter();
        let about = |message: &&Value| message["subject"] == subject;
        messages.filter(about).cloned().collect()
    }
}
