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

/// A rule: which requests it is about, and which of them keep it.
struct Rule {
    name: &'static str,
    sentence: &'static str,
    concerns: fn(&Exchange) -> bool,
    /// The secrets of the world's apps are told to it.
    keeps: fn(&Exchange, &[&str]) -> bool,
}

const RULES: [Rule; 7] = [
    Rule {
        name: "no_origin_at_token_endpoint",
        sentence: "Token requests carry no Origin header, as those of servers must not.",
        concerns: is_token_request,
        keeps: |one, _| one.request_header("origin").is_none(),
    },
    Rule {
        name: "nothing_secret_in_addresses",
        sentence: "No address carries a secret, an assertion, a token or a verifier.",
        concerns: |_| true,
        keeps: keeps_secrets,
    },
    Rule {
        name: "pkce_s256",
        sentence: "Authorize requests for a code carry a challenge by S256.",
        concerns: is_authorize_request,
        keeps: |one, _| {
            has(one, "code_challenge")
                && parameter(one, "code_challenge_method").is_some_and(|method| method == "S256")
        },
    },
    Rule {
        name: "verifier_sent",
        sentence: "Redemptions of codes carry the verifier.",
        concerns: is_redemption,
        keeps: |one, _| has(one, "code_verifier"),
    },
    Rule {
        name: "nonce_sent",
        sentence: "Authorize requests carry a nonce.",
        concerns: is_authorize_request,
        keeps: |one, _| has(one, "nonce"),
    },
    Rule {
        name: "state_sent",
        sentence: "Authorize requests carry a state.",
        concerns: is_authorize_request,
        keeps: |one, _| has(one, "state"),
    },
    Rule {
        name: "no_bearer_on_upload_host",
        sentence: "Uploads carry no Authorization header; their address is enough.",
        concerns: is_upload,
        keeps: |one, _| one.request_header("authorization").is_none(),
    },
];

/// All rules, judged by these exchanges.
pub(crate) fn judged(exchanges: &[Exchange], world: &World) -> Vec<Manner> {
    let secrets: Vec<&str> = world
        .applications
        .iter()
        .flat_map(|application| &application.secrets)
        .map(|secret| secret.value.as_str())
        .collect();
    RULES
        .iter()
        .map(|rule| {
            let concerned = || exchanges.iter().filter(|one| (rule.concerns)(one));
            let broken = concerned().filter(|one| !(rule.keeps)(one, &secrets));
            let broken_by: Vec<u64> = broken.map(|one| one.sequence).collect();
            Manner {
                name: rule.name,
                sentence: rule.sentence,
                holds: broken_by.is_empty(),
                checked: concerned().count(),
                broken_by,
            }
        })
        .collect()
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

fn has(one: &Exchange, name: &str) -> bool {
    parameter(one, name).is_some_and(|value| !value.is_empty())
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
