//! Somebody with a token in front of a started emulator.

use std::sync::{Arc, OnceLock};

use connect_outlook_emulator::{
    Emulator, EmulatorBuilder, SigningKeys,
    tokens::{AccessTokenGrant, AppTokenGrant},
    world::{ClientId, Resource, TenantId, TenantKind},
};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::Value;

/// An emulator and one person's token for it.
pub(crate) struct Mailbox {
    /// The emulator; dropping it stops it.
    pub(crate) emulator: Arc<Emulator>,
    client: reqwest::Client,
    token: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Mailbox {
    /// Ada's mailbox, with a token that reads and writes mail.
    pub(crate) async fn of_ada() -> Self {
        Self::of("ada@contoso.example", &["User.Read", "Mail.ReadWrite"]).await
    }

    /// The mailbox of `address`, with a token for `scopes`.
    pub(crate) async fn of(address: &str, scopes: &[&str]) -> Self {
        Self::within(Emulator::builder(), address, scopes).await
    }

    /// The mailbox of `address` in an emulator made by `builder`, with a token for `scopes`.
    pub(crate) async fn within(builder: EmulatorBuilder, address: &str, scopes: &[&str]) -> Self {
        static KEYS: OnceLock<SigningKeys> = OnceLock::new();
        // Another test may have installed it first.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let keys = KEYS.get_or_init(SigningKeys::make).clone();
        let emulator = builder
            .signing_keys(keys)
            .start("127.0.0.1:0")
            .await
            .expect("starts");
        let emulator = Arc::new(emulator);
        let token = issue(&emulator, address, scopes);
        Self {
            emulator,
            client: reqwest::Client::new(),
            token,
        }
    }

    /// The same emulator, entered by `address` with a token for `scopes`.
    pub(crate) fn entered_by(self, address: &str, scopes: &[&str]) -> Self {
        let token = issue(&self.emulator, address, scopes);
        Self { token, ..self }
    }

    /// Somebody else in front of the same emulator.
    pub(crate) fn beside(&self, address: &str, scopes: &[&str]) -> Self {
        self.with_token(issue(&self.emulator, address, scopes))
    }

    /// An app in front of the same emulator, with these application permissions at Contoso.
    pub(crate) fn app_beside(&self, roles: &[&str]) -> Self {
        let world = self.emulator.world();
        let tenant = world.tenant_named("contoso.example").expect("a tenant");
        let now = self.emulator.clock().now();
        let grant = AppTokenGrant {
            client_id: ClientId::new("c0ffee00-0000-4000-8000-000000000007"),
            tenant: tenant.id.clone(),
            resource: Resource::Graph,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            issued_at: now,
            expires_at: now + 3600,
        };
        self.with_token(self.emulator.state().app_tokens.issue(grant))
    }

    /// The emulator itself, when nobody is left in front of it.
    pub(crate) fn into_emulator(self) -> Emulator {
        Arc::into_inner(self.emulator).expect("nobody else")
    }

    /// The same emulator entered by another token.
    pub(crate) fn with_token(&self, token: String) -> Self {
        Self {
            emulator: Arc::clone(&self.emulator),
            client: self.client.clone(),
            token,
        }
    }

    /// A request below `/v1.0`, or to an absolute address.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/v1.0{path}", self.emulator.origin()),
        };
        self.client.request(method, url).bearer_auth(&self.token)
    }

    /// A request without a token, to an absolute address.
    pub(crate) fn plain(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// A request without a token.
    pub(crate) fn anonymous(&self, path: &str) -> RequestBuilder {
        self.client
            .get(format!("{}/v1.0{path}", self.emulator.origin()))
    }

    /// `GET` below `/v1.0`, or of an absolute address.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// `GET` with a preference.
    pub(crate) async fn get_preferring(&self, preference: &str, path: &str) -> Answer {
        send(self.request(Method::GET, path).header("prefer", preference)).await
    }

    /// The JSON of a `GET` that must be answered with 200.
    pub(crate) async fn json(&self, path: &str) -> Value {
        self.get(path).await.json()
    }

    /// The entries of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        entries(&self.json(path).await)
    }

    /// `GET /me/messages` with a query, whatever the answer.
    pub(crate) async fn asked(&self, query: &str) -> Answer {
        self.get(&format!("/me/messages?{query}")).await
    }

    /// `PATCH` or `POST` with a JSON body.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        send(self.request(method, path).json(body)).await
    }

    /// `POST` with a JSON body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    /// `POST` without a body.
    pub(crate) async fn post_nothing(&self, path: &str) -> Answer {
        send(
            self.request(Method::POST, path)
                .header("content-length", "0"),
        )
        .await
    }

    /// `DELETE`
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// How many messages a folder holds, and how many of them are unread.
    pub(crate) async fn counts(&self, folder: &str) -> (i64, i64) {
        let folder = self.json(&format!("/me/mailFolders/{folder}")).await;
        let number = |name: &str| folder[name].as_i64().expect("a count");
        (number("totalItemCount"), number("unreadItemCount"))
    }

    /// The newest message of a folder.
    pub(crate) async fn newest(&self, folder: &str) -> Value {
        let path = format!("/me/mailFolders/{folder}/messages?$top=1");
        self.list(&path).await.remove(0)
    }

    /// The first message that fulfils `wanted`, whichever page it is on.
    pub(crate) async fn message(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let all = self.list("/me/messages?$top=1000").await;
        all.into_iter()
            .find(|message| wanted(message))
            .expect("such a message")
    }
}

impl Answer {
    /// The body of a good answer.
    pub(crate) fn json(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// Asserts that the call was refused so.
    pub(crate) fn is_refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), self.error()["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
    }

    /// `error` of the body.
    pub(crate) fn error(&self) -> Value {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["error"].clone()
    }

    /// A header that must be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name}"))
            .to_str()
            .expect("text")
    }
}

/// Sends a request and reads the answer.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Answer {
        status,
        headers,
        text: response.text().await.expect("a body"),
    }
}

/// The entries of a list.
pub(crate) fn entries(page: &Value) -> Vec<Value> {
    page["value"].as_array().expect("a list").clone()
}

/// A text member.
pub(crate) fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name]
        .as_str()
        .unwrap_or_else(|| panic!("no text {name} in {object}"))
}

/// A token for Graph that lives an hour.
fn issue(emulator: &Emulator, address: &str, scopes: &[&str]) -> String {
    let world = emulator.world();
    let person = world.person_at(address).expect("somebody of the world");
    issue_at(emulator, address, &person.tenant, scopes)
}

/// The same, of a tenant that need not be the person's home.
pub(crate) fn issue_at(
    emulator: &Emulator,
    address: &str,
    tenant: &TenantId,
    scopes: &[&str],
) -> String {
    let world = emulator.world();
    let person = world.person_at(address).expect("somebody of the world");
    let now = emulator.clock().now();
    let grant = AccessTokenGrant {
        person: person.id.clone(),
        tenant: tenant.clone(),
        client_id: ClientId::new("c0ffee00-0000-4000-8000-000000000001"),
        resource: Resource::Graph,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        issued_at: now,
        expires_at: now + 3600,
        handles_claims_challenges: false,
    };
    emulator
        .state()
        .access_tokens
        .issue(grant, TenantKind::Company)
}
