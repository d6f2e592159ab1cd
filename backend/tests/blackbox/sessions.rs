//! Sessions: how long they last, how they end, and whose accounts they open.

use axum::http::{StatusCode, header};
use serde_json::json;

use super::world::{START, World};

const SESSION: &str = "__Host-connect-outlook-session";

#[tokio::test]
async fn who_is_connected_is_told_with_both_limits() {
    let world = World::start().await;
    let mut ada = world.browser();
    assert_eq!(
        ada.get("/v1/session").await.status,
        StatusCode::NO_CONTENT,
        "a browser that never connected has done nothing wrong"
    );
    let id = ada.connect().await;
    let answer = ada.get("/v1/session").await;
    assert_eq!(
        answer.body,
        json!({
            "accounts": [{"id": id, "display_name": "Ada Lovelace", "address": "ada@contoso.example", "state": "connected"}],
            "idle_expires_at": START + 86_400, "expires_at": START + 30 * 86_400,
        })
    );
}

/// R57: a day without use, or thirty days in any case.
#[tokio::test]
async fn a_session_ends_by_itself() {
    let world = World::start().await;
    let (mut idle, mut used) = (world.browser(), world.browser());
    idle.connect().await;
    used.connect().await;
    for _ in 0..30 {
        world.advance(86_400 - 100);
        assert_eq!(used.get("/v1/session").await.status, StatusCode::OK);
    }
    assert_eq!(idle.get("/v1/session").await.code(), "no_session");
    world.advance(3_000);
    assert_eq!(used.get("/v1/session").await.code(), "no_session");
}

/// R58: the old cookie opens nothing; the account stays connected for others of its owner's sessions.
#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let world = World::start().await;
    let (mut here, mut there) = (world.browser(), world.browser());
    here.connect().await;
    there.connect().await;
    let kept = here.clone();
    let answer = here.delete("/v1/session").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(
        answer.headers[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .starts_with(&format!("{SESSION}=; "))
    );
    assert_eq!(kept.clone().get("/v1/session").await.code(), "no_session");
    assert_eq!(there.get("/v1/session").await.status, StatusCode::OK);
    assert_eq!(
        world.browser().delete("/v1/session").await.status,
        StatusCode::NO_CONTENT,
        "nobody signs out without harm"
    );
}

/// R59, R100: disconnecting ends every session that had nothing else, and the account opens for nobody.
#[tokio::test]
async fn disconnecting_ends_what_hung_on_the_account() {
    let world = World::start().await;
    let (mut here, mut there) = (world.browser(), world.browser());
    let id = here.connect().await;
    assert_eq!(there.connect().await, id);
    assert_eq!(
        here.delete(&format!("/v1/accounts/{id}")).await.status,
        StatusCode::NO_CONTENT
    );
    assert!(
        !here.cookies.contains_key(SESSION),
        "the browser is told to forget the session that ended"
    );
    assert_eq!(
        there
            .get(&format!("/v1/accounts/{id}/folders"))
            .await
            .code(),
        "no_session"
    );
    assert_eq!(
        here.connect().await,
        id,
        "the same person is the same account again"
    );
    assert_eq!(
        here.get(&format!("/v1/accounts/{id}/folders")).await.status,
        StatusCode::OK
    );
}

/// R67, R68: another's account is as unknown as one that never was.
#[tokio::test]
async fn an_account_of_another_session_is_unknown() {
    let world = World::start().await;
    let ada = world.browser().connect().await;
    world
        .microsoft
        .script()
        .claims
        .insert("oid", "55555555-aaaa-4bbb-8ccc-666666666666".into());
    let mut grace = world.browser();
    grace.connect().await;
    let never = "00000000-0000-4000-8000-000000000001";
    let asked = world.microsoft.script().graph.len();
    for path in ["folders", "messages", "messages/AAMk"] {
        let (hers, none) = (
            grace.get(&format!("/v1/accounts/{ada}/{path}")).await,
            grace.get(&format!("/v1/accounts/{never}/{path}")).await,
        );
        assert_eq!(
            (hers.status, hers.code()),
            (StatusCode::NOT_FOUND, "account_unknown")
        );
        assert_eq!((none.status, none.code()), (hers.status, hers.code()));
    }
    for id in [ada.as_str(), never, "x", "%00", "%ff", &ada.to_uppercase()] {
        assert_eq!(
            grace.delete(&format!("/v1/accounts/{id}")).await.code(),
            "account_unknown",
            "{id}"
        );
    }
    assert_eq!(world.microsoft.script().graph.len(), asked);
}

/// R28, §4.2: values of other cookies, other lengths, other spellings.
#[tokio::test]
async fn nothing_but_the_handle_opens_a_session() {
    let world = World::start().await;
    let mut ada = world.browser();
    ada.connect().await;
    let handle = ada.cookies[SESSION].clone();
    let flow = ada.cookies["__Host-connect-outlook-flow"].clone();
    let swapped: String = handle
        .chars()
        .map(|letter| {
            if letter.is_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        })
        .collect();
    for bad in [
        flow,
        swapped,
        handle[1..].to_owned(),
        format!("{handle}A"),
        format!("\"{handle}\""),
        format!("{handle}; {SESSION}={handle}"),
    ] {
        ada.cookies.insert(SESSION.to_owned(), bad.clone());
        assert_eq!(ada.get("/v1/session").await.code(), "no_session", "{bad}");
    }
    ada.cookies.insert(SESSION.to_owned(), handle);
    assert_eq!(ada.get("/v1/session").await.status, StatusCode::OK);
}

/// R58, R59: signed out or disconnected in one process, it is over in that one at once and in every other within seconds,
/// although they answer from memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_ends_is_over_in_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let world = World::start_with(&[("database", &database)]).await;
    let another = world.another_process(&database).await;
    for end in ["session", "account"] {
        let mut ada = world.browser();
        let id = ada.connect().await;
        let folders = format!("/v1/accounts/{id}/folders");
        let (mut here, mut there) = (ada.clone(), ada.at(another.router()));
        for browser in [&mut here, &mut there] {
            assert_eq!(browser.get(&folders).await.status, StatusCode::OK);
        }
        let path = match end {
            "session" => "/v1/session".to_owned(),
            _ => format!("/v1/accounts/{id}"),
        };
        assert_eq!(ada.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(here.get(&folders).await.code(), "no_session", "{end}");
        let heard = async {
            while there.get("/v1/session").await.code() != "no_session" {
                tokio::task::yield_now().await;
            }
        };
        let bound = std::time::Duration::from_secs(30);
        tokio::time::timeout(bound, heard).await.unwrap();
    }
    another.stop().await;
}

/// R72: where an account is in use, its owner sees, and ends one or all; of others nothing is seen or ended (R68).
#[tokio::test]
async fn an_owner_sees_all_sessions_and_ends_one_or_all() {
    let world = World::start().await;
    let (mut here, mut there, mut third) = (world.browser(), world.browser(), world.browser());
    for browser in [&mut here, &mut there, &mut third] {
        browser.connect().await;
        world.advance(60);
    }
    let oid = "55555555-aaaa-4bbb-8ccc-666666666666";
    world.microsoft.script().claims.insert("oid", oid.into());
    let mut grace = world.browser();
    grace.connect().await;

    let list = here.get("/v1/sessions").await.body;
    let list = list["sessions"].as_array().unwrap();
    assert_eq!(list.len(), 3, "{list:?}");
    let this: Vec<_> = list
        .iter()
        .map(|session| session["is_this"] == true)
        .collect();
    assert_eq!(this.iter().filter(|this| **this).count(), 1);
    assert_eq!(
        grace.get("/v1/sessions").await.body["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let other = list
        .iter()
        .find(|session| session["is_this"] == false)
        .unwrap();
    let path = format!("/v1/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(grace.delete(&path).await.code(), "session_unknown");
    assert_eq!(
        here.delete("/v1/sessions/x").await.code(),
        "session_unknown"
    );
    assert_eq!(here.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(here.delete(&path).await.code(), "session_unknown");
    let left = here.get("/v1/sessions").await.body;
    assert_eq!(left["sessions"].as_array().unwrap().len(), 2);

    assert_eq!(
        here.clone().delete("/v1/sessions").await.status,
        StatusCode::NO_CONTENT
    );
    for browser in [&mut here, &mut there, &mut third] {
        assert_eq!(browser.get("/v1/session").await.code(), "no_session");
    }
    assert_eq!(grace.get("/v1/session").await.status, StatusCode::OK);
}
