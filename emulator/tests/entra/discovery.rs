//! Discovery and keys, entra 1–6.

use serde_json::json;

use crate::support::Stage;

const DOCUMENT: &str = "v2.0/.well-known/openid-configuration";
const CONTOSO: &str = "c0a7050a-1111-4c0a-8c0a-000000000001";
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// entra 1
#[tokio::test]
async fn discovery_is_served_for_every_kind_of_segment_and_refused_for_unknown_tenants() {
    let stage = Stage::start().await;
    for segment in [
        "common",
        "organizations",
        "consumers",
        CONTOSO,
        "contoso.example",
        "CONTOSO.example",
    ] {
        assert_eq!(
            stage.get(&format!("/{segment}/{DOCUMENT}")).await.status(),
            200,
            "{segment}"
        );
    }
    for path in [
        format!("/nowhere.example/{DOCUMENT}"),
        "/nowhere.example/discovery/v2.0/keys".to_owned(),
    ] {
        let answer = stage.get(&path).await;
        assert_eq!(answer.status(), 400);
        let body: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(body["error_codes"], json!([90002]));
        assert!(
            body["error_description"]
                .as_str()
                .expect("text")
                .starts_with("AADSTS90002: Tenant 'nowhere.example'")
        );
    }
}

/// entra 2
#[tokio::test]
async fn the_issuer_is_a_template_where_any_tenant_may_sign_in_and_concrete_elsewhere() {
    let stage = Stage::start().await;
    for (segment, expected) in [
        ("common", "{tenantid}"),
        ("organizations", "{tenantid}"),
        ("consumers", CONSUMERS),
        (CONSUMERS, CONSUMERS),
        (CONTOSO, CONTOSO),
        ("contoso.example", CONTOSO),
    ] {
        let document = stage.json(&format!("/{segment}/{DOCUMENT}")).await;
        assert_eq!(
            document["issuer"],
            format!("{}/{expected}/v2.0", stage.emulator.origin()),
            "{segment}"
        );
    }
}

/// entra 3
#[tokio::test]
async fn endpoints_echo_the_requested_segment() {
    let stage = Stage::start().await;
    for segment in ["common", "contoso.example"] {
        let document = stage.json(&format!("/{segment}/{DOCUMENT}")).await;
        for (field, path) in [
            ("jwks_uri", "discovery/v2.0/keys"),
            ("authorization_endpoint", "oauth2/v2.0/authorize"),
            ("token_endpoint", "oauth2/v2.0/token"),
            ("device_authorization_endpoint", "oauth2/v2.0/devicecode"),
            ("end_session_endpoint", "oauth2/v2.0/logout"),
        ] {
            assert_eq!(
                document[field],
                format!("{}/{segment}/{path}", stage.emulator.origin())
            );
        }
    }
}

/// entra 4
#[tokio::test]
async fn discovery_hides_pkce_and_lists_three_ways_to_authenticate() {
    let stage = Stage::start().await;
    let document = stage.json(&format!("/common/{DOCUMENT}")).await;
    assert!(document.get("code_challenge_methods_supported").is_none());
    let methods = json!([
        "client_secret_post",
        "private_key_jwt",
        "client_secret_basic"
    ]);
    assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(
        document["response_types_supported"],
        json!(["code", "id_token", "code id_token", "id_token token"])
    );
    assert_eq!(document["tenant_region_scope"], json!(null));
}

/// entra 5
#[tokio::test]
async fn discovery_and_keys_may_be_read_by_any_page_and_kept_for_a_day() {
    let stage = Stage::start().await;
    for path in [
        format!("/common/{DOCUMENT}"),
        "/common/discovery/v2.0/keys".to_owned(),
    ] {
        let answer = stage.get(&path).await;
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        assert_eq!(answer.headers()["cache-control"], "max-age=86400, private");
        assert_eq!(answer.headers().get_all("content-type").iter().count(), 1);
    }
}

/// entra 6
#[tokio::test]
async fn there_are_three_rsa_keys_and_one_is_bound_to_personal_accounts() {
    let stage = Stage::start().await;
    let document = stage.json("/common/discovery/v2.0/keys").await;
    let keys = document["keys"].as_array().expect("keys");
    assert!(keys.len() >= 3);
    let mut names: Vec<&str> = keys
        .iter()
        .map(|key| key["kid"].as_str().expect("a name"))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), keys.len(), "names differ");
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["use"], &key["x5t"]),
            (&json!("RSA"), &json!("sig"), &key["kid"])
        );
        assert_eq!(key["e"], "AQAB");
        assert!(
            key["n"].as_str().expect("a modulus").len() >= 342,
            "2048 bits"
        );
        assert_eq!(key["x5c"].as_array().expect("certificates").len(), 1);
    }
    let origin = stage.emulator.origin();
    let bound = |segment: &str| {
        keys.iter()
            .filter(|key| key["issuer"] == format!("{origin}/{segment}/v2.0"))
            .count()
    };
    assert_eq!((bound("{tenantid}"), bound(CONSUMERS)), (2, 1));
}
