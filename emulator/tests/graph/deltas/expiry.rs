//! Tokens that are no longer known.

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName};
use serde_json::json;

use super::{INBOX, ada_with, ids, messages, round, touch};
use crate::mailbox::{Answer, Mailbox, text};

fn forget(ada: &Mailbox, person: &str) {
    let scenario = NewScenario::new(ScenarioName::DeltaTokensExpired).person(person);
    ada.emulator.set_scenario(&scenario).expect("suits");
}

fn is_expired(answer: &Answer) {
    answer.is_refused(410, "SyncStateNotFound");
    let message = answer.error()["message"].as_str().expect("text").to_owned();
    assert!(
        message.contains("generation is not found; generation=1;[highest=2]"),
        "{message}"
    );
}

/// E50: a switch makes all tokens unknown, and they stay so; a new round has good ones.
#[tokio::test]
async fn forgotten_tokens_are_gone_for_good() {
    let ada = Mailbox::of_ada().await;
    let link = round(&ada, INBOX).await.link;
    forget(&ada, "grace@contoso.example");
    assert_eq!(ada.get(&link).await.status, 200);
    forget(&ada, "ada@contoso.example");
    for _ in 0..2 {
        let answer = ada.get(&link).await;
        is_expired(&answer);
        assert!(!answer.headers.contains_key("location"));
    }
    let anew = round(&ada, INBOX).await;
    assert!(anew.told.len() > 20);
    let message = messages(&ada).await.remove(0);
    touch(&ada, &message, json!({ "isRead": false })).await;
    assert_eq!(
        ids(&round(&ada, &anew.link).await.told),
        [text(&message, "id")]
    );
}

/// E50: also in the middle of a first round.
#[tokio::test]
async fn a_round_can_break_off() {
    let ada = Mailbox::of_ada().await;
    let page = ada.json(INBOX).await;
    forget(&ada, "ada@contoso.example");
    is_expired(&ada.get(text(&page, "@odata.nextLink")).await);
}

/// E50: on demand the answer says where to begin anew, with the options of the first call.
#[tokio::test]
async fn the_answer_can_say_where_to_begin() {
    let ada = ada_with(|switches| switches.delta.location = true).await;
    let link = round(&ada, &format!("{INBOX}?$select=subject")).await.link;
    forget(&ada, "ada@contoso.example");
    let answer = ada.get(&link).await;
    is_expired(&answer);
    let location = answer.header("location").to_owned();
    assert!(
        location.ends_with("delta?$select=subject&$deltatoken="),
        "{location}"
    );
    let anew = round(&ada, &location).await;
    assert!(anew.told.len() > 20 && anew.told[0].get("body").is_none());
}

/// E50 for the next call only, as a fault: the token is good again afterwards.
#[tokio::test]
async fn a_single_call_can_fail_so() {
    let ada = Mailbox::of_ada().await;
    let link = round(&ada, INBOX).await.link;
    let scenario = NewScenario::new(ScenarioName::DeltaReset).person("ada@contoso.example");
    ada.emulator.set_scenario(&scenario).expect("suits");
    ada.get(&link).await.is_refused(410, "SyncStateNotFound");
    assert_eq!(ada.get(&link).await.status, 200);
}

/// E50, E51 by request.
#[tokio::test]
async fn switches_are_set_by_request() {
    let ada = Mailbox::of_ada().await;
    let url = format!("{}/_emulator/switches", ada.emulator.origin());
    let body = json!({ "delta": { "repeats": true } });
    let switches = ada.send(reqwest::Method::POST, &url, &body).await.json();
    let expected = json!({ "replays": false, "repeats": true, "location": false });
    assert_eq!(switches["delta"], expected);
    for wrong in [
        json!({ "delta": { "colour": "red" } }),
        json!({ "delta": { "repeats": 1 } }),
    ] {
        assert_eq!(
            ada.send(reqwest::Method::POST, &url, &wrong).await.status,
            422
        );
    }
}
