//! Somebody tampers with the way back: typed refusals, no token request, nothing broken.

use connect_outlook_tests::{Answering, FLOW_COOKIE, page::finishing, story};
use serde_json::{Value, json};

/// R21, R39: a code goes to Microsoft once.
#[tokio::test]
async fn a_callback_that_is_replayed_changes_nothing() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        assert_eq!(
            visitor.page().finish(&attempt, &callback).await.json()["status"],
            "connected"
        );
        let handle = visitor.session_handle();
        let again = visitor.page().finish(&attempt, &callback).await;
        assert_eq!(
            (again.status, again.code().as_str()),
            (400, "attempt_unknown")
        );
        assert_eq!(world.token_requests().len(), 1);
        assert_eq!(visitor.session_handle(), handle, "the session stays");
        assert_eq!(visitor.page().get("/v1/session").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_altered_state_connects_nothing_and_the_right_one_still_does() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let right = finishing(&attempt, &callback);
        let state = callback.get("state").unwrap();
        for position in [0, state.len() / 2] {
            let mut altered = state.to_owned();
            altered.replace_range(
                position..=position,
                if state[position..].starts_with('A') {
                    "B"
                } else {
                    "A"
                },
            );
            let answer = visitor
                .page()
                .post("/v1/sessions", &with(&right, "state", &altered))
                .await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "attempt_unknown")
            );
        }
        assert_eq!(world.token_requests().len(), 0);
        assert_eq!(
            visitor.page().post("/v1/sessions", &right).await.json()["status"],
            "connected"
        );
    })
    .await;
}

/// R22: a valid state without the browser it was made for is worth nothing, and its owner does not suffer.
#[tokio::test]
async fn another_browser_cannot_finish_an_attempt_and_its_owner_still_can() {
    story(async |world| {
        let owner = world.visitor();
        let (attempt, callback) = owner.sign_in(Answering::Yes("ada")).await;
        let without_cookie = world.visitor();
        let with_own_cookie = world.visitor();
        with_own_cookie.page().start_attempt(&json!({})).await;
        for stranger in [without_cookie, with_own_cookie] {
            let answer = stranger.page().finish(&attempt, &callback).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "attempt_not_yours")
            );
            assert_eq!(stranger.session_handle(), None);
        }
        assert_eq!(world.token_requests().len(), 0);
        assert_eq!(
            owner.page().finish(&attempt, &callback).await.json()["status"],
            "connected"
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_lost_its_flow_cookie_cannot_finish() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        visitor.browser().jar().remove(FLOW_COOKIE);
        let answer = visitor.page().finish(&attempt, &callback).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "attempt_not_yours")
        );
        assert_eq!(world.token_requests().len(), 0);
    })
    .await;
}

/// R21: one atomic take before the request.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_parallel_callbacks_with_one_state_one_asks_microsoft() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let body = finishing(&attempt, &callback);
        let answers = world.all_at_once(50, || {
            let (visitor, body) = (visitor.clone(), body.clone());
            async move { visitor.page().post("/v1/sessions", &body).await }
        });
        let answers = answers.await;
        let connected = answers
            .iter()
            .filter(|answer| answer.status == 200 && answer.json()["status"] == "connected");
        assert_eq!(connected.count(), 1);
        let refused = answers
            .iter()
            .filter(|answer| answer.status == 400 && answer.code() == "attempt_unknown");
        assert_eq!(refused.count(), 49);
        assert_eq!(world.token_requests().len(), 1);
    })
    .await;
}

/// The page fixes the challenge at the start; what comes at the end must hash to it.
#[tokio::test]
async fn a_verifier_that_does_not_match_reaches_nobody() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let wrong = with(
            &finishing(&attempt, &callback),
            "code_verifier",
            &connect_outlook_tests::page::verifier(),
        );
        let answer = visitor.page().post("/v1/sessions", &wrong).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "verifier_mismatch")
        );
        assert_eq!(world.token_requests().len(), 0);
        assert_eq!(visitor.session_handle(), None);
    })
    .await;
}

/// Login CSRF from the other side: a code of the attacker's, pushed into the victim's attempt, fails on PKCE at Microsoft.
#[tokio::test]
async fn a_code_of_another_attempt_is_not_redeemed() {
    story(async |world| {
        let (victim, attacker) = (world.visitor(), world.visitor());
        let (_, foreign) = attacker.sign_in(Answering::Yes("alan")).await;
        let (attempt, callback) = victim.sign_in(Answering::Yes("ada")).await;
        let mixed = with(
            &finishing(&attempt, &callback),
            "code",
            foreign.get("code").unwrap(),
        );
        let outcome = victim.page().post("/v1/sessions", &mixed).await.json();
        assert_ne!(outcome["status"], "connected");
        assert_eq!(victim.session_handle(), None);
        assert_eq!(world.token_requests()[0].answer["error"], "invalid_grant");
        assert_eq!(world.rows("grants").await, 0);
    })
    .await;
}

/// R25, R55: flows side by side do not disturb each other.
#[tokio::test]
async fn two_tabs_with_an_attempt_each_both_connect() {
    story(async |world| {
        let visitor = world.visitor();
        let (first, first_callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let (second, second_callback) = visitor.sign_in_anew(Answering::Yes("alan")).await;
        assert_ne!(first.field("state"), second.field("state"));
        let finished = visitor.page().finish(&first, &first_callback).await.json();
        assert_eq!(
            finished["account"]["display_name"], "Ada Lovelace",
            "{finished}"
        );
        let finished = visitor
            .page()
            .finish(&second, &second_callback)
            .await
            .json();
        assert_eq!(
            finished["account"]["display_name"], "Alan Turing",
            "{finished}"
        );
        let session = visitor.page().get("/v1/session").await.json();
        assert_eq!(
            session["accounts"].as_array().map(Vec::len),
            Some(2),
            "{session}"
        );
    })
    .await;
}

/// R25: at most five attempts of a browser are open; the oldest goes.
#[tokio::test]
async fn the_sixth_attempt_of_a_browser_ends_the_first() {
    story(async |world| {
        let visitor = world.visitor();
        let (first, first_callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let mut latest = visitor.sign_in(Answering::Yes("ada")).await;
        for _ in 0..4 {
            latest = visitor.sign_in(Answering::Yes("ada")).await;
        }
        let dropped = visitor.page().finish(&first, &first_callback).await;
        assert_eq!(
            (dropped.status, dropped.code().as_str()),
            (400, "attempt_unknown")
        );
        let (attempt, callback) = latest;
        assert_eq!(
            visitor.page().finish(&attempt, &callback).await.json()["status"],
            "connected"
        );
    })
    .await;
}

/// R19: state, nonce and challenge are fresh each time; a challenge that was used is refused (a constant verifier).
#[tokio::test]
async fn nothing_of_an_attempt_is_used_twice() {
    story(async |world| {
        let visitor = world.visitor();
        let first = visitor.page().start_attempt(&json!({})).await;
        let second = visitor.page().start_attempt(&json!({})).await;
        for name in ["state", "nonce"] {
            assert_ne!(first.field(name), second.field(name));
            assert!(first.field(name).len() >= 43, "256 bits of {name}");
        }
        let repeated = json!({
            "code_challenge": connect_outlook_tests::page::challenge(&first.verifier),
            "code_challenge_method": "S256",
        });
        let answer = visitor.page().post("/v1/attempts", &repeated).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "bad_request")
        );
    })
    .await;
}

fn with(body: &Value, name: &str, value: &str) -> Value {
    let mut changed = body.clone();
    changed[name] = value.into();
    changed
}
