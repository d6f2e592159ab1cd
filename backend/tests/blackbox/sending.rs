//! Letters: out of one's own mailbox, and by nobody who has lost the right to send them.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use connect_outlook_backend::clock::UnixTime;
use connect_outlook_backend::vault::{KeyRing, Location, SENDING_MEMORY, Vault};
use serde_json::json;

use super::browser::{Browser, ask};
use super::world::{KEY, START, World};

/// Ada, who may send, and the address to post letters to.
async fn may_send(world: &World) -> (Browser, String) {
    let scope = "openid profile User.Read Mail.ReadWrite Mail.Send";
    let mut ada = world.browser();
    world
        .microsoft
        .script()
        .answer
        .insert("scope", json!(scope));
    let letters = format!("/v1/accounts/{}/messages", ada.connect().await);
    world.microsoft.script().graph.clear();
    (ada, letters)
}

fn letter(browser: &Browser, letters: &str) -> Request<Body> {
    let letter = json!({
        "to": [{"address": "grace@contoso.example"}],
        "body": {"content_type": "text", "content": "Dear Grace"},
    });
    let request = browser.request(Method::POST, letters);
    let request = request.header("idempotency-key", "a-key-of-the-page-0001");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(letter.to_string())).unwrap()
}

/// R60: a session opens the mailboxes that are in it, for writing too.
#[tokio::test]
async fn nobody_sends_out_of_somebody_elses_mailbox() {
    let world = World::start().await;
    let (_ada, letters) = may_send(&world).await;
    let mut grace = world.browser();
    let claims = ("oid", json!("33333333-aaaa-4bbb-8ccc-555555555555"));
    world.microsoft.script().claims.extend([claims]);
    grace.connect().await;
    world.microsoft.script().graph.clear();
    let answer = ask(&world.backend.router(), letter(&grace, &letters)).await;
    assert_eq!(answer.code(), "account_unknown");
    assert!(world.microsoft.script().graph.is_empty());
}

/// R140, F56: while the letter was put into Drafts its run became somebody else's. The draft is taken away, and nothing is
/// sent.
#[tokio::test]
async fn who_was_overtaken_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let world = World::start_with(&[("database", &database)]).await;
    let (ada, letters) = may_send(&world).await;
    {
        let mut script = world.microsoft.script();
        let draft = json!({"id": "AAMk-draft", "conversationId": "AAQk"});
        script
            .graph_answers
            .extend([(201, draft), (404, json!({}))]);
        script.graph_held = true;
    }
    let (router, request) = (world.backend.router(), letter(&ada, &letters));
    let sending = tokio::spawn(async move { ask(&router, request).await });
    while world.microsoft.script().graph.is_empty() {
        assert!(!sending.is_finished(), "{:?}", sending.await);
        tokio::task::yield_now().await;
    }
    // Days later its key is known to nobody, and may be anybody's.
    let location: Location = database.parse().unwrap();
    let vault = Vault::open(&location, KeyRing::parse(KEY).unwrap()).await;
    let later = UnixTime(START).plus(SENDING_MEMORY);
    let purged = vault.unwrap().purge_expired(later, 10).await;
    assert_eq!(purged.unwrap().sendings, 1);
    world.microsoft.let_go();

    let answer = sending.await.unwrap();
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.code(), "sending_under_way");
    let asked = world.microsoft.script().graph.clone();
    assert_eq!(asked, ["/v1.0/me/messages", "/v1.0/me/messages/AAMk-draft"]);
}
