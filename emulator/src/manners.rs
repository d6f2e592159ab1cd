//! How clients behaved, told from the record of exchanges (entra 86): what tests want to assert, in any language.

use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::{exchange::Exchange, world::World};

/// One rule, and the recorded requests it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manner {
    /// Names the rule.
    pub name: &'static str,
    /// The rule.
    pub sentence: &'static str,
    /// Whether no request broke it.
    pub holds: bool,
    /// How many requests it was about; a rule that was about none proves nothing.
    pub checked: usize,
    /// Sequence numbers of the exchanges that broke it.
    pub broken_by: Vec<u64>,
}

/// All rules, judged by these exchanges.
pub(crate) fn judged(exchanges: &[Exchange], world: &World) -> Vec<Manner> {
    let secrets: Vec<&str> = world
        .applications
        .iter()
        .flat_map(|application| &application.secrets)
        .map(|secret| secret.value.as_str())
        .collect();
    let of =
        |name, sentence, concerns: fn(&Exchange) -> bool, keeps: &dyn Fn(&Exchange) -> bool| {
            let concerned: Vec<&Exchange> = exchanges.iter().filter(|one| concerns(one)).collect();
            let broken = concerned.iter().filter(|one| !keeps(one));
            let broken_by: Vec<u64> = broken.map(|one| one.sequence).collect();
            Manner {
                name,
                sentence,
                holds: broken_by.is_empty(),
                checked: concerned.len(),
                broken_by,
            }
        };
    vec![
        of(
            "no_origin_at_token_endpoint",
            "Token requests carry no Origin header, as those of servers must not.",
            is_token_request,
            &|one| one.request_header("origin").is_none(),
        ),
        of(
            "nothing_secret_in_addresses",
            "No address carries a secret, an assertion, a token or a verifier.",
            |_| true,
            &|one| keeps_secrets(one, &secrets),
        ),
        of(
            "pkce_s256",
            "Authorize requests for a code carry a challenge by S256.",
            is_authorize_request,
            &|one| {
                let given = |name| parameter(one, name).unwrap_or_default();
                !given("code_challenge").is_empty() && given("code_challenge_method") == "S256"
            },
        ),
        of(
            "verifier_sent",
            "Redemptions of codes carry the verifier.",
            is_redemption,
            &|one| parameter(one, "code_verifier").is_some_and(|verifier| !verifier.is_empty()),
        ),
        of(
            "nonce_sent",
            "Authorize requests carry a nonce.",
            is_authorize_request,
            &|one| parameter(one, "nonce").is_some_and(|nonce| !nonce.is_empty()),
        ),
        of(
            "state_sent",
            "Authorize requests carry a state.",
            is_authorize_request,
            &|one| parameter(one, "state").is_some_and(|state| !state.is_empty()),
        ),
        of(
            "no_bearer_on_upload_host",
            "Uploads carry no Authorization header; their address is enough.",
            is_upload,
            &|one| one.request_header("authorization").is_none(),
        ),
    ]
}

fn is_token_request(one: &Exchange) -> bool {
    one.method == "POST" && one.path.ends_with("/oauth2/v2.0/token")
}

fn is_redemption(one: &Exchange) -> bool {
    is_token_request(one)
        && parameter(one, "grant_type").is_some_and(|kind| kind == "authorization_code")
}

/// Requests of apps, not those by which the emulator's own pages go on.
fn is_authorize_request(one: &Exchange) -> bool {
    one.path.ends_with("/oauth2/v2.0/authorize")
        && parameter(one, "response_type")
            .is_some_and(|kinds| kinds.split(' ').any(|kind| kind == "code"))
}

fn is_upload(one: &Exchange) -> bool {
    one.path.contains("/AttachmentSessions(")
}

fn keeps_secrets(one: &Exchange, secrets: &[&str]) -> bool {
    let address = format!("{}?{}", one.path, one.query);
    let decoded = percent_decode_str(&address).decode_utf8_lossy();
    let names_none = url::form_urlencoded::parse(one.query.as_bytes())
        .all(|(name, _)| !SECRET_PARAMETERS.contains(&name.as_ref()));
    names_none && !secrets.iter().any(|secret| decoded.contains(secret))
}

/// A parameter of the query, or of the form in the body.
fn parameter(one: &Exchange, name: &str) -> Option<String> {
    let find = |text: &str| {
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.into_owned())
    };
    find(&one.query).or_else(|| find(&one.request_body.text))
}

const SECRET_PARAMETERS: [&str; 6] = [
    "client_secret",
    "client_assertion",
    "code_verifier",
    "refresh_token",
    "access_token",
    "assertion",
];
