//! A Microsoft that says what it is told to say, once each, and writes down what it hears.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connect_outlook_backend::clock::Clock;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use tokio::sync::Notify;

pub(crate) const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
pub(crate) const SECRET: &str = "Zx~8Q~secret+of/the=app";
pub(crate) const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";
pub(crate) const ADA: &str = "33333333-aaaa-4bbb-8ccc-444444444444";

#[derive(Clone)]
pub(crate) struct Microsoft(Arc<Inside>);

struct Inside {
    pub(crate) origin: String,
    clock: Clock,
    state: Mutex<Script>,
    hold: Notify,
}

#[derive(Default)]
pub(crate) struct Script {
    /// Forms that reached the token endpoint.
    pub(crate) forms: Vec<HashMap<String, String>>,
    /// How often the signing keys were fetched.
    pub(crate) keys_asked: u32,
    /// Paths that reached Graph.
    pub(crate) graph: Vec<String>,
    /// What the token endpoint says before it behaves normally again.
    pub(crate) answers: VecDeque<(u16, Value)>,
    /// What the token endpoint says to the app itself before it behaves normally again.
    pub(crate) app_only: VecDeque<(u16, Value)>,
    /// What Graph says before it behaves normally again.
    pub(crate) graph_answers: VecDeque<(u16, Value)>,
    /// What the next ID token says, on top of what is usual.
    pub(crate) claims: HashMap<&'static str, Value>,
    /// Members of the next token answer, on top of what is usual; `null` takes one away.
    pub(crate) answer: HashMap<&'static str, Value>,
    /// Whether the token endpoint waits before it answers.
    pub(crate) held: bool,
    /// Whose domains are whose, by directory id.
    pub(crate) domains: HashMap<&'static str, &'static str>,
    /// With what status the next question whose domain it is is answered.
    pub(crate) directory: Option<u16>,
    /// Whether Graph waits before it answers.
    pub(crate) graph_held: bool,
    /// The challenge with which Graph refuses next, as it stands in the header.
    pub(crate) challenge: Option<String>,
    serial: u32,
}

impl Microsoft {
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let microsoft = Self(Arc::new(Inside {
            origin,
            clock,
            state: Mutex::default(),
            hold: Notify::new(),
        }));
        let router = Router::new()
            .route("/common/discovery/v2.0/keys", get(keys))
            .route("/common/oauth2/v2.0/token", post(token))
            .route("/{tenant}/oauth2/v2.0/token", post(token))
            .route(
                "/{tenant}/v2.0/.well-known/openid-configuration",
                get(directory),
            )
            .route("/v1.0/{*path}", any(graph))
            .with_state(microsoft.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        microsoft
    }

    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.state.lock().unwrap()
    }

    /// How many requests reached the token endpoint.
    pub(crate) fn token_requests(&self) -> usize {
        self.script().forms.len()
    }

    /// The access token given last; the only one that Graph accepts.
    pub(crate) fn latest_token(&self) -> String {
        format!("access-{}", self.script().serial)
    }

    pub(crate) fn let_go(&self) {
        {
            let mut script = self.script();
            (script.held, script.graph_held) = (false, false);
        }
        self.0.hold.notify_waiters();
    }

    /// The next answers of the token endpoint, in order.
    pub(crate) fn say(&self, status: u16, answer: Value) {
        self.script().answers.push_back((status, answer));
    }

    /// The next answers of Graph, in order.
    pub(crate) fn graph_says(&self, status: u16, code: &str) {
        self.script()
            .graph_answers
            .push_back((status, json!({"error": {"code": code}})));
    }
}

async fn keys(State(microsoft): State<Microsoft>) -> axum::Json<Value> {
    microsoft.script().keys_asked += 1;
    let jwk = jwk();
    axum::Json(
        json!({"keys": [{"kty": "RSA", "use": "sig", "kid": "rfc7515", "n": jwk["n"], "e": jwk["e"]}]}),
    )
}

async fn token(State(microsoft): State<Microsoft>, headers: HeaderMap, body: Bytes) -> Response {
    assert!(
        !headers.contains_key(header::ORIGIN),
        "an Origin header tells Entra that this is a page"
    );
    let form: HashMap<_, _> = url::form_urlencoded::parse(&body).into_owned().collect();
    let waiting = microsoft.0.hold.notified();
    let held = {
        let mut script = microsoft.script();
        script.forms.push(form.clone());
        if let Some((status, answer)) = script.answers.pop_front() {
            return said(status, &answer);
        }
        let app_only = form["grant_type"] == "client_credentials";
        if let Some((status, answer)) = script.app_only.pop_front_if(|_| app_only) {
            return said(status, &answer);
        }
        script.held
    };
    if held {
        waiting.await;
    }
    let answer = microsoft.issue(&form);
    said(200, &answer)
}

impl Microsoft {
    fn issue(&self, form: &HashMap<String, String>) -> Value {
        let now = self.0.clock.now().0;
        let mut script = self.script();
        script.serial += 1;
        let serial = script.serial;
        let mut answer = json!({
            "token_type": "Bearer", "scope": "email openid profile User.Read Mail.Read", "expires_in": 3600,
            "access_token": format!("access-{serial}"), "refresh_token": format!("refresh-{serial}"),
        });
        if form["scope"].contains("openid") {
            let mut claims = json!({
                "ver": "2.0", "iss": format!("{}/{TENANT}/v2.0", self.0.origin), "aud": CLIENT, "sub": "pairwise",
                "tid": TENANT, "oid": ADA, "iat": now - 300, "nbf": now - 300, "exp": now + 3600,
                "name": "Ada by claim", "preferred_username": "claim@contoso.example",
            });
            for (name, value) in script.claims.drain() {
                claims[name] = value;
            }
            answer["id_token"] = sign(&claims).into();
        }
        for (name, value) in script.answer.drain() {
            answer[name] = value;
        }
        answer
    }
}

async fn directory(State(microsoft): State<Microsoft>, Path(name): Path<String>) -> Response {
    let mut script = microsoft.script();
    if let Some(status) = script.directory.take() {
        return said(status, &json!({"error": "temporarily_unavailable"}));
    }
    let known = script.domains.get(name.as_str()).copied();
    let known = known.or_else(|| script.domains.values().copied().find(|id| *id == name));
    match known {
        Some(id) => said(
            200,
            &json!({"issuer": format!("{}/{id}/v2.0", microsoft.origin())}),
        ),
        None => said(400, &json!({"error": "invalid_tenant"})),
    }
}

async fn graph(State(microsoft): State<Microsoft>, uri: Uri, headers: HeaderMap) -> Response {
    let wanted = format!("Bearer {}", microsoft.latest_token());
    let waiting = microsoft.0.hold.notified();
    let held = {
        let mut script = microsoft.script();
        script.graph.push(uri.path().to_owned());
        script.graph_held
    };
    if held {
        waiting.await;
    }
    let mut script = microsoft.script();
    if let Some((status, answer)) = script.graph_answers.pop_front() {
        let mut response = said(status, &answer);
        if let Some(challenge) = script.challenge.take() {
            let challenge = challenge.parse().unwrap();
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        return response;
    }
    if headers[header::AUTHORIZATION] != wanted.as_str() {
        return said(
            401,
            &json!({"error": {"code": "InvalidAuthenticationToken"}}),
        );
    }
    let answer = match uri.path() {
        "/v1.0/me" => json!({"displayName": "Ada Lovelace", "mail": "ada@contoso.example"}),
        path if path.ends_with("/messages") => {
            json!({"value": [{"id": "m1", "subject": "Engine"}]})
        }
        path if path.contains("/messages/") => {
            json!({"id": "m1", "subject": "Engine", "body": {"contentType": "text", "content": "Dear Ada"}})
        }
        "/v1.0/me/mailFolders" => json!({"value": [{"id": "inbox", "displayName": "Inbox"}]}),
        path => json!({"id": path.rsplit('/').next()}),
    };
    said(200, &answer)
}

fn said(status: u16, answer: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let mut response = (status, axum::Json(answer)).into_response();
    if status == 429 || status == 503 {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, 17.into());
    }
    response
}

fn sign(claims: &Value) -> String {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "rfc7515"}).to_string();
    let signed = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let key = key_pair();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", encode(&signature))
}

#[expect(non_snake_case, reason = "ring names the fields as the RFC does")]
fn key_pair() -> KeyPair {
    let jwk = jwk();
    let number = |name: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(jwk[name].as_str().unwrap())
            .unwrap()
    };
    let public_key = PublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let [d, p, q, dP, dQ, qInv] = ["d", "p", "q", "dp", "dq", "qi"].map(number);
    KeyPair::from_components(&KeyPairComponents {
        public_key,
        d,
        p,
        q,
        dP,
        dQ,
        qInv,
    })
    .unwrap()
}

/// The key pair printed in RFC 7515 appendix A.2.
fn jwk() -> Value {
    serde_json::from_str(include_str!("../../src/entra/id_token/rfc7515.jwk.json")).unwrap()
}
