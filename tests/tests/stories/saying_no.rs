//! Saying no, in every way there is.

use connect_outlook_tests::{Answering, story};

#[tokio::test]
async fn declining_is_an_ordinary_end_and_can_be_followed_by_another_try() {
    story(async |world| {
        let visitor = world.visitor();
        let (_, callback) = visitor.sign_in(Answering::Declines("ada")).await;
        assert_eq!(callback.get("error"), Some("access_denied"));
        assert!(
            callback
                .get("error_description")
                .is_some_and(|text| text.starts_with("AADSTS65004"))
        );

        let answer = visitor.page().report_refusal(&callback).await;
        let outcome = answer.json();
        assert_eq!(
            (answer.status, &outcome["status"]),
            (200, &"cancelled".into()),
            "{outcome}"
        );
        assert_eq!(
            (&outcome["actor"], &outcome["next"]),
            (&"visitor".into(), &"try_again".into())
        );
        assert!(
            !outcome["message"].as_str().unwrap().contains("AADSTS"),
            "{outcome}"
        );
        assert_eq!(world.token_requests().len(), 0);
        assert_eq!(visitor.session_handle(), None);

        assert!(!visitor.connect("ada").await.inbox().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn turning_back_before_signing_in_is_an_ordinary_end() {
    story(async |world| {
        let visitor = world.visitor();
        let (_, callback) = visitor.sign_in(Answering::TurnsBack).await;
        assert_eq!(callback.get("error_subcode"), Some("cancel"));
        let outcome = visitor.page().report_refusal(&callback).await.json();
        assert_eq!(
            (&outcome["status"], &outcome["next"]),
            (&"cancelled".into(), &"try_again".into())
        );
        assert_eq!(world.token_requests().len(), 0);
    })
    .await;
}

/// R31: an error goes through the same checks as a code.
#[tokio::test]
async fn a_refusal_can_be_reported_only_by_its_own_browser_and_once() {
    story(async |world| {
        let (visitor, stranger) = (world.visitor(), world.visitor());
        let (_, callback) = visitor.sign_in(Answering::Declines("ada")).await;
        let _own = stranger.page().start_attempt(&serde_json::json!({})).await;
        let foreign = stranger.page().report_refusal(&callback).await;
        assert_eq!(
            (foreign.status, foreign.code().as_str()),
            (400, "attempt_not_yours")
        );

        assert_eq!(visitor.page().report_refusal(&callback).await.status, 200);
        let again = visitor.page().report_refusal(&callback).await;
        assert_eq!(
            (again.status, again.code().as_str()),
            (400, "attempt_unknown")
        );
    })
    .await;
}

/// R36, R21: once a refusal was reported, a code for the same attempt comes too late.
#[tokio::test]
async fn a_refused_attempt_takes_no_code() {
    story(async |world| {
        let visitor = world.visitor();
        let attempt = visitor.page().start_attempt(&serde_json::json!({})).await;
        let declined = visitor
            .authorize(&attempt, Answering::Declines("ada"))
            .await;
        let accepted = visitor.authorize(&attempt, Answering::Yes("ada")).await;
        assert_eq!(visitor.page().report_refusal(&declined).await.status, 200);
        let late = visitor.page().finish(&attempt, &accepted).await;
        assert_eq!(
            (late.status, late.code().as_str()),
            (400, "attempt_unknown")
        );
        assert_eq!(world.token_requests().len(), 0);
    })
    .await;
}

/// entra 31, 32: where people may not agree to mail by themselves, the way ends at Microsoft's "Need admin approval".
/// Coming back from there is turning back: whoever returns is told what it was about, and nothing is kept.
#[tokio::test]
async fn somebody_who_may_not_agree_comes_back_without_a_connection() {
    story(async |world| {
        let visitor = world.visitor();
        let (_, callback) = visitor.sign_in(Answering::Returns("katherine")).await;
        assert_eq!(callback.get("error"), Some("access_denied"));
        let outcome = visitor.page().report_refusal(&callback).await.json();
        assert!(
            ["cancelled", "needs_admin"].contains(&outcome["status"].as_str().unwrap()),
            "{outcome}"
        );
        assert_eq!(world.token_requests().len(), 0);
        assert_eq!(world.rows("accounts").await, 0);
    })
    .await;
}
