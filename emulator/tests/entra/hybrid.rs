//! Tokens from the authorize endpoint, entra 12 and 17, and the clouds it tells of, entra 28.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connect_outlook_emulator::world::Cloud;
use sha2::{Digest, Sha256};

use crate::{
    id_token::proven,
    support::{ADA, App, Stage, Start},
};

async fn enabled() -> Stage {
    let stage = Stage::start().await;
    stage.change(&App::DEMO, |demo| {
        demo.id_tokens_at_authorize = true;
        demo.access_tokens_at_authorize = true;
    });
    stage
}

fn asking(response_type: &str) -> Start {
    App::DEMO.start().with("response_type", response_type)
}

/// OpenID Connect Core §3.3.2.11.
fn half_hash(value: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(value)[..16])
}

/// entra 17, entra 12: by fragment unless told otherwise.
#[tokio::test]
async fn a_hybrid_answer_binds_the_token_to_the_code() {
    let stage = enabled().await;
    let answer = asking("code id_token").sign_in(&stage, ADA).await;
    assert!(answer.location().contains("#code="));
    let id_token = answer.answer("id_token").expect("a token");
    let (_, claims, _) = proven(&stage, &id_token).await;
    assert_eq!(claims["c_hash"], half_hash(&answer.code()));
    assert_eq!(
        (&claims["nonce"], &claims["aud"]),
        (&"a-nonce".into(), &App::DEMO.client_id.into())
    );
    let code = answer.code();
    let redeemed = stage
        .token("common", &App::DEMO.redemption(&code))
        .await
        .granted();
    let (_, claims, _) = proven(&stage, redeemed.text("id_token")).await;
    assert!(
        claims["c_hash"].is_null(),
        "only the authorize endpoint adds it"
    );
}

/// entra 17
#[tokio::test]
async fn an_implicit_answer_has_tokens_and_no_code() {
    let stage = enabled().await;
    let alone = asking("id_token").sign_in(&stage, ADA).await;
    assert!(alone.answer("id_token").is_some() && alone.answer("code").is_none());
    assert!(alone.answer("access_token").is_none() && alone.answer("session_state").is_some());
    let both = asking("id_token token").sign_in(&stage, ADA).await;
    let access_token = both.answer("access_token").expect("a token");
    let (_, claims, _) = proven(&stage, &both.answer("id_token").expect("a token")).await;
    assert_eq!(claims["at_hash"], half_hash(&access_token));
    assert_eq!(both.answer("token_type").as_deref(), Some("Bearer"));
    assert!(both.answer("scope").expect("told").contains("Mail.Read"));
    assert!(both.answer("refresh_token").is_none());
    let grant = stage.emulator.state().access_tokens.lookup(&access_token);
    assert!(grant.expect("issued").allows("Mail.Read"));
}

/// entra 17: what a request for tokens must have.
#[tokio::test]
async fn tokens_need_nonce_openid_and_no_query() {
    let stage = enabled().await;
    asking("id_token")
        .without("nonce")
        .shown(&stage)
        .await
        .refuses("invalid_request", 900_144);
    asking("id_token")
        .with("scope", "User.Read")
        .shown(&stage)
        .await
        .refuses("invalid_scope", 70_011);
    asking("code id_token")
        .with("response_mode", "query")
        .shown(&stage)
        .await
        .refuses("invalid_request", 70_007);
    for unknown in ["token", "code token", "code id_token token", "none"] {
        asking(unknown)
            .shown(&stage)
            .await
            .refuses("unsupported_response_type", 70_005);
    }
}

/// entra 17: each of the two boxes opens its own.
#[tokio::test]
async fn each_kind_of_token_is_enabled_by_itself() {
    let stage = Stage::start().await;
    let id_token = asking("id_token").shown(&stage).await;
    id_token.refuses("unsupported_response_type", 700_054);
    stage.change(&App::DEMO, |demo| demo.id_tokens_at_authorize = true);
    let both = asking("id_token token").shown(&stage).await;
    both.refuses("unsupported_response_type", 700_051);
}

/// entra 28: four parameters about the tenant's cloud, and only if asked.
#[tokio::test]
async fn the_cloud_is_told_to_whoever_asks() {
    let stage = Stage::start().await;
    let names = [
        "cloud_instance_name",
        "cloud_instance_host_name",
        "cloud_graph_host_name",
        "msgraph_host",
    ];
    let plain = App::DEMO.start().sign_in(&stage, ADA).await;
    assert!(names.iter().all(|name| plain.answer(name).is_none()));
    let aware = App::DEMO.start().with("instance_aware", "true");
    let told = async || {
        let answer = aware.sign_in(&stage, ADA).await;
        names.map(|name| answer.answer(name).expect("told"))
    };
    let (_, own) = stage.emulator.origin().split_once("://").expect("a host");
    let global = [
        "microsoftonline.com",
        own,
        "graph.windows.net",
        "graph.microsoft.com",
    ];
    assert_eq!(told().await, global);
    stage.emulator.state().change_world(|world| {
        world.tenants[0].cloud = Cloud::UsGovernment;
    });
    assert_eq!(told().await[0], "microsoftonline.us");
    assert_eq!(told().await[3], "graph.microsoft.us");
}
