//! What a page may ask of an attempt.

use axum::http::StatusCode;
use connect_outlook_backend::random;
use connect_outlook_protocol::pkce::CodeVerifier;
use serde_json::json;

use super::world::World;

/// R19: a page with a constant verifier is told so.
#[tokio::test]
async fn a_challenge_is_good_once() {
    let world = World::start().await;
    let body = json!({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"});
    assert_eq!(
        world.browser().post("/v1/attempts", &body).await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        world.browser().post("/v1/attempts", &body).await.code(),
        "bad_request"
    );
}

/// R10, R73, R178: what a page may not ask.
#[tokio::test]
async fn an_attempt_that_asks_for_too_much_does_not_start() {
    let world = World::start().await;
    for more in [
        json!({"scopes": ["Mail.ReadWrite"]}),
        json!({"scopes": []}),
        json!({"scopes": "Mail.Read"}),
        json!({"return_to": "//evil.example"}),
        json!({"return_to": "https://evil.example/"}),
        json!({"return_to": "javascript:alert(1)"}),
        json!({"return_to": ["/a", "/b"]}),
        json!({"login_hint": "a\r\nb"}),
        json!({"domain_hint": "a\r\nb"}),
        json!({"prompt": "none"}),
        json!({"prompt": "anything"}),
    ] {
        let challenge = CodeVerifier::from_random(random::bytes().unwrap()).challenge();
        let mut body = json!({"code_challenge": challenge, "code_challenge_method": "S256"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        assert_eq!(
            world.browser().post("/v1/attempts", &body).await.code(),
            "bad_request",
            "{more}"
        );
    }
}

/// Signing in again is for one account: its address is filled in, what it was granted is asked for again, and whoever
/// else signs in is turned away with nothing kept.
#[tokio::test]
async fn an_attempt_can_be_for_one_account_and_no_other() {
    let world = World::start().await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    let challenge = CodeVerifier::from_random(random::bytes().unwrap()).challenge();
    let body = json!({
        "code_challenge": challenge, "code_challenge_method": "S256", "account": account, "scopes": [],
    });
    let started = ada.post("/v1/attempts", &body).await;
    assert_eq!(started.body["login_hint"], "ada@contoso.example");
    assert_eq!(
        started.body["scope"],
        "openid profile email offline_access User.Read Mail.Read"
    );

    let bound = json!({"account": account});
    let started = ada.begin(&bound).await;
    let eve = "55555555-aaaa-4bbb-8ccc-666666666666";
    world.microsoft.script().claims.insert("oid", json!(eve));
    let refused = ada.come_back(&started).await;
    assert_eq!(
        (&refused.body["status"], refused.code()),
        (&json!("cancelled"), "other_account")
    );
    let session = ada.get("/v1/session").await;
    assert_eq!(session.body["accounts"].as_array().unwrap().len(), 1);

    world.microsoft.script().claims.remove("oid");
    let started = ada.begin(&bound).await;
    let again = ada.come_back(&started).await;
    assert_eq!(again.body["account"]["id"], account.as_str());
}

/// R67, R68: an account of somebody else is as unknown as one that never was.
#[tokio::test]
async fn an_attempt_cannot_be_for_an_account_of_another_session() {
    let world = World::start().await;
    let account = world.browser().connect().await;
    for named in [account.as_str(), "", "nobody"] {
        let challenge = CodeVerifier::from_random(random::bytes().unwrap()).challenge();
        let body =
            json!({"code_challenge": challenge, "code_challenge_method": "S256", "account": named});
        let refused = world.browser().post("/v1/attempts", &body).await;
        assert_eq!(refused.code(), "account_unknown", "{named}");
    }
}
