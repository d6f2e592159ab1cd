//! Connecting a mailbox and reading it.

use connect_outlook_tests::{Answering, story};
use serde_json::Value;

#[tokio::test]
async fn ada_connects_and_reads_her_inbox() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        assert_eq!(ada.account["display_name"], "Ada Lovelace");
        assert_eq!(ada.account["address"], "ada@contoso.example");
        assert_eq!(ada.account["state"], "connected");

        let inbox = ada.inbox().await;
        assert!(inbox.len() >= 10, "only {} messages", inbox.len());
        assert!(inbox.iter().all(|message| message["subject"].is_string()));
        let times: Vec<_> = inbox
            .iter()
            .map(|message| message["received_at"].as_i64())
            .collect();
        assert!(
            times.is_sorted_by(|newer, older| newer >= older),
            "the newest comes first: {times:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_opened_message_has_its_text() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let first = ada.inbox().await.remove(0);
        let id = first["id"].as_str().unwrap();
        let message = ada.get(&format!("/messages/{id}")).await.json();
        assert_eq!(message["subject"], first["subject"]);
        assert_eq!(message["body"]["content_type"], "text");
        assert!(
            message["body"]["content"]
                .as_str()
                .is_some_and(|text| text.trim().len() > 20),
            "{message}"
        );

        let unknown = ada
            .get("/messages/AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A")
            .await;
        assert_eq!(
            (unknown.status, unknown.code().as_str()),
            (404, "message_unknown")
        );
    })
    .await;
}

#[tokio::test]
async fn folders_are_named_by_what_they_are_for() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let folders = ada.get("/folders").await.json();
        let role = |wanted: &str| {
            let all = folders["folders"].as_array().unwrap();
            all.iter()
                .find(|folder| folder["role"] == wanted)
                .unwrap_or_else(|| panic!("{wanted}: {folders}"))
                .clone()
        };
        for wanted in ["inbox", "sent", "drafts", "trash", "archive", "junk"] {
            assert!(role(wanted)["id"].is_string());
        }
        let inbox = role("inbox");
        assert!(inbox["total"].as_u64() >= inbox["unread"].as_u64());
        let by_id = ada
            .get(&format!(
                "/messages?folder={}",
                inbox["id"].as_str().unwrap()
            ))
            .await
            .json();
        assert_eq!(by_id["messages"][0]["id"], ada.inbox().await[0]["id"]);
    })
    .await;
}

#[tokio::test]
async fn the_whole_inbox_can_be_read_page_by_page_and_no_message_comes_twice() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ada
                .get(&format!("/messages?folder=inbox&limit=10{cursor}"))
                .await;
            assert_eq!(page.status, 200, "{}", page.body);
            let page = page.json();
            seen.extend(
                page["messages"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|message| message["id"].to_string()),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let folders = ada.get("/folders").await.json();
        let inbox = folders["folders"]
            .as_array()
            .unwrap()
            .iter()
            .find(|folder| folder["role"] == "inbox")
            .unwrap();
        assert_eq!(Some(seen.len() as u64), inbox["total"].as_u64());
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    })
    .await;
}

/// R134: Graph's own links never leave the server; a cursor is ours, sealed, and of one account.
#[tokio::test]
async fn a_cursor_is_opaque_and_belongs_to_its_account() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let page = ada.get("/messages?folder=inbox&limit=10").await.json();
        let cursor = page["next_cursor"].as_str().unwrap();
        assert!(
            !cursor.contains("http") && !cursor.contains("skip"),
            "{cursor}"
        );

        let alan = world.visitor().connect("alan").await;
        let foreign = alan
            .get(&format!("/messages?folder=inbox&cursor={cursor}"))
            .await;
        assert_eq!(
            (foreign.status, foreign.code().as_str()),
            (400, "bad_request")
        );
        let mut altered = cursor.to_owned();
        altered.replace_range(20..21, if &cursor[20..21] == "A" { "B" } else { "A" });
        let altered = ada
            .get(&format!("/messages?folder=inbox&cursor={altered}"))
            .await;
        assert_eq!(altered.status, 400);
    })
    .await;
}

/// entra 58: personal accounts live in a tenant of their own and have other tokens.
#[tokio::test]
async fn administrators_and_personal_accounts_connect_like_everybody() {
    story(async |world| {
        for (person, name) in [
            ("grace", "Grace Hopper"),
            ("alan", "Alan Turing"),
            ("hedy", "Hedy Lamarr"),
        ] {
            let connected = world.visitor().connect(person).await;
            assert_eq!(connected.account["display_name"], name);
            assert!(!connected.inbox().await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_without_a_mailbox_is_told_so_and_nothing_of_theirs_is_kept() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("charles")).await;
        let outcome = visitor.page().finish(&attempt, &callback).await.json();
        assert_eq!(
            (&outcome["code"], &outcome["actor"]),
            (&"mailbox_unavailable".into(), &"tenant_admin".into())
        );
        assert_eq!(visitor.session_handle(), None);
        assert_eq!(world.rows("grants").await, 0);
    })
    .await;
}

/// R49: who somebody is = tenant and object id; connecting again finds the same account.
#[tokio::test]
async fn connecting_again_keeps_the_account_and_two_people_are_two_accounts() {
    story(async |world| {
        let visitor = world.visitor();
        let first = visitor.connect("ada").await;
        let again = visitor.connect("ada").await;
        assert_eq!(first.id(), again.id());
        let elsewhere = world.visitor().connect("ada").await;
        assert_eq!(first.id(), elsewhere.id());
        assert_ne!(first.id(), world.visitor().connect("alan").await.id());
        assert!(!again.inbox().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_session_tells_who_is_connected() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let session = ada.visitor.page().get("/v1/session").await.json();
        assert_eq!(session["accounts"], Value::from(vec![ada.account.clone()]));
        let now = world.now();
        assert!(session["idle_expires_at"].as_i64() > Some(now));
        assert!(session["expires_at"].as_i64() >= session["idle_expires_at"].as_i64());
    })
    .await;
}

/// R67, R68: another visitor's account is like none at all.
#[tokio::test]
async fn nobody_reads_somebody_elses_mail() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let alan = world.visitor().connect("alan").await;
        for rest in ["/folders", "/messages?folder=inbox", "/messages/x"] {
            let page = alan.visitor.page();
            let foreign = page.get(&format!("/v1/accounts/{}{rest}", ada.id())).await;
            let missing = page
                .get(&format!(
                    "/v1/accounts/00000000-0000-4000-8000-000000000000{rest}"
                ))
                .await;
            assert_eq!(
                (foreign.status, foreign.code().as_str()),
                (404, "account_unknown")
            );
            assert_eq!(
                (missing.status, missing.code()),
                (foreign.status, foreign.code())
            );
        }
        let deleted = alan
            .visitor
            .page()
            .delete(&format!("/v1/accounts/{}", ada.id()))
            .await;
        assert_eq!(deleted.code(), "account_unknown");
        assert!(!ada.inbox().await.is_empty());
    })
    .await;
}
