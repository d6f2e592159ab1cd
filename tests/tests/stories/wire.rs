//! What goes over the wire to Microsoft, by the emulator's record of it.

use connect_outlook_tests::{Answering, evidence, page, story};

#[tokio::test]
async fn the_verifier_of_the_page_is_the_one_that_reaches_the_token_endpoint() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        visitor.page().finish(&attempt, &callback).await;
        let asked = evidence::authorize_query(&world.exchanges());
        let [redemption] = world.token_requests().try_into().unwrap();
        assert_eq!(redemption.field("code_verifier"), attempt.verifier);
        assert_eq!(asked["code_challenge"], page::challenge(&attempt.verifier));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(redemption.field("code"), callback.get("code").unwrap());
    })
    .await;
}

/// R2, R33, R78, entra 44: how a code is redeemed.
#[tokio::test]
async fn a_code_is_redeemed_by_a_confidential_client_and_not_by_a_browser() {
    story(async |world| {
        world.visitor().connect("ada").await;
        let asked = evidence::authorize_query(&world.exchanges());
        let [redemption] = world.token_requests().try_into().unwrap();
        assert_eq!(redemption.exchange.status, 200);
        assert_eq!(redemption.field("grant_type"), "authorization_code");
        assert_eq!(redemption.field("redirect_uri"), asked["redirect_uri"]);
        assert_eq!(redemption.field("client_id"), asked["client_id"]);
        assert!(
            world
                .client_secrets()
                .contains(&redemption.field("client_secret").to_owned())
        );
        for header in [
            "origin",
            "cookie",
            "referer",
            "x-connect-outlook",
            "sec-fetch-site",
        ] {
            assert_eq!(redemption.exchange.request_header(header), None, "{header}");
        }
        assert_eq!(redemption.exchange.query, "");
    })
    .await;
}

/// R4, R10, R14: one way to ask, the least to ask for.
#[tokio::test]
async fn the_authorize_url_asks_for_a_code_and_for_what_the_site_needs() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, _) = visitor.sign_in(Answering::TurnsBack).await;
        let asked = evidence::authorize_query(&world.exchanges());
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["response_mode"], "fragment");
        assert_eq!(
            asked["scope"],
            "openid profile email offline_access User.Read Mail.Read"
        );
        assert_eq!(asked["state"], attempt.field("state"));
        assert_eq!(asked["nonce"], attempt.field("nonce"));
        assert!(!asked.contains_key("client_secret") && !asked.contains_key("code_verifier"));
    })
    .await;
}

/// R97: secrets travel in bodies and in the `Authorization` header, never in an address.
#[tokio::test]
async fn no_secret_is_in_an_address() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        ada.inbox().await;
        world.advance(2 * 3600);
        ada.inbox().await;
        let exchanges = world.exchanges();
        for secret in world.secrets() {
            for exchange in &exchanges {
                let address = format!("{}?{}", exchange.path, exchange.query);
                let held = secret
                    .spellings()
                    .iter()
                    .any(|spelling| address.contains(spelling.as_str()));
                assert!(
                    !held,
                    "a {} in the address of {} {}",
                    secret.kind, exchange.method, exchange.path
                );
            }
        }
    })
    .await;
}

/// R131, R135: Graph is asked by the server alone, with a short list of headers.
#[tokio::test]
async fn graph_sees_a_token_and_nothing_of_the_browser() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let first = ada.inbox().await.remove(0);
        ada.get("/folders").await;
        ada.get(&format!("/messages/{}", first["id"].as_str().unwrap()))
            .await;
        let calls = evidence::graph_calls(&world.exchanges());
        assert!(calls.len() >= 3, "{} calls", calls.len());
        for call in calls {
            assert!(
                call.request_header("authorization")
                    .is_some_and(|value| value.starts_with("Bearer "))
            );
            for (name, value) in &call.request_headers {
                assert!(
                    GRAPH_HEADERS.contains(&name.as_str()),
                    "{}: {name}: {value}",
                    call.path
                );
            }
        }
    })
    .await;
}

/// Ids that change when a message is moved would break every link.
#[tokio::test]
async fn messages_are_always_asked_for_with_immutable_ids() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        ada.inbox().await;
        ada.get("/folders").await;
        for call in evidence::graph_calls(&world.exchanges()) {
            let preferences: Vec<_> = call
                .request_headers
                .iter()
                .filter(|(name, _)| name == "prefer")
                .map(|(_, value)| value.as_str())
                .collect();
            assert!(
                preferences.join(", ").contains("IdType=\"ImmutableId\""),
                "{}: {preferences:?}",
                call.path
            );
        }
    })
    .await;
}

/// R34: addresses come from the configuration, whatever a request says about the host.
#[tokio::test]
async fn a_hostile_host_changes_nothing() {
    story(async |world| {
        let visitor = world.visitor();
        let honest = visitor.page().start_attempt(&serde_json::json!({})).await;
        let verifier = page::verifier();
        let body = serde_json::json!({"code_challenge": page::challenge(&verifier), "code_challenge_method": "S256"});
        for (name, value) in HOSTILE {
            let page = visitor.page();
            let request = page.request(reqwest::Method::POST, "/v1/attempts").body("application/json", body.to_string());
            let answer = page.fetch(request.header(name, *value)).await;
            assert!(!answer.as_text().contains("evil.example"), "{name}: {}", answer.as_text());
            if answer.status == 201 {
                let started = answer.json();
                for field in ["redirect_uri", "authorize_endpoint"] {
                    assert_eq!(started[field], honest.started[field], "{name}");
                }
            }
        }
    })
    .await;
}

const GRAPH_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "authorization",
    "client-request-id",
    "host",
    "prefer",
    "return-client-request-id",
    "user-agent",
];

const HOSTILE: &[(&str, &str)] = &[
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x_forwarded_host", "evil.example"),
    ("forwarded", "host=evil.example;proto=https"),
    ("x-original-url", "https://evil.example/"),
    ("x-rewrite-url", "https://evil.example/"),
    ("x-forwarded-prefix", "/evil.example"),
];
