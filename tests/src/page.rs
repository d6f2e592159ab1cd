//! The page's side of the flow, as the SDK plays it, made without our own code: PKCE, authorize URL and callback are put
//! together here from the standards, so that agreeing with the backend proves something.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::browser::{Answer, Browser, Request};

/// A tab of a visitor's browser with the site's page in it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'visitor> {
    browser: &'visitor Browser,
    site: &'visitor Url,
}

/// An attempt as the page knows it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Made by the page.
    pub verifier: String,
    /// The backend's answer.
    pub started: Value,
}

/// What Microsoft's redirect says.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The address the browser was sent to.
    pub url: Url,
    /// The pairs of its fragment.
    pub parameters: Vec<(String, String)>,
}

impl<'visitor> Page<'visitor> {
    /// A page of `site` in `browser`.
    #[must_use]
    pub fn new(browser: &'visitor Browser, site: &'visitor Url) -> Self {
        Self { browser, site }
    }

    /// A request to the backend as the SDK builds it; `path` begins with `/v1`.
    ///
    /// # Panics
    /// If `path` is none.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let url = self.site.join(&format!("/outlook{path}")).expect("a path");
        Request::new(method, url)
            .header("x-connect-outlook", "1")
            .header("accept", "application/json")
    }

    /// Sends a request by `fetch`.
    pub async fn fetch(&self, request: Request) -> Answer {
        self.browser.fetch(self.site, request).await
    }

    /// `GET` of a path of the backend.
    pub async fn get(&self, path: &str) -> Answer {
        self.fetch(self.request(Method::GET, path)).await
    }

    /// `DELETE` of a path of the backend.
    pub async fn delete(&self, path: &str) -> Answer {
        self.fetch(self.request(Method::DELETE, path)).await
    }

    /// `POST` of JSON to a path of the backend.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.fetch(
            self.request(Method::POST, path)
                .body("application/json", body.to_string()),
        )
        .await
    }

    /// Asks for an attempt; `more` is added to the body.
    ///
    /// # Panics
    /// If the backend refuses.
    pub async fn start_attempt(&self, more: &Value) -> Attempt {
        let verifier = verifier();
        let mut body =
            json!({"code_challenge": challenge(&verifier), "code_challenge_method": "S256"});
        let fields = body.as_object_mut().expect("an object");
        fields.extend(more.as_object().cloned().unwrap_or_default());
        let answer = self.post("/v1/attempts", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        Attempt {
            verifier,
            started: answer.json(),
        }
    }

    /// Hands state, code and verifier over.
    pub async fn finish(&self, attempt: &Attempt, callback: &Callback) -> Answer {
        self.post("/v1/sessions", &finishing(attempt, callback))
            .await
    }

    /// Reports a refusal.
    pub async fn report_refusal(&self, callback: &Callback) -> Answer {
        let body: Value = callback
            .parameters
            .iter()
            .filter(|(name, _)| REFUSAL.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect::<serde_json::Map<_, _>>()
            .into();
        self.post("/v1/attempts/refusals", &body).await
    }
}

impl Attempt {
    /// A field of the backend's answer.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.started[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.started))
    }

    /// Where the page sends the browser (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
    ///
    /// # Panics
    /// If the endpoint is no address.
    #[must_use]
    pub fn authorize_url(&self) -> Url {
        let mut url: Url = self
            .field("authorize_endpoint")
            .parse()
            .expect("an endpoint");
        let challenge = challenge(&self.verifier);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(
                COPIED
                    .iter()
                    .filter_map(|name| Some((name, self.started[name].as_str()?))),
            );
        url
    }
}

impl Callback {
    /// Reads the fragment of the address the browser was sent to.
    #[must_use]
    pub fn read(url: &Url) -> Self {
        let fragment = url.fragment().unwrap_or_default().to_owned();
        let parameters = url::form_urlencoded::parse(fragment.as_bytes())
            .into_owned()
            .collect();
        Self {
            url: url.clone(),
            parameters,
        }
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The body that ends an attempt.
#[must_use]
pub fn finishing(attempt: &Attempt, callback: &Callback) -> Value {
    json!({
        "state": callback.get("state"),
        "code": callback.get("code"),
        "code_verifier": attempt.verifier,
    })
}

/// A fresh verifier: 32 random bytes in base64url (RFC 7636 section 4.1).
///
/// # Panics
/// Without randomness.
#[must_use]
pub fn verifier() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Its S256 challenge (RFC 7636 section 4.2).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// What goes into the authorize URL as the backend said it.
const COPIED: [&str; 10] = [
    "client_id",
    "redirect_uri",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "domain_hint",
    "claims",
];
const REFUSAL: [&str; 6] = [
    "state",
    "error",
    "error_subcode",
    "error_description",
    "suberror",
    "claims",
];

#[cfg(test)]
mod tests {
    /// RFC 7636 appendix B.
    #[test]
    fn the_challenge_is_the_standard_s() {
        let challenge = super::challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
