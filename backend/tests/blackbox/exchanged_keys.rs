//! The key file changes while the server serves.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::browser::Browser;
use super::world::{KEY, World, config};

const NEW: &str = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405060708090a0b0c0d0e0f";

fn page_with_more(world: &World) {
    let next = format!(
        "{}/v1.0/me/mailFolders/inbox/messages?$skip=1&$top=1",
        world.microsoft.origin()
    );
    let page = json!({"value": [{"id": "m1"}], "@odata.nextLink": next});
    world
        .microsoft
        .script()
        .graph_answers
        .push_back((200, page));
}

async fn next_of(reader: &mut Browser, list: &str) -> String {
    let page = reader.get(list).await;
    assert_eq!(page.status, StatusCode::OK, "{:?}", page.body);
    page.body["next_cursor"].as_str().unwrap().to_owned()
}

/// F50: who reads page by page goes on. What is given out from now on is sealed under the new keys: it opens after a
/// restart, and in other servers that have them.
#[tokio::test]
async fn cursors_follow_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let keys = format!("{NEW}\n{KEY}");
    let world = World::start_with(&[("database", &database)]).await;
    let mut ada = world.browser();
    let list = format!("/v1/accounts/{}/messages", ada.connect().await);
    page_with_more(&world);
    let old = next_of(&mut ada, &list).await;
    let with = [("database", database.as_str()), ("key", keys.as_str())];
    world
        .backend
        .reload(config(&world.microsoft, &with))
        .await
        .unwrap();
    page_with_more(&world);
    let new = next_of(&mut ada, &format!("{list}?cursor={old}")).await;
    let restarted =
        connect_outlook_backend::Backend::new(config(&world.microsoft, &with), world.clock.clone());
    let restarted = restarted.await.unwrap();
    let mut there = ada.at(restarted.router());
    let page = there.get(&format!("{list}?cursor={new}")).await;
    assert_eq!(
        (page.status, &page.body["next_cursor"]),
        (StatusCode::OK, &Value::Null)
    );
    let page = there.get(&format!("{list}?cursor={old}")).await;
    assert_eq!(
        page.status,
        StatusCode::BAD_REQUEST,
        "sealed under keys it never had"
    );
}
