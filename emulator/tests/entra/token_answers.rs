//! What a granted request is answered with, entra 54–56, 58, 60, 61.

use crate::support::{ADA, App, HEDY, Stage};

const CP1: &str = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;

/// entra 54
#[tokio::test]
async fn access_tokens_live_sixty_to_ninety_minutes_at_random() {
    let stage = Stage::start().await;
    let mut lives = std::collections::BTreeSet::new();
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    for _ in 0..8 {
        let answer = stage
            .token("common", &App::DEMO.refresh(tokens.text("refresh_token")))
            .await
            .granted();
        let life = answer.json["expires_in"].as_i64().expect("an integer");
        assert!((3_600..=5_400).contains(&life));
        assert_eq!(answer.json["ext_expires_in"], life);
        lives.insert(life);
    }
    assert!(lives.len() > 1, "never a constant: {lives:?}");
}

/// entra 54
#[tokio::test]
async fn the_life_can_be_fixed() {
    let stage = Stage::start_with(|builder| builder.access_token_life(3_600)).await;
    assert_eq!(
        App::DEMO.tokens(&stage, ADA).await.json["expires_in"],
        3_600
    );
}

/// entra 54
#[tokio::test]
async fn clients_that_handle_challenges_get_long_tokens() {
    let stage = Stage::start().await;
    let code = App::DEMO.code(&stage, ADA).await;
    let mut form = App::DEMO.redemption(&code);
    form.push(("claims", CP1));
    let answer = stage.token("common", &form).await.granted();
    assert!((72_000..=100_800).contains(&answer.json["expires_in"].as_i64().expect("an integer")));
    let grant = stage
        .emulator
        .state()
        .access_tokens
        .lookup(answer.text("access_token"))
        .expect("issued");
    assert!(grant.handles_claims_challenges);
}

/// entra 55
#[tokio::test]
async fn nothing_comes_unasked() {
    let stage = Stage::start().await;
    let bare = App::DEMO
        .start()
        .with("scope", "User.Read Mail.Read")
        .sign_in(&stage, ADA)
        .await
        .code();
    let answer = stage
        .token("common", &App::DEMO.redemption(&bare))
        .await
        .granted();
    for absent in [
        "id_token",
        "refresh_token",
        "client_info",
        "refresh_token_expires_in",
        "refresh_in",
        "foci",
        "spa_code",
    ] {
        assert!(answer.json.get(absent).is_none(), "{absent}");
    }
    let full = App::DEMO.code(&stage, ADA).await;
    let mut form = App::DEMO.redemption(&full);
    form.push(("client_info", "1"));
    let answer = stage.token("common", &form).await.granted();
    for present in ["id_token", "refresh_token", "client_info"] {
        assert!(answer.json.get(present).is_some(), "{present}");
    }
    assert_eq!(answer.json["token_type"], "Bearer");
}

/// entra 56
#[tokio::test]
async fn scope_mirrors_the_style_and_includes_earlier_grants() {
    let stage = Stage::start().await;
    let answer = App::DEMO.tokens(&stage, ADA).await;
    assert_eq!(
        answer.scopes(),
        ["Mail.Read", "User.Read", "email", "openid", "profile"]
    );
    let long = "openid https://graph.microsoft.com/mail.send";
    let code = App::DEMO
        .start()
        .with("scope", long)
        .sign_in(&stage, ADA)
        .await
        .code();
    let answer = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    let graph = |name: &str| format!("https://graph.microsoft.com/{name}");
    assert_eq!(
        answer.scopes(),
        [
            &graph("Mail.Read"),
            &graph("Mail.Send"),
            &graph("User.Read"),
            "openid"
        ]
    );
}

/// entra 58, entra 60
#[tokio::test]
async fn access_tokens_are_opaque_and_known_to_the_emulator() {
    let stage = Stage::start().await;
    for (address, person) in [
        (ADA, "a1b2c3d4-0000-4000-8000-000000000001"),
        (HEDY, "a1b2c3d4-0000-4000-8000-000000000007"),
    ] {
        let answer = App::DEMO.tokens(&stage, address).await;
        let token = answer.text("access_token");
        assert_eq!(token.matches('.').count(), 0, "nothing to decode");
        let grant = stage
            .emulator
            .state()
            .access_tokens
            .lookup(token)
            .expect("known");
        assert_eq!(
            (grant.person.as_str(), grant.client_id.as_str()),
            (person, App::DEMO.client_id)
        );
        assert!(grant.allows("mail.read") && !grant.allows("Mail.Send"));
        assert_eq!(
            grant.expires_at - grant.issued_at,
            answer.json["expires_in"].as_i64().expect("an integer")
        );
    }
    assert!(
        stage
            .emulator
            .state()
            .access_tokens
            .lookup("anything")
            .is_none()
    );
}

/// entra 60
#[tokio::test]
async fn user_info_answers_to_a_live_graph_token_only() {
    let stage = Stage::start_with(|builder| builder.access_token_life(600)).await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let ask = |token: String| {
        stage
            .http
            .get(stage.url("/oidc/userinfo"))
            .bearer_auth(token)
            .send()
    };
    let answer = ask(tokens.text("access_token").to_owned())
        .await
        .expect("an answer");
    let claims: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(
        (&claims["name"], &claims["email"]),
        (&"Ada Lovelace".into(), &ADA.into())
    );
    assert_eq!(
        ask("anything".into()).await.expect("an answer").status(),
        401
    );
    stage.wait(601);
    assert_eq!(
        ask(tokens.text("access_token").to_owned())
            .await
            .expect("an answer")
            .status(),
        401
    );
}

/// entra 61
#[tokio::test]
async fn answers_are_never_kept_and_name_their_trace() {
    let stage = Stage::start().await;
    let answer = App::DEMO.tokens(&stage, ADA).await;
    assert_eq!(answer.header("cache-control"), Some("no-store, no-cache"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    assert_eq!(answer.header("expires"), Some("-1"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert!(
        answer
            .header("x-ms-request-id")
            .is_some_and(|id| uuid::Uuid::try_parse(id).is_ok())
    );
    assert_eq!(answer.headers.get_all("content-type").iter().count(), 1);
}
