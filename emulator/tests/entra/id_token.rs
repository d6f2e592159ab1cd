//! The ID token, entra 57 and 58, with its signature checked against the published keys.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::support::{ADA, ALAN, App, HEDY, MARGARET, Stage};

/// Header and claims of a token, once its signature is proven by the key it names; with that key.
pub(crate) async fn proven(stage: &Stage, token: &str) -> (Value, Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let header: Value = serde_json::from_slice(&decode(parts[0])).expect("a header");
    let claims: Value = serde_json::from_slice(&decode(parts[1])).expect("claims");
    let document = stage.json("/common/discovery/v2.0/keys").await;
    let keys = document["keys"].as_array().expect("keys");
    let key = keys
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("a published key")
        .clone();
    let number = |field: &str| decode(key[field].as_str().expect("text"));
    let signed = format!("{}.{}", parts[0], parts[1]);
    RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decode(parts[2]),
    )
    .expect("a good signature");
    (header, claims, key)
}

/// entra 57
#[tokio::test]
async fn the_token_is_signed_and_says_who_signed_in_where() {
    let stage = Stage::start().await;
    let before = stage.emulator.clock().now();
    let answer = App::DEMO.tokens(&stage, ADA).await;
    let (header, claims, key) = proven(&stage, answer.text("id_token")).await;
    assert_eq!(
        header,
        json!({ "typ": "JWT", "alg": "RS256", "kid": key["kid"] })
    );
    let tenant = "c0a7050a-1111-4c0a-8c0a-000000000001";
    let issuer = format!("{}/{tenant}/v2.0", stage.emulator.origin());
    assert_eq!(claims["iss"], issuer.as_str());
    assert_eq!(
        key["issuer"]
            .as_str()
            .expect("text")
            .replace("{tenantid}", tenant),
        issuer
    );
    assert_eq!(
        (&claims["aud"], &claims["tid"], &claims["ver"]),
        (&App::DEMO.client_id.into(), &tenant.into(), &"2.0".into())
    );
    assert_eq!(claims["nonce"], "a-nonce");
    let time = |name: &str| claims[name].as_i64().expect("an integer");
    assert_eq!(
        (time("exp") - time("iat"), time("nbf")),
        (3_900, time("iat"))
    );
    assert!(
        (before - 300..=before - 200).contains(&time("iat")),
        "backdated by five minutes"
    );
    assert_eq!(claims["oid"], "a1b2c3d4-0000-4000-8000-000000000001");
    assert_eq!(
        (&claims["name"], &claims["preferred_username"]),
        (&"Ada Lovelace".into(), &ADA.into())
    );
    assert_eq!(claims["email"], ADA);
    assert!(claims.get("at_hash").is_none() && claims.get("c_hash").is_none());
}

/// entra 57
#[tokio::test]
async fn the_subject_is_pairwise_and_stable() {
    let stage = Stage::start().await;
    let subject = async |app: &App, address: &str| {
        let tokens = app.tokens(&stage, address).await;
        proven(&stage, tokens.text("id_token")).await.1["sub"].clone()
    };
    let ada = subject(&App::DEMO, ADA).await;
    assert_eq!(ada, subject(&App::DEMO, ADA).await);
    assert_ne!(ada, subject(&App::DEMO, ALAN).await);
    assert_ne!(ada, subject(&App::INSTALLED, ADA).await);
}

/// entra 57
#[tokio::test]
async fn names_need_profile_and_email_needs_a_verified_domain() {
    let stage = Stage::start().await;
    let claims = async |scope: &str, address: &str| {
        let code = App::DEMO
            .start()
            .with("scope", scope)
            .sign_in(&stage, address)
            .await
            .code();
        let answer = stage
            .token("common", &App::DEMO.redemption(&code))
            .await
            .granted();
        proven(&stage, answer.text("id_token")).await.1
    };
    let bare = claims("openid", ADA).await;
    for absent in ["oid", "name", "preferred_username", "email"] {
        assert!(bare.get(absent).is_none(), "{absent}");
    }
    assert!(bare.get("sub").is_some() && bare.get("tid").is_some());
    let unverified = claims("openid profile email", MARGARET).await;
    assert!(unverified.get("email").is_none() && unverified.get("oid").is_some());
}

/// entra 58
#[tokio::test]
async fn personal_accounts_are_signed_for_by_their_own_key() {
    let stage = Stage::start().await;
    let answer = App::DEMO.tokens(&stage, HEDY).await;
    let (_, claims, key) = proven(&stage, answer.text("id_token")).await;
    let consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
    assert_eq!(claims["tid"], consumers);
    assert_eq!(
        claims["iss"],
        format!("{}/{consumers}/v2.0", stage.emulator.origin())
    );
    assert_eq!(key["issuer"], claims["iss"]);
}
