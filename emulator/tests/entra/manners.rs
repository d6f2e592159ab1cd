//! What tests assert of clients, told from the record of exchanges: entra 86.

use reqwest::Method;
use serde_json::Value;

use crate::support::{ADA, App, Stage};

async fn manners(stage: &Stage, after: u64) -> Vec<Value> {
    let told = stage
        .json(&format!("/_emulator/manners?after={after}"))
        .await;
    told["manners"].as_array().expect("a list").clone()
}

async fn manner(stage: &Stage, name: &str) -> Value {
    let all = manners(stage, 0).await;
    let found = all.into_iter().find(|manner| manner["name"] == name);
    found.unwrap_or_else(|| panic!("no rule {name}"))
}

/// entra 86: a well-behaved server leaves every rule whole, and each one was put to the test.
#[tokio::test]
async fn a_good_client_breaks_no_rule() {
    let stage = Stage::start().await;
    App::DEMO.tokens(&stage, ADA).await;
    for name in [
        "no_origin_at_token_endpoint",
        "nothing_secret_in_addresses",
        "pkce_s256",
        "verifier_sent",
        "nonce_sent",
        "state_sent",
    ] {
        let manner = manner(&stage, name).await;
        assert_eq!(manner["holds"], true, "{manner}");
        assert!(
            manner["checked"].as_u64().expect("a number") > 0,
            "{manner}"
        );
        assert!(manner["sentence"].is_string());
    }
    assert_eq!(
        manner(&stage, "no_bearer_on_upload_host").await["checked"],
        0
    );
}

/// entra 86: "no `Origin` sent".
#[tokio::test]
async fn an_origin_at_the_token_endpoint_is_seen() {
    let stage = Stage::start().await;
    let post = stage.http.post(stage.url("/common/oauth2/v2.0/token"));
    let post = post
        .header("origin", "http://localhost")
        .body("grant_type=x");
    post.send().await.expect("an answer");
    let manner = manner(&stage, "no_origin_at_token_endpoint").await;
    assert_eq!(manner["holds"], false);
    assert_eq!(manner["broken_by"].as_array().map(Vec::len), Some(1));
}

/// entra 86: "secret not in URL", by its name or by its value.
#[tokio::test]
async fn a_secret_in_an_address_is_seen() {
    for query in [
        "client_secret=anything",
        "refresh_token=anything",
        "x=emulated~Secret.of%2Fthe%2BDemo%3DRegistration",
    ] {
        let stage = Stage::start().await;
        stage
            .get("/common/v2.0/.well-known/openid-configuration")
            .await;
        stage.get(&format!("/error?code=1&{query}")).await;
        let manner = manner(&stage, "nothing_secret_in_addresses").await;
        assert_eq!(
            manner["broken_by"].as_array().map(Vec::len),
            Some(1),
            "{query}"
        );
    }
}

/// entra 86: "PKCE S256 used", "nonce sent"; and a redemption without its verifier.
#[tokio::test]
async fn missing_values_are_seen() {
    let stage = Stage::start().await;
    let query = "client_id=c0ffee00-0000-4000-8000-000000000001&response_type=code&scope=openid&code_challenge=x&code_challenge_method=plain";
    stage
        .get(&format!("/common/oauth2/v2.0/authorize?{query}"))
        .await;
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let post = stage.http.post(stage.url("/common/oauth2/v2.0/token"));
    post.form(&form).send().await.expect("an answer");
    for name in ["pkce_s256", "nonce_sent", "state_sent", "verifier_sent"] {
        let manner = manner(&stage, name).await;
        assert_eq!(
            (&manner["holds"], &manner["checked"]),
            (&Value::from(false), &Value::from(1)),
            "{manner}"
        );
    }
    // What came before does not count any more.
    let last = stage.emulator.exchanges().last().expect("some").sequence;
    assert!(
        manners(&stage, last)
            .await
            .iter()
            .all(|manner| manner["checked"] == 0)
    );
}

/// E45 by the same means: the bearer on the upload host, also where it is let pass.
#[tokio::test]
async fn a_bearer_on_the_upload_host_is_seen() {
    let stage = Stage::start().await;
    stage
        .emulator
        .change_switches(|switches| switches.graph_limits.refuse_upload_authorization = false);
    let url = format!(
        "{}/api/v2.0/Users('a')/Messages('b')/AttachmentSessions('c')?authtoken=d",
        stage.emulator.upload_origin()
    );
    let put = stage.http.request(Method::PUT, url);
    put.bearer_auth("token").send().await.expect("an answer");
    let manner = manner(&stage, "no_bearer_on_upload_host").await;
    assert_eq!(manner["holds"], false);
    assert_eq!(stage.emulator.manners(0).len(), 7);
}
