//! Bad input for the authorize and token endpoints: callback parameters turned round, tokens, header injection, sizes and
//! text (security §4.1, 4.3, 4.6–4.8). Whatever comes, there is an answer below 500, and the emulator lives on.

use reqwest::{Method, header::HeaderValue};

use crate::support::{ADA, App, CHALLENGE, Stage};

/// Values that have broken parsers.
fn values() -> Vec<String> {
    let written: Vec<String> = serde_json::from_str(include_str!("corpus.json")).expect("JSON");
    let made = [
        "\u{301}".repeat(10_000),
        "a".repeat(10_000),
        "[".repeat(3_000),
        format!("{{\"a\":{}1{}}}", "[".repeat(1_000), "]".repeat(1_000)),
    ];
    written.into_iter().chain(made).collect()
}

const AUTHORIZE: [&str; 14] = [
    "client_id",
    "response_type",
    "redirect_uri",
    "scope",
    "response_mode",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "client-request-id",
    "emulator.scenario",
];
const TOKEN: [&str; 12] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "claims",
    "client_assertion",
    "client_assertion_type",
    "assertion",
];

async fn lives(stage: &Stage) {
    App::DEMO.tokens(stage, ADA).await;
}

#[tokio::test]
async fn the_authorize_endpoint_answers_whatever_comes() {
    let stage = Stage::start().await;
    for name in AUTHORIZE {
        for value in values() {
            let path = App::DEMO.start().with(name, &value).path();
            let answer = stage.get(&path).await;
            let shown: String = value.chars().take(40).collect();
            assert!(
                answer.status().as_u16() < 500,
                "{name}={shown:?}: {}",
                answer.status()
            );
            assert!(
                !answer.headers().contains_key("x-injected"),
                "{name}={shown:?}"
            );
        }
        let twice = format!("{}&{name}=a&{name}=b&{name}[]=c", App::DEMO.start().path());
        assert!(
            stage.get(&twice).await.status().as_u16() < 500,
            "{name} repeated"
        );
    }
    lives(&stage).await;
}

#[tokio::test]
async fn odd_queries_are_answered_too() {
    let stage = Stage::start().await;
    for query in [
        "",
        "?",
        "?%",
        "?%zz=%",
        "?client_id=%c0%af",
        "?&&&;;;===",
        "?a=1;b=2",
        &format!("?{}", "x=1&".repeat(500)),
    ] {
        let answer = stage
            .get(&format!("/common/oauth2/v2.0/authorize{query}"))
            .await;
        assert!(answer.status().as_u16() < 500, "{query:?}");
    }
    lives(&stage).await;
}

#[tokio::test]
async fn odd_tenants_are_answered_too() {
    let stage = Stage::start().await;
    for tenant in [
        "%00",
        "..%2f",
        "%c0%af",
        "{tenantid}",
        "COMMON",
        "a%0d%0ab",
        &"t".repeat(2_000),
    ] {
        let path = format!(
            "/{tenant}/oauth2/v2.0/authorize?client_id={}&code_challenge={CHALLENGE}",
            App::DEMO.client_id
        );
        assert!(stage.get(&path).await.status().as_u16() < 500, "{tenant}");
    }
    lives(&stage).await;
}

#[tokio::test]
async fn the_token_endpoint_answers_whatever_comes() {
    let stage = Stage::start().await;
    stage
        .emulator
        .change_switches(|switches| switches.loop_threshold = None);
    let tokens = App::DEMO.tokens(&stage, ADA).await;
    let code = App::DEMO.code(&stage, ADA).await;
    for grant in [
        App::DEMO.refresh(tokens.text("refresh_token")),
        App::DEMO.redemption(&code),
    ] {
        for name in TOKEN {
            for value in values() {
                let mut form = grant.clone();
                form.retain(|(field, _)| *field != name);
                form.push((name, &value));
                let request = stage.http.post(stage.url("/common/oauth2/v2.0/token"));
                let answer = request.form(&form).send().await.expect("an answer");
                let shown: String = value.chars().take(40).collect();
                assert!(
                    answer.status().as_u16() < 500,
                    "{name}={shown:?}: {}",
                    answer.status()
                );
            }
        }
    }
    lives(&stage).await;
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn odd_bodies_are_answered_too() {
    let stage = Stage::start().await;
    let url = stage.url("/common/oauth2/v2.0/token");
    let bodies: [(&str, Vec<u8>); 8] = [
        ("application/json", b"{\"grant_type\":\"x\"}".to_vec()),
        (FORM, vec![0xff, 0xfe, 0x00, b'=', 0x80]),
        (
            "application/x-www-form-urlencoded; charset=utf-7",
            b"grant_type=x".to_vec(),
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n".to_vec()),
        ("", b"grant_type=refresh_token".to_vec()),
        (FORM, "a=1&".repeat(100_000).into_bytes()),
        (FORM, vec![b'a'; 1 << 20]),
        (FORM, b"grant_type=".to_vec()),
    ];
    for (kind, body) in bodies {
        let request = stage.http.post(&url).header("content-type", kind);
        let answer = request.body(body).send().await.expect("an answer");
        assert!(answer.status().as_u16() < 500, "{kind}");
    }
    for method in [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::OPTIONS,
        Method::DELETE,
    ] {
        for path in ["token", "authorize", "logout"] {
            let url = stage.url(&format!("/common/oauth2/v2.0/{path}"));
            let request = stage.http.request(method.clone(), url).body("code=x");
            let answer = request.send().await.expect("an answer");
            assert!(answer.status().as_u16() < 500, "{method} {path}");
        }
    }
    lives(&stage).await;
}

#[tokio::test]
async fn odd_credentials_are_answered_too() {
    let stage = Stage::start().await;
    let url = stage.url("/common/oauth2/v2.0/token");
    let long = format!("Basic {}", "A".repeat(8_000));
    let odd = [
        "",
        "Basic",
        "Basic ",
        "basic %%%",
        "Bearer x",
        "Basic Og==",
        "Basic /////w==",
        &long,
    ];
    for authorization in odd {
        let value = HeaderValue::from_str(authorization).expect("a header");
        let request = stage.http.post(&url).header("authorization", value);
        let form = [("grant_type", "refresh_token")];
        let answer = request.form(&form).send().await.expect("an answer");
        assert!(answer.status().as_u16() < 500, "{authorization}");
    }
    lives(&stage).await;
}

#[tokio::test]
async fn headers_of_proxies_change_nothing() {
    let stage = Stage::start().await;
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/_emulator/world"),
        ("forwarded", "host=evil.example"),
        ("origin", "null"),
        ("cookie", "emulator-session=\"; a=b; =; ;;"),
        ("client-request-id", "\t not a guid"),
        ("accept-encoding", "gzip;q=NaN"),
    ] {
        let request = stage.http.get(stage.url(&App::DEMO.start().path()));
        let answer = request.header(name, value).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200, "{name}");
        let body = answer.text().await.expect("text");
        assert!(!body.contains("evil.example"), "{name}");
    }
    lives(&stage).await;
}
