//! Subscriptions to change notifications, and their delivery.

mod arrivals;
mod delivery;
mod handshake;
mod lifecycle;
mod receiver;
mod retries;
mod subscriptions;

use connect_outlook_emulator::{Emulator, Switches, rfc3339};
use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Answer, Mailbox, text};
use receiver::Receiver;

/// Ada with a receiver of her own.
struct Story {
    ada: Mailbox,
    receiver: Receiver,
}

impl Story {
    async fn begin() -> Self {
        Self::with(|_| ()).await
    }

    /// In an emulator whose switches are changed so.
    async fn with(change: impl FnOnce(&mut Switches)) -> Self {
        let mut switches = Switches::default();
        change(&mut switches);
        let builder = Emulator::builder().switches(switches);
        let ada = Mailbox::within(
            builder,
            "ada@contoso.example",
            &["User.Read", "Mail.ReadWrite", "Mail.Send"],
        )
        .await;
        Self {
            ada,
            receiver: Receiver::start().await,
        }
    }

    /// A subscription to all changes in the inbox for a day, as a client asks for it.
    fn wanted(&self) -> Value {
        let tomorrow = self.ada.emulator.clock().now() + 86_400;
        json!({
            "changeType": "created,updated,deleted",
            "resource": "me/mailFolders('inbox')/messages",
            "notificationUrl": self.receiver.url("/mail?kept=yes"),
            "expirationDateTime": rfc3339(tomorrow),
            "clientState": "known only to us",
        })
    }

    /// Asks for a subscription that differs in these properties; null leaves one out.
    async fn asked(&self, changes: Value) -> Answer {
        let mut wanted = self.wanted();
        for (name, value) in changes.as_object().expect("an object") {
            wanted[name] = value.clone();
        }
        let members = wanted.as_object_mut().expect("an object");
        members.retain(|_, value| !value.is_null());
        self.ada.send(Method::POST, "/subscriptions", &wanted).await
    }

    /// A subscription that differs in these properties. The handshakes are over.
    async fn subscribed(&mut self, changes: Value) -> Value {
        let answer = self.asked(changes).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        self.receiver.arrived();
        answer.json()
    }

    /// Some message of the inbox.
    async fn message(&self) -> Value {
        let path = "/me/mailFolders/inbox/messages?$top=1&$filter=isRead eq true";
        self.ada.list(path).await.remove(0)
    }

    /// Changes a message a little.
    async fn touch(&self, message: &Value, change: Value) {
        let path = format!("/me/messages/{}", text(message, "id"));
        self.ada.send(Method::PATCH, &path, &change).await.json();
    }

    /// Moves a message and answers how it looks there.
    async fn moved(&self, message: &Value, destination: &str) -> Value {
        let path = format!("/me/messages/{}/move", text(message, "id"));
        let body = json!({ "destinationId": destination });
        self.ada.send(Method::POST, &path, &body).await.json()
    }

    /// What was told, once everything due is delivered.
    async fn told(&mut self) -> Vec<Value> {
        self.ada.emulator.notifications_settled().await;
        self.receiver.told()
    }

    /// Lets time pass.
    fn later(&self, seconds: i64) {
        self.ada.emulator.clock().advance(seconds);
    }
}

/// Kinds of changes with the ids they are about.
fn kinds(told: &[Value]) -> Vec<(&str, &str)> {
    let pair = |entry| {
        (
            text(entry, "changeType"),
            text(&entry["resourceData"], "id"),
        )
    };
    told.iter().map(pair).collect()
}
