//! The integrator: a server that asks by API key, and a site of its own that visitors come back to.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::LazyLock,
    thread,
};

use connect_outlook_backend::{
    clock::UnixTime,
    vault::{KeyRing, Location, Vault, id::ApiKeyId},
};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    World,
    browser::{Answer, Landing, Request},
    canaries::Secret,
};

/// The integrator's server, at one process of the deployment.
#[derive(Clone, Debug)]
pub struct Integrator<'world> {
    world: &'world World,
    site: Url,
    /// Names its key.
    pub key_id: ApiKeyId,
    /// Its key.
    pub key: String,
}

/// A link as the integrator got it.
#[derive(Clone, Debug)]
pub struct HostedLink {
    /// Names it.
    pub id: String,
    /// For the visitor.
    pub url: Url,
}

impl<'world> Integrator<'world> {
    /// Somebody whom the operator has just given a key.
    ///
    /// # Panics
    /// If the vault does not open beside the backend.
    pub async fn of(world: &'world World) -> Self {
        let vault = beside(world).await;
        let made = vault.new_api_key("server", UnixTime(world.now())).await;
        let (key_id, key) = made.expect("a key");
        vault.close().await;
        let key = key.expose().to_owned();
        world.keep_secret(Secret::new("api_key", &key));
        Self {
            world,
            site: world.site().clone(),
            key_id,
            key,
        }
    }

    /// The same server, asking another process.
    #[must_use]
    pub fn at(&self, site: &Url) -> Self {
        Self {
            site: site.clone(),
            ..self.clone()
        }
    }

    /// Has the operator revoke its key.
    ///
    /// # Panics
    /// If the key was not alive.
    pub async fn lose_key(&self) {
        let vault = beside(self.world).await;
        let now = UnixTime(self.world.now());
        let revoked = vault.revoke_api_key(self.key_id, now).await;
        assert!(revoked.expect("a vault"), "it was alive");
        vault.close().await;
    }

    /// A request under its key; `path` begins with `/v1`.
    ///
    /// # Panics
    /// If `path` is none.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let url = self.site.join(&format!("/outlook{path}")).expect("a path");
        Request::new(method, url).header("authorization", format!("Bearer {}", self.key))
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.body("application/json", body.to_string());
        request.send().await
    }

    /// Asks for a link for `user`; `more` is added to the body.
    pub async fn ask_for_link(&self, user: &str, more: &Value) -> Answer {
        let mut body = json!({
            "kind": "create", "user": user, "success_url": done(), "failure_url": failed(),
        });
        let fields = body.as_object_mut().expect("an object");
        fields.extend(more.as_object().cloned().unwrap_or_default());
        self.post("/v1/links", &body).await
    }

    /// A link for `user`.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn link(&self, user: &str, more: &Value) -> HostedLink {
        let answer = self.ask_for_link(user, more).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let made = answer.json();
        let url: Url = made["url"]
            .as_str()
            .expect("an address")
            .parse()
            .expect("an address");
        let token = url.path().rsplit('/').next().unwrap_or_default();
        self.world.keep_secret(Secret::new("link_token", token));
        let id = made["id"].as_str().expect("an id").to_owned();
        HostedLink { id, url }
    }

    /// Adds a webhook; its id and its secret.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn webhook(&self, url: &str, more: &Value) -> (String, String) {
        let mut body = json!({ "url": url });
        let fields = body.as_object_mut().expect("an object");
        fields.extend(more.as_object().cloned().unwrap_or_default());
        let answer = self.post("/v1/webhooks", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let made = answer.json();
        let text = |name: &str| made[name].as_str().expect("text").to_owned();
        let secret = text("secret");
        self.world
            .keep_secret(Secret::new("webhook_secret", secret.as_str()));
        (text("id"), secret)
    }

    /// What a link says of itself.
    pub async fn state(&self, link: &HostedLink) -> Value {
        let answer = self.get(&format!("/v1/links/{}", link.id)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Ends a link.
    pub async fn revoke(&self, link: &HostedLink) -> Answer {
        let path = format!("/v1/links/{}", link.id);
        self.request(Method::DELETE, &path).send().await
    }

    /// The completion code that a visitor brought to `success_url`.
    ///
    /// # Panics
    /// If the visitor is elsewhere.
    #[must_use]
    pub fn completion_code(&self, link: &HostedLink, landing: &Landing) -> String {
        let told = told(landing);
        let find = |name: &str| told.iter().find(|(known, _)| known == name);
        assert!(landing.url.as_str().starts_with(&done()), "{}", landing.url);
        let named = find("connect_outlook_link").expect("the link");
        assert_eq!(named.1, link.id);
        let code = &find("connect_outlook_completion").expect("a code").1;
        self.world
            .keep_secret(Secret::new("completion_code", code.as_str()));
        code.clone()
    }

    /// Says that `user` is who came back with this completion code.
    pub async fn confirm(&self, link: &HostedLink, code: &str, user: &str) -> Answer {
        let path = format!("/v1/links/{}/confirm", link.id);
        let body = json!({"completion_code": code, "user": user});
        self.post(&path, &body).await
    }
}

/// What the address says in which a visitor arrived.
#[must_use]
pub fn told(landing: &Landing) -> Vec<(String, String)> {
    landing.url.query_pairs().into_owned().collect()
}

/// Where visitors come back to be confirmed.
#[must_use]
pub fn done() -> String {
    format!("{}/outlook/done?tab=mail", *SITE)
}

/// Where visitors come back otherwise.
#[must_use]
pub fn failed() -> String {
    format!("{}/outlook/failed", *SITE)
}

/// The integrator's origin.
#[must_use]
pub fn site() -> Url {
    SITE.parse().expect("an origin")
}

async fn beside(world: &World) -> Vault {
    let (address, key) = world.vault();
    let location: Location = address.parse().expect("an address");
    let keys = KeyRing::parse(key).expect("a key");
    Vault::open(&location, keys).await.expect("it opens")
}

/// One for the process: the same short page at every address.
static SITE: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            // The request's head ends with an empty line.
            let _head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            // Whoever went away wants no answer.
            let _gone = stream.write_all(PAGE);
        }
    });
    format!("http://{address}")
});

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 33\r\nconnection: close\r\n\r\n<!doctype html><title>CRM</title>";
