//! Refreshing, entra 62–66, 70, 71.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connect_outlook_emulator::world::ConditionalAccess;

use crate::support::{ADA, App, Stage, TokenAnswer};

const DAY: i64 = 86_400;

async fn refreshed(stage: &Stage, tokens: &TokenAnswer) -> TokenAnswer {
    stage
        .token("common", &App::DEMO.refresh(tokens.text("refresh_token")))
        .await
}

/// entra 62
#[tokio::test]
async fn each_refresh_gives_a_new_token_and_leaves_the_old_one_good() {
    let stage = Stage::start().await;
    let first = App::DEMO.tokens(&stage, ADA).await;
    let second = refreshed(&stage, &first).await.granted();
    let third = refreshed(&stage, &first).await.granted();
    let fourth = refreshed(&stage, &second).await.granted();
    let mut all: Vec<&str> = [&first, &second, &third, &fourth]
        .map(|answer| answer.text("refresh_token"))
        .to_vec();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4);
    assert_ne!(first.text("access_token"), second.text("access_token"));
}

/// entra 63
#[tokio::test]
async fn a_refresh_may_ask_for_less_but_not_for_more() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let scoped = async |scope: &'static str| {
        let mut form = App::DEMO.refresh(tokens.text("refresh_token"));
        form.push(("scope", scope));
        stage.token("common", &form).await
    };
    let less = scoped("Mail.Read").await.granted();
    assert_eq!(less.scopes(), ["Mail.Read"]);
    assert!(less.json.get("id_token").is_none());
    let grant = stage
        .emulator
        .state()
        .access_tokens
        .lookup(less.text("access_token"))
        .expect("known");
    assert_eq!(grant.scopes, ["Mail.Read"]);
    for more in ["Mail.Send", "Mail.Reed"] {
        let refused = scoped(more).await.refused(400, "invalid_grant", 65_001);
        assert_eq!(refused.text("suberror"), "consent_required");
    }
    assert_eq!(refreshed(&stage, &tokens).await.granted().scopes().len(), 5);
}

/// entra 63, entra 64: one refresh token serves every resource consented to; of several named, the first.
#[tokio::test]
async fn one_refresh_token_serves_several_resources() {
    let stage = Stage::start().await;
    let scopes = "offline_access Mail.Read https://outlook.office.com/SMTP.Send";
    let code = App::DEMO
        .start()
        .with("scope", scopes)
        .sign_in(&stage, ADA)
        .await
        .code();
    let mut form = App::DEMO.redemption(&code);
    form.push(("scope", "offline_access Mail.Read"));
    let tokens = stage.token("common", &form).await.granted();
    let mut form = App::DEMO.refresh(tokens.text("refresh_token"));
    form.push(("scope", "https://outlook.office.com/SMTP.Send Mail.Read"));
    let answer = stage.token("common", &form).await.granted();
    let grant = stage
        .emulator
        .state()
        .access_tokens
        .lookup(answer.text("access_token"))
        .expect("known");
    assert_eq!(
        grant.resource,
        connect_outlook_emulator::world::Resource::ExchangeOnline
    );
    assert_eq!(grant.scopes, ["SMTP.Send"]);
}

/// entra 65
#[tokio::test]
async fn a_pages_refresh_token_ends_a_day_after_the_sign_in() {
    let stage = Stage::start().await;
    let origin = [("origin", "http://localhost:3000")];
    let code = App::PAGE.code(&stage, ADA).await;
    let first = stage
        .token_with("common", &App::PAGE.redemption(&code), &origin)
        .await
        .granted();
    stage
        .token("common", &App::PAGE.refresh(first.text("refresh_token")))
        .await
        .refused(400, "invalid_request", 9_002_327);
    stage.wait(DAY / 2);
    let second = stage
        .token_with(
            "common",
            &App::PAGE.refresh(first.text("refresh_token")),
            &origin,
        )
        .await
        .granted();
    let left = second.json["refresh_token_expires_in"]
        .as_i64()
        .expect("an integer");
    assert!((DAY / 2 - 60..=DAY / 2).contains(&left), "{left}");
    stage.wait(DAY / 2);
    let late = stage
        .token_with(
            "common",
            &App::PAGE.refresh(second.text("refresh_token")),
            &origin,
        )
        .await;
    assert!(late.header("access-control-allow-origin").is_some());
    late.refused(400, "invalid_grant", 700_084);
}

/// entra 66
#[tokio::test]
async fn ninety_days_without_use_end_a_refresh_token() {
    let stage = Stage::start().await;
    let mut tokens = App::DEMO.tokens(&stage, ADA).await;
    for _ in 0..3 {
        stage.wait(80 * DAY);
        tokens = refreshed(&stage, &tokens).await.granted();
    }
    stage.wait(90 * DAY);
    let refused = refreshed(&stage, &tokens)
        .await
        .refused(400, "invalid_grant", 700_082);
    assert_eq!(refused.text("suberror"), "bad_token");
}

/// entra 70
#[tokio::test]
async fn garbage_and_foreign_refresh_tokens_are_told_apart() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let token = tokens.text("refresh_token");
    for garbage in ["garbage", &token[..token.len() - 1], &token[1..]] {
        stage
            .token("common", &App::DEMO.refresh(garbage))
            .await
            .refused(400, "invalid_grant", 9_002_313);
    }
    let other = stage
        .token("contoso.example", &App::SINGLE_TENANT.refresh(token))
        .await;
    other.refused(400, "invalid_grant", 70_000);
    let elsewhere = Stage::start().await;
    elsewhere
        .token("common", &App::DEMO.refresh(token))
        .await
        .refused(400, "invalid_grant", 70_000);
    let code = App::DEMO.code(&stage, ADA).await;
    stage
        .token("common", &App::DEMO.redemption(token))
        .await
        .refused(400, "invalid_grant", 70_000);
    stage
        .token("common", &App::DEMO.refresh(&code))
        .await
        .refused(400, "invalid_grant", 70_000);
}

/// entra 71
#[tokio::test]
async fn an_expired_secret_leaves_refresh_tokens_alone() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let expiry = |stage: &Stage, at: i64| {
        stage
            .emulator
            .state()
            .change_world(|world| world.applications[0].secrets[0].expires_at = at);
    };
    expiry(&stage, stage.emulator.clock().now() - 1);
    refreshed(&stage, &tokens)
        .await
        .refused(401, "invalid_client", 7_000_222);
    expiry(&stage, stage.emulator.clock().now() + DAY);
    refreshed(&stage, &tokens).await.granted();
}

/// entra 62: a refreshed ID token is for the same person and carries no nonce of an old request.
#[tokio::test]
async fn a_refreshed_id_token_names_the_same_subject_without_nonce() {
    let stage = Stage::start().await;
    let claims = |answer: &TokenAnswer| -> serde_json::Value {
        let part = answer
            .text("id_token")
            .split('.')
            .nth(1)
            .expect("claims")
            .to_owned();
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url"))
            .expect("JSON")
    };
    let first = App::DEMO.tokens(&stage, ADA).await;
    let second = refreshed(&stage, &first).await.granted();
    assert_eq!(claims(&first)["sub"], claims(&second)["sub"]);
    assert_eq!(claims(&first)["nonce"], "a-nonce");
    assert!(claims(&second).get("nonce").is_none());
}

/// entra 63: a tenant the person does not belong to has no tokens for them.
#[tokio::test]
async fn a_refresh_outside_the_tenant_is_refused() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let form = App::DEMO.refresh(tokens.text("refresh_token"));
    stage
        .token("fabrikam.example", &form)
        .await
        .refused(400, "invalid_grant", 50_034);
    stage.token("contoso.example", &form).await.granted();
}

/// entra 68: whoever is no longer assigned, or blocked by policy, gets nothing more.
#[tokio::test]
async fn losing_the_assignment_or_being_blocked_ends_refreshing() {
    let stage = Stage::start().await;
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    stage
        .emulator
        .state()
        .change_world(|world| world.applications[0].assigned_people = Some(Vec::new()));
    refreshed(&stage, &tokens)
        .await
        .refused(400, "invalid_grant", 50_105);
    stage
        .emulator
        .state()
        .change_world(|world| world.people[0].conditional_access = ConditionalAccess::Block);
    let blocked = refreshed(&stage, &tokens)
        .await
        .refused(400, "invalid_grant", 53_003);
    assert_eq!(blocked.text("suberror"), "message_only");
    let claims: serde_json::Value =
        serde_json::from_str(blocked.text("claims")).expect("JSON in text");
    assert!(claims["access_token"]["capolids"]["values"][0].is_string());
    stage.emulator.state().change_world(|world| {
        world.people[0].conditional_access = ConditionalAccess::Allow;
        world.applications[0].assigned_people = None;
    });
    refreshed(&stage, &tokens).await.granted();
}
