//! Mail that comes and goes is told.

use serde_json::{Value, json};

use super::{Story, kinds};
use crate::mailbox::{Mailbox, text};

async fn sent_to_ada(story: &Story) {
    let grace = story.ada.beside("grace@contoso.example", &["Mail.Send"]);
    let to = json!([{ "emailAddress": { "address": "ada@contoso.example" } }]);
    let body = json!({ "message": { "subject": "News", "toRecipients": to } });
    assert_eq!(grace.post("/me/sendMail", &body).await.status, 202);
}

/// E26, E59: a letter that somebody else sends is told to whom it arrives with, by the id it has there.
#[tokio::test]
async fn a_letter_that_arrives_is_told() {
    let mut story = Story::begin().await;
    story.subscribed(json!({})).await;
    sent_to_ada(&story).await;
    let told = story.told().await;
    let arrived = story.ada.newest("inbox").await;
    assert_eq!(arrived["subject"], "News");
    assert_eq!(kinds(&told), [("created", text(&arrived, "id"))]);
}

/// E28, E59: what is on its way is told when it arrives, though nobody asks Graph anything meanwhile.
#[tokio::test]
async fn a_letter_on_its_way_is_told_when_it_arrives() {
    let mut story = Story::with(|switches| switches.sending_delay = 60).await;
    story.subscribed(json!({})).await;
    sent_to_ada(&story).await;
    assert_eq!(story.told().await, Vec::<Value>::new());
    story.later(61);
    let told = story.told().await;
    let changes: Vec<_> = told.iter().map(|entry| &entry["changeType"]).collect();
    assert_eq!(changes, ["created"]);
}

/// E35, E59: a deleted message is told as deleted, and so is a purged one.
#[tokio::test]
async fn a_deletion_is_told() {
    let mut story = Story::begin().await;
    story.subscribed(json!({})).await;
    let first = story.ada.newest("inbox").await;
    let path = format!("/me/messages/{}", text(&first, "id"));
    assert_eq!(story.ada.delete(&path).await.status, 204);
    let second = story.ada.newest("inbox").await;
    let path = format!("/me/messages/{}/permanentDelete", text(&second, "id"));
    assert_eq!(story.ada.post_nothing(&path).await.status, 204);
    let told = story.told().await;
    let expected = [&first, &second].map(|message| ("deleted", text(message, "id")));
    assert_eq!(kinds(&told), expected);
}

/// graph-mail §16.4: an app by itself watches any mailbox of its tenant and owns its subscription; on behalf of people,
/// apps watch their own mailbox only, also where another is shared with them.
#[tokio::test]
async fn an_app_watches_where_a_delegate_may_not() {
    let mut story = Story::begin().await;
    let app = story.ada.app_beside(&["Mail.Read"]);
    let mut wanted = story.wanted();
    wanted["resource"] = json!("/users/ada@contoso.example/mailFolders('inbox')/messages");
    let made = app.post("/subscriptions", &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text);
    story.receiver.arrived();
    let own = |visitor: Vec<Value>| visitor.len();
    assert_eq!(own(app.list("/subscriptions").await), 1);
    assert_eq!(own(story.ada.list("/subscriptions").await), 0);
    sent_to_ada(&story).await;
    assert_eq!(story.told().await[0]["subscriptionId"], made.json()["id"]);
    let delegate = shared(&story.ada);
    wanted["resource"] = json!("/users/alan@contoso.example/messages");
    delegate
        .post("/subscriptions", &wanted)
        .await
        .is_refused(403, "ErrorAccessDenied");
}

fn shared(ada: &Mailbox) -> Mailbox {
    ada.beside("ada@contoso.example", &["Mail.Read.Shared"])
}
