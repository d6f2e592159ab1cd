//! Delta queries, round by round.

mod changes;
mod expiry;
mod folders;
mod options;
mod rounds;

use std::collections::BTreeMap;

use connect_outlook_emulator::{Emulator, Switches};
use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Mailbox, entries, send, text};

const INBOX: &str = "/me/mailFolders/inbox/messages/delta";

/// A whole round.
struct Round {
    /// What all its pages told, in order.
    told: Vec<Value>,
    /// How many pages there were.
    pages: usize,
    /// Where the next round begins.
    link: String,
}

/// Goes a round that begins at `path`.
async fn round(ada: &Mailbox, path: &str) -> Round {
    let (mut told, mut pages) = (Vec::new(), 0);
    let mut next = path.to_owned();
    loop {
        let page = ada.json(&next).await;
        told.extend(entries(&page));
        pages += 1;
        match page["@odata.deltaLink"].as_str() {
            Some(link) => {
                assert!(page.get("@odata.nextLink").is_none());
                let link = link.to_owned();
                return Round { told, pages, link };
            }
            None => next = text(&page, "@odata.nextLink").to_owned(),
        }
    }
}

/// Ada with these switches.
async fn ada_with(change: impl FnOnce(&mut Switches)) -> Mailbox {
    let mut switches = Switches::default();
    change(&mut switches);
    let builder = Emulator::builder().switches(switches);
    Mailbox::within(
        builder,
        "ada@contoso.example",
        &["User.Read", "Mail.ReadWrite"],
    )
    .await
}

/// The newest read message of the inbox, and others after it.
async fn messages(ada: &Mailbox) -> Vec<Value> {
    ada.list("/me/mailFolders/inbox/messages?$filter=isRead eq true")
        .await
}

async fn touch(ada: &Mailbox, message: &Value, change: Value) {
    let path = format!("/me/messages/{}", text(message, "id"));
    ada.send(Method::PATCH, &path, &change).await.json();
}

/// Moves a message and answers how it looks there.
async fn moved(ada: &Mailbox, message: &Value, destination: &str) -> Value {
    let path = format!("/me/messages/{}/move", text(message, "id"));
    ada.send(
        Method::POST,
        &path,
        &json!({ "destinationId": destination }),
    )
    .await
    .json()
}

async fn delete(ada: &Mailbox, path: &str) {
    assert_eq!(send(ada.request(Method::DELETE, path)).await.status, 204);
}

fn ids(told: &[Value]) -> Vec<&str> {
    told.iter().map(|entry| text(entry, "id")).collect()
}

/// How a removed thing is told.
fn gone(message: &Value) -> Value {
    json!({ "id": message["id"], "@removed": { "reason": "deleted" } })
}

/// What a client would have that applies what it is told: the last word of each thing.
fn applied(store: &mut BTreeMap<String, Value>, told: &[Value]) {
    for entry in told {
        let id = text(entry, "id").to_owned();
        match entry.get("@removed") {
            Some(_) => store.remove(&id),
            None => store.insert(id, entry.clone()),
        };
    }
}
