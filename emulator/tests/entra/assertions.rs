//! Client assertions, entra 48–50.

use connect_outlook_emulator::world::{FederatedCredential, IssuerKey, TOKEN_EXCHANGE};
use serde_json::{Value, json};

use crate::support::{ADA, App, CONTOSO, Signer, Stage, TokenAnswer};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DEFAULT: &str = "https://graph.microsoft.com/.default";

/// Asks a token for the ledger itself with this assertion.
async fn presented(stage: &Stage, tenant: &str, assertion: &str) -> TokenAnswer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", App::LEDGER.client_id),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
        ("scope", DEFAULT),
    ];
    stage.token(tenant, &form).await
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

/// entra 49: both generations of libraries are understood.
#[tokio::test]
async fn a_registered_certificate_proves_the_client_by_either_algorithm() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let claims = signer.claims(&stage, CONTOSO);
    presented(&stage, CONTOSO, &signer.modern(&claims))
        .await
        .granted();
    presented(&stage, CONTOSO, &signer.old(&claims))
        .await
        .granted();
}

/// entra 49: the audience is the endpoint or its issuer, its tenant in any spelling, its host by any of its names.
#[tokio::test]
async fn the_audience_must_be_the_token_endpoint_or_its_issuer() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let claims = signer.claims(&stage, CONTOSO);
    for audience in [
        stage.url("/contoso.example/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com/{CONTOSO}/oauth2/v2.0/token"),
        format!("https://login.windows.net/{CONTOSO}/oauth2/v2.0/token"),
        stage.url(&format!("/{CONTOSO}/v2.0")),
    ] {
        let claims = with(&claims, "aud", json!(audience));
        presented(&stage, CONTOSO, &signer.modern(&claims))
            .await
            .granted();
    }
    for audience in [
        stage.url("/fabrikam.example/oauth2/v2.0/token"),
        format!("https://elsewhere.example/{CONTOSO}/oauth2/v2.0/token"),
        stage.url("/fabrikam.example/v2.0"),
        stage.url(&format!("/{CONTOSO}/")),
        String::new(),
    ] {
        let claims = with(&claims, "aud", json!(audience));
        presented(&stage, CONTOSO, &signer.modern(&claims))
            .await
            .refused(401, "invalid_client", 50_012);
    }
}

/// entra 49: two audiences are one too many, even if both are right; a list of one is none.
#[tokio::test]
async fn there_is_one_audience() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let claims = signer.claims(&stage, CONTOSO);
    let (endpoint, issuer) = (
        stage.url(&format!("/{CONTOSO}/oauth2/v2.0/token")),
        stage.url(&format!("/{CONTOSO}/v2.0")),
    );
    let several = with(&claims, "aud", json!([endpoint, issuer]));
    presented(&stage, CONTOSO, &signer.modern(&several))
        .await
        .refused(401, "invalid_client", 5_002_741);
    let one = with(&claims, "aud", json!([endpoint]));
    presented(&stage, CONTOSO, &signer.modern(&one))
        .await
        .granted();
}

/// entra 49: issuer and subject are the client.
#[tokio::test]
async fn issuer_and_subject_must_be_the_client() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let claims = signer.claims(&stage, CONTOSO);
    for name in ["iss", "sub"] {
        let claims = with(&claims, name, json!(App::DEMO.client_id));
        presented(&stage, CONTOSO, &signer.modern(&claims))
            .await
            .refused(401, "invalid_client", 50_048);
    }
}

/// entra 49: its time, with five minutes for clocks that differ.
#[tokio::test]
async fn an_assertion_has_its_time() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let assertion = signer.modern(&signer.claims(&stage, CONTOSO));
    stage.wait(600 + 240);
    presented(&stage, CONTOSO, &assertion).await.granted();
    stage.wait(120);
    presented(&stage, CONTOSO, &assertion)
        .await
        .refused(401, "invalid_client", 50_012);
    let early = with(
        &signer.claims(&stage, CONTOSO),
        "nbf",
        json!(stage.emulator.clock().now() + 900),
    );
    presented(&stage, CONTOSO, &signer.modern(&early))
        .await
        .refused(401, "invalid_client", 50_012);
    let endless = with(&signer.claims(&stage, CONTOSO), "exp", Value::Null);
    presented(&stage, CONTOSO, &signer.modern(&endless))
        .await
        .refused(401, "invalid_client", 50_012);
}

/// entra 49: thumbprint and signature belong to a registered certificate that has not expired.
#[tokio::test]
async fn an_unknown_certificate_or_bad_signature_is_refused() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let claims = signer.claims(&stage, CONTOSO);
    let unknown = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": "AAAA" });
    let unnamed = json!({ "alg": "PS256", "typ": "JWT" });
    let none = json!({ "alg": "none", "typ": "JWT" });
    for header in [unknown, unnamed, none] {
        presented(&stage, CONTOSO, &signer.sign(&header, &claims))
            .await
            .refused(401, "invalid_client", 700_027);
    }
    let (genuine, other) = (
        signer.modern(&claims),
        signer.modern(&with(&claims, "jti", json!("another"))),
    );
    let (signed, _) = genuine.rsplit_once('.').expect("a signature");
    let (_, signature) = other.rsplit_once('.').expect("a signature");
    presented(&stage, CONTOSO, &format!("{signed}.{signature}"))
        .await
        .refused(401, "invalid_client", 700_027);
    stage.wait(74 * 366 * 86_400);
    let late = signer.modern(&signer.claims(&stage, CONTOSO));
    presented(&stage, CONTOSO, &late)
        .await
        .refused(401, "invalid_client", 700_027);
}

/// entra 49: what is no JWT, and half an assertion.
#[tokio::test]
async fn an_assertion_is_a_jwt_and_comes_with_its_type() {
    let stage = Stage::start().await;
    for text in ["x", "a.b.c", "....."] {
        presented(&stage, CONTOSO, text)
            .await
            .refused(401, "invalid_client", 50_012);
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", App::LEDGER.client_id),
        ("client_assertion", "a.b.c"),
        ("scope", DEFAULT),
    ];
    stage
        .token(CONTOSO, &form)
        .await
        .refused(400, "invalid_request", 900_144);
}

/// entra 48: codes and refresh tokens are redeemed by assertion as they are by secret.
#[tokio::test]
async fn a_code_and_a_refresh_token_may_be_redeemed_by_assertion() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let start = App::LEDGER.start().at("organizations");
    let code = start.sign_in(&stage, ADA).await.code();
    let assertion = signer.modern(&signer.claims(&stage, "organizations"));
    let proof = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
    ];
    let bare = App::LEDGER.redemption(&code);
    stage
        .token("organizations", &bare)
        .await
        .refused(401, "invalid_client", 7_000_218);
    let form: Vec<_> = bare.into_iter().chain(proof).collect();
    let tokens = stage.token("organizations", &form).await.granted();
    let refresh = App::LEDGER.refresh(tokens.text("refresh_token"));
    let form: Vec<_> = refresh.into_iter().chain(proof).collect();
    stage.token("organizations", &form).await.granted();
}

/// entra 50: issuer, subject and audience fit letter for letter, or nobody trusts the assertion.
#[tokio::test]
async fn a_federated_assertion_must_fit_exactly() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    trust(&stage, &signer, 0);
    let now = stage.emulator.clock().now();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "issuer-key" });
    let claims = json!({
        "iss": "https://builds.example", "sub": "repo:contoso/ledger:ref:main",
        "aud": TOKEN_EXCHANGE, "nbf": now, "exp": now + 300,
    });
    let sent =
        async |claims: &Value| presented(&stage, CONTOSO, &signer.sign(&header, claims)).await;
    sent(&claims).await.granted();
    for (name, other) in [
        ("iss", "https://builds.example/"),
        ("sub", "repo:contoso/ledger:ref:*"),
        ("sub", "REPO:contoso/ledger:ref:main"),
        ("aud", "api://somebody-else"),
    ] {
        sent(&with(&claims, name, json!(other)))
            .await
            .refused(401, "invalid_client", 70_021);
    }
    sent(&with(&claims, "exp", json!(now - 600)))
        .await
        .refused(401, "invalid_client", 50_012);
    let forged = json!({ "alg": "RS256", "typ": "JWT", "kid": "another-key" });
    presented(&stage, CONTOSO, &signer.sign(&forged, &claims))
        .await
        .refused(401, "invalid_client", 700_027);
}

/// entra 50: a new credential takes its time to spread.
#[tokio::test]
async fn a_federated_credential_works_once_it_has_spread() {
    let stage = Stage::start().await;
    let signer = Signer::of(&stage);
    let now = stage.emulator.clock().now();
    trust(&stage, &signer, now + 120);
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "issuer-key" });
    let claims = json!({
        "iss": "https://builds.example", "sub": "repo:contoso/ledger:ref:main",
        "aud": TOKEN_EXCHANGE, "nbf": now, "exp": now + 900,
    });
    let assertion = signer.sign(&header, &claims);
    presented(&stage, CONTOSO, &assertion)
        .await
        .refused(401, "invalid_client", 70_021);
    stage.wait(150);
    presented(&stage, CONTOSO, &assertion).await.granted();
}

fn trust(stage: &Stage, signer: &Signer, usable_from: i64) {
    let (n, e) = signer.public_key();
    stage.change(&App::LEDGER, |ledger| {
        ledger.federated_credentials.push(FederatedCredential {
            name: "builds".into(),
            issuer: "https://builds.example".into(),
            subject: "repo:contoso/ledger:ref:main".into(),
            audience: TOKEN_EXCHANGE.into(),
            usable_from,
            keys: vec![IssuerKey {
                kid: "issuer-key".into(),
                n,
                e,
            }],
        });
    });
}
