//! What the emulator's record says about what the backend did.

use std::collections::BTreeMap;

use connect_outlook_emulator::Exchange;
use serde_json::Value;

/// One call of the token endpoint.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The whole exchange.
    pub exchange: Exchange,
    /// The form that was sent.
    pub form: BTreeMap<String, String>,
    /// The answer; `Null` if it was not JSON.
    pub answer: Value,
}

impl TokenRequest {
    /// A field of the form.
    ///
    /// # Panics
    /// If it was not sent.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.form
            .get(name)
            .unwrap_or_else(|| panic!("the form has no {name}"))
    }

    /// Whether it asked for tokens in this way.
    #[must_use]
    pub fn is(&self, grant_type: &str) -> bool {
        self.form
            .get("grant_type")
            .is_some_and(|found| found == grant_type)
    }
}

/// The calls of the token endpoint among `exchanges`, in order.
#[must_use]
pub fn token_requests(exchanges: &[Exchange]) -> Vec<TokenRequest> {
    let to_token = |exchange: &&Exchange| exchange.path.ends_with("/oauth2/v2.0/token");
    exchanges.iter().filter(to_token).map(read).collect()
}

/// The calls of Graph among `exchanges`, in order.
#[must_use]
pub fn graph_calls(exchanges: &[Exchange]) -> Vec<Exchange> {
    exchanges
        .iter()
        .filter(|exchange| exchange.path.starts_with("/v1.0/"))
        .cloned()
        .collect()
}

/// The first visit of the authorize endpoint among `exchanges`, its query read.
///
/// # Panics
/// If there was none.
#[must_use]
pub fn authorize_query(exchanges: &[Exchange]) -> BTreeMap<String, String> {
    let visit = exchanges
        .iter()
        .find(|exchange| exchange.path.ends_with("/oauth2/v2.0/authorize"));
    pairs(&visit.expect("a visit of the authorize endpoint").query)
}

fn read(exchange: &Exchange) -> TokenRequest {
    TokenRequest {
        form: pairs(&exchange.request_body.text),
        answer: serde_json::from_str(&exchange.response_body.text).unwrap_or_default(),
        exchange: exchange.clone(),
    }
}

/// The pairs of a form or query.
#[must_use]
pub fn pairs(form: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}
