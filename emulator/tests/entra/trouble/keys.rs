//! Signing keys that change, entra 7, 8.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connect_outlook_emulator::{
    RollOver, SigningKeys, scenario::ScenarioName::SignedByConsumersKey, world::TenantKind,
};
use serde_json::{Value, json};

use super::set;
use crate::support::{ADA, App, Stage};

async fn published(stage: &Stage) -> Vec<Value> {
    let document = stage.json("/common/discovery/v2.0/keys").await;
    document["keys"].as_array().expect("a list").clone()
}

/// The `kid` of an ID token of Ada's.
async fn signed_by(stage: &Stage) -> String {
    let tokens = App::DEMO.tokens(stage, ADA).await;
    let header = tokens.text("id_token").split('.').next().expect("a header");
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("text").to_owned()
}

fn ids(keys: &[Value]) -> Vec<&str> {
    keys.iter().filter_map(|key| key["kid"].as_str()).collect()
}

/// entra 6, and the choice to keep them.
#[tokio::test]
async fn keys_that_a_file_keeps_are_known_again_by_the_next_emulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.pem");
    let start = async || {
        let keys = SigningKeys::kept_in(&file).expect("keys");
        Stage::start_with(|builder| builder.signing_keys(keys)).await
    };
    let first = published(&start().await).await;
    assert_eq!(first.len(), 3);
    let again = start().await;
    let known = |keys: &[Value]| ids(keys).join(" ");
    let second = published(&again).await;
    assert_eq!(known(&first), known(&second));
    assert!(known(&first).contains(&signed_by(&again).await));

    std::fs::write(&file, "something else").expect("written");
    let trouble = SigningKeys::kept_in(&file).expect_err("no keys");
    assert!(trouble.to_string().contains("delete it"), "{trouble}");
}

/// entra 7
#[tokio::test]
async fn a_new_key_takes_over_at_once_and_the_old_one_stays_or_goes() {
    let stage = Stage::start().await;
    let old = signed_by(&stage).await;
    let kind = TenantKind::Company;
    let rolled = stage.emulator.roll_over_keys(kind, RollOver::Planned).await;
    let rolled = rolled.expect("a key");
    assert_eq!(signed_by(&stage).await, rolled);
    let keys = published(&stage).await;
    assert!(ids(&keys).contains(&old.as_str()) && ids(&keys).contains(&rolled.as_str()));
    let body = json!({ "roll_over": "emergency" });
    let request = stage.http.post(stage.url("/_emulator/keys")).json(&body);
    let answer: Value = request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let emergency = signed_by(&stage).await;
    assert_eq!(answer["kid"], emergency.as_str());
    let keys = published(&stage).await;
    assert!(!ids(&keys).contains(&rolled.as_str()) && keys.len() >= 3);
    let other = Stage::start().await;
    assert_eq!(
        signed_by(&other).await,
        old,
        "emulators that share keys roll over alone"
    );
}

/// entra 8: the key is published, but for another issuer than the token claims.
#[tokio::test]
async fn a_token_may_be_signed_by_a_key_that_must_not() {
    let stage = Stage::start().await;
    set(&stage, SignedByConsumersKey, ADA);
    let kid = signed_by(&stage).await;
    let keys = published(&stage).await;
    let key = keys
        .iter()
        .find(|key| key["kid"] == kid.as_str())
        .expect("published");
    let issuer = key["issuer"].as_str().expect("text");
    assert!(
        issuer.contains("9188040d-6c67-4c5b-b112-36a304b66dad"),
        "{issuer}"
    );
}
