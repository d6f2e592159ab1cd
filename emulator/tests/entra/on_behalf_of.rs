//! On-behalf-of, entra 79.

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName};

use crate::{
    id_token::proven,
    support::{ADA, App, Stage, TokenAnswer},
};

const GRAPH: &str = "openid offline_access https://graph.microsoft.com/Mail.Read";
const API: &str = "openid api://c0ffee00-0000-4000-8000-000000000008/access_as_user";

/// A token of `address` for the middle tier, got by the demo.
async fn received(stage: &Stage, address: &str) -> TokenAnswer {
    let start = App::DEMO.start().with("scope", API);
    let code = start.sign_in(stage, address).await.code();
    stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted()
}

/// The middle tier exchanges `assertion`.
async fn exchanged(stage: &Stage, assertion: &str, scope: &str) -> TokenAnswer {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("client_id", App::MIDDLE.client_id),
        ("client_secret", App::MIDDLE.secret.expect("a secret")),
        ("assertion", assertion),
        ("requested_token_use", "on_behalf_of"),
        ("scope", scope),
    ];
    stage.token("contoso.example", &form).await
}

/// Ada agrees that the middle tier reads her mail.
async fn agreed(stage: &Stage) {
    App::MIDDLE
        .start()
        .at("organizations")
        .sign_in(stage, ADA)
        .await
        .code();
}

/// entra 79
#[tokio::test]
async fn an_api_calls_graph_for_whoever_called_it() {
    let stage = Stage::start().await;
    agreed(&stage).await;
    let received = received(&stage, ADA).await;
    let (header, claims, _) = proven(&stage, received.text("access_token")).await;
    assert_eq!(
        (&header["typ"], &claims["scp"]),
        (&"JWT".into(), &"access_as_user".into())
    );
    assert_eq!(claims["aud"], App::MIDDLE.client_id);
    assert_eq!(claims["azp"], App::DEMO.client_id);
    let answer = exchanged(&stage, received.text("access_token"), GRAPH)
        .await
        .granted();
    let grant = stage
        .emulator
        .state()
        .access_tokens
        .lookup(answer.text("access_token"));
    let grant = grant.expect("issued");
    assert!(grant.allows("Mail.Read") && grant.client_id.as_str() == App::MIDDLE.client_id);
    let refresh = App::MIDDLE.refresh(answer.text("refresh_token"));
    stage.token("organizations", &refresh).await.granted();
    let (_, claims, _) = proven(&stage, answer.text("id_token")).await;
    assert_eq!(claims["aud"], App::MIDDLE.client_id);
}

/// entra 79: only tokens for the app itself are exchanged.
#[tokio::test]
async fn a_token_for_somebody_else_is_refused() {
    let stage = Stage::start().await;
    agreed(&stage).await;
    let graph = App::DEMO.tokens(&stage, ADA).await;
    exchanged(&stage, graph.text("access_token"), GRAPH)
        .await
        .refused(400, "invalid_grant", 50_013);
    exchanged(&stage, "nonsense", GRAPH)
        .await
        .refused(400, "invalid_grant", 50_013);
    exchanged(&stage, graph.text("id_token"), GRAPH)
        .await
        .refused(400, "invalid_request", 240_002);
}

/// entra 79: the assertion has its time.
#[tokio::test]
async fn a_lapsed_token_is_refused() {
    let stage = Stage::start_with(|builder| builder.access_token_life(600)).await;
    agreed(&stage).await;
    let received = received(&stage, ADA).await;
    stage.wait(600);
    exchanged(&stage, received.text("access_token"), GRAPH)
        .await
        .refused(400, "invalid_grant", 500_133);
}

/// entra 79: the person must have agreed to what the middle tier does.
#[tokio::test]
async fn the_middle_tier_needs_consent_of_its_own() {
    let stage = Stage::start().await;
    let received = received(&stage, ADA).await;
    let refused = exchanged(&stage, received.text("access_token"), GRAPH).await;
    assert_eq!(refused.json["suberror"], "consent_required");
    refused.refused(400, "invalid_grant", 65_001);
}

/// entra 79: the client proves itself, and says what it wants.
#[tokio::test]
async fn the_exchange_is_for_servers() {
    let stage = Stage::start().await;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("client_id", App::MIDDLE.client_id),
        ("assertion", "x"),
        ("requested_token_use", "on_behalf_of"),
        ("scope", GRAPH),
    ];
    stage
        .token("contoso.example", &form)
        .await
        .refused(401, "invalid_client", 7_000_218);
    let secret = ("client_secret", App::MIDDLE.secret.expect("a secret"));
    for missing in ["assertion", "requested_token_use"] {
        let mut form: Vec<_> = form.to_vec();
        form.push(secret);
        form.retain(|(name, _)| *name != missing);
        stage
            .token("contoso.example", &form)
            .await
            .refused(400, "invalid_request", 900_144);
    }
    let received = received(&stage, ADA).await;
    let several = "Mail.Read https://outlook.office.com/SMTP.Send";
    exchanged(&stage, received.text("access_token"), several)
        .await
        .refused(400, "invalid_scope", 700_022);
}

/// entra 79: a second factor that is demanded meanwhile is asked for with a claims challenge.
#[tokio::test]
async fn a_second_factor_is_asked_of_the_person() {
    let stage = Stage::start().await;
    agreed(&stage).await;
    let received = received(&stage, ADA).await;
    let demanded = NewScenario::new(ScenarioName::MfaRequired).person(ADA);
    let state = stage.emulator.state();
    state.set_scenario(&demanded).expect("Ada is there");
    let refused = exchanged(&stage, received.text("access_token"), GRAPH).await;
    let claims: serde_json::Value =
        serde_json::from_str(refused.text("claims")).expect("JSON as text");
    assert!(claims["access_token"]["capolids"]["essential"] == true);
    assert_eq!(refused.json["suberror"], "basic_action");
    refused.refused(400, "interaction_required", 50_079);
}
