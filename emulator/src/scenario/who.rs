//! Whose request it is, as far as it shows: client ids, codes, tokens and hints in it tell.

use axum::http::{
    header::{AUTHORIZATION, CONTENT_TYPE},
    request::Parts,
};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    graph::Pair,
    state::EmulatorState,
    tokens::{CodeState, RefreshState},
    world::{ClientId, PersonId},
};

/// What a request shows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) person: Option<PersonId>,
    pub(crate) client_id: Option<ClientId>,
}

impl Seen {
    /// What a request with this head and body shows.
    pub(crate) fn of(state: &EmulatorState, parts: &Parts, body: &[u8]) -> Self {
        let mut seen = Self {
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            ..Self::default()
        };
        let query = seen.query.clone();
        seen.read_pairs(state, query.as_bytes());
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let is_form = |kind: &str| kind.starts_with("application/x-www-form-urlencoded");
        if header(CONTENT_TYPE).is_some_and(is_form) {
            seen.read_pairs(state, body);
        }
        if let Some((scheme, value)) = header(AUTHORIZATION).and_then(|text| text.split_once(' ')) {
            seen.read_authorization(state, scheme, value.trim());
        }
        if let (None, Some(pair)) = (&seen.person, parts.extensions.get::<Pair>()) {
            seen.person = Some(pair.mailbox.clone());
            seen.client_id = Some(pair.client_id.clone());
        }
        seen
    }

    /// Whether it is for Graph.
    pub(crate) fn is_graph(&self) -> bool {
        let first = self.path.split('/').nth(1).unwrap_or_default();
        first.eq_ignore_ascii_case("v1.0") || first == "beta" || self.path.starts_with("/api/v2.0/")
    }

    fn read_pairs(&mut self, state: &EmulatorState, encoded: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(encoded) {
            match name.as_ref() {
                "client_id" => self.client_id = Some(ClientId::new(value.to_lowercase())),
                "login_hint" => {
                    self.person = state
                        .world()
                        .person_at(&value)
                        .map(|person| person.id.clone());
                }
                "code" => {
                    if let CodeState::Live(grant) | CodeState::Spent(grant) =
                        state.entra.codes.look_up(&value)
                    {
                        self.person = Some(grant.person);
                    }
                }
                "refresh_token" => {
                    if let RefreshState::Issued(grant) = state.entra.refresh_tokens.look_up(&value)
                    {
                        self.person = Some(grant.person);
                    }
                }
                _ => {}
            }
        }
    }

    fn read_authorization(&mut self, state: &EmulatorState, scheme: &str, value: &str) {
        if scheme.eq_ignore_ascii_case("bearer") {
            if let Some(grant) = state.access_tokens.lookup(value) {
                self.person = Some(grant.person);
                self.client_id = Some(grant.client_id);
            }
            return;
        }
        let decoded = BASE64_STANDARD.decode(value).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded);
        if let Some((client_id, _)) = decoded.split_once(':') {
            self.client_id = Some(ClientId::new(client_id.to_lowercase()));
        }
    }
}
