//! A started emulator and a client that follows no redirects.

use std::sync::{Once, OnceLock};

use connect_outlook_emulator::{
    Emulator, EmulatorBuilder, SigningKeys,
    world::{Application, Person},
};
use reqwest::{StatusCode, header::HeaderMap, redirect::Policy};
use serde_json::Value;

use super::App;

pub(crate) struct Stage {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

/// An answer of the token endpoint.
pub(crate) struct TokenAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    pub(crate) async fn start_with(
        settings: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder,
    ) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            rustls::crypto::ring::default_provider()
                .install_default()
                .expect("first to install a provider");
        });
        // Making RSA keys takes a second of both cores: all emulators of this program share one set.
        static KEYS: OnceLock<SigningKeys> = OnceLock::new();
        let keys = KEYS.get_or_init(SigningKeys::make).clone();
        let builder = settings(Emulator::builder().signing_keys(keys));
        let emulator = builder.start("127.0.0.1:0").await.expect("a free port");
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .tls_certs_only(emulator.certificate_authority().map(|authority| {
                reqwest::Certificate::from_pem(authority.as_bytes()).expect("a certificate")
            }))
            .build()
            .expect("a client");
        Self { emulator, http }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.origin())
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.http
            .get(self.url(path))
            .send()
            .await
            .expect("an answer")
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.expect("JSON")
    }

    /// Posts a form to the token endpoint of `tenant`.
    pub(crate) async fn token(&self, tenant: &str, form: &[(&str, &str)]) -> TokenAnswer {
        self.token_with(tenant, form, &[]).await
    }

    /// Posts a form with extra headers.
    pub(crate) async fn token_with(
        &self,
        tenant: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> TokenAnswer {
        let mut request = self
            .http
            .post(self.url(&format!("/{tenant}/oauth2/v2.0/token")))
            .form(form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        TokenAnswer {
            status,
            headers,
            json: answer.json().await.expect("JSON"),
        }
    }

    /// Changes the registration of `app`.
    pub(crate) fn change(&self, app: &App, change: impl FnOnce(&mut Application)) {
        self.emulator.state().change_world(|world| {
            let mut applications = world.applications.iter_mut();
            let known = applications.find(|known| known.client_id.as_str() == app.client_id);
            change(known.expect("a registered app"));
        });
    }

    /// Changes somebody's account.
    pub(crate) fn change_person(&self, address: &str, change: impl FnOnce(&mut Person)) {
        self.emulator.state().change_world(|world| {
            let mut people = world.people.iter_mut();
            let known = people.find(|person| person.address == address);
            change(known.expect("somebody of the world"));
        });
    }

    /// Moves the emulator's clock.
    pub(crate) fn wait(&self, seconds: i64) {
        self.emulator.clock().advance(seconds);
    }
}

impl TokenAnswer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.json[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field} in {}", self.json))
    }

    /// The words of `scope`, sorted.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.text("scope").split(' ').collect();
        words.sort_unstable();
        words
    }

    /// Demands success.
    #[track_caller]
    pub(crate) fn granted(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.json);
        self
    }

    /// Demands this refusal, with every field of an error body.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, error: &str, number: u32) -> Self {
        assert_eq!(
            (self.status.as_u16(), &self.json["error"]),
            (status, &error.into()),
            "{}",
            self.json
        );
        assert_eq!(
            self.json["error_codes"],
            serde_json::json!([number]),
            "{}",
            self.json
        );
        assert!(
            self.text("error_description")
                .starts_with(&format!("AADSTS{number}: "))
        );
        self
    }
}
