//! The search for secrets where none may be (R124, L12): everything the emulator issued or was sent is a canary.

use std::{collections::BTreeMap, io, path::Path, process::Command};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use connect_outlook_emulator::{Exchange, world::World};

use crate::{evidence, sought::Sought};

/// What lies in a file, read by another process: closing a file takes away every lock that this process has on it, also
/// those of a SQLite connection. Whoever opens the vault next would take it for nobody's, and cut off what is mapped here.
///
/// # Errors
/// When it cannot be read.
pub fn read_aside(file: &Path) -> io::Result<Vec<u8>> {
    let read = Command::new("cat").arg("--").arg(file).output()?;
    if read.status.success() {
        Ok(read.stdout)
    } else {
        Err(io::Error::other(
            String::from_utf8_lossy(&read.stderr).into_owned(),
        ))
    }
}

/// A secret value and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// `access_token`, `code`, `session_handle`, …
    pub kind: &'static str,
    /// The value.
    pub value: String,
}

impl Secret {
    /// A secret of this kind.
    pub fn new(kind: &'static str, value: impl Into<String>) -> Self {
        Self {
            kind,
            value: value.into(),
        }
    }

    /// The spellings in which it could hide: as it is, encoded, and pieces of a long one.
    #[must_use]
    pub fn spellings(&self) -> Vec<String> {
        let value = &self.value;
        let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        let json = serde_json::Value::from(value.as_str()).to_string();
        let mut all = vec![
            value.clone(),
            form.replace('+', "%20"),
            form,
            json.trim_matches('"').to_owned(),
            STANDARD.encode(value),
            URL_SAFE_NO_PAD.encode(value),
            hex,
        ];
        if value.len() >= 3 * PIECE {
            all.extend(value.get(PIECE..2 * PIECE).map(str::to_owned));
            all.extend(value.get(value.len() - PIECE..).map(str::to_owned));
        }
        all
    }
}

/// Every secret that `exchanges` carried and that `world` holds, each value once.
#[must_use]
pub fn secrets_in(exchanges: &[Exchange], world: &World) -> Vec<Secret> {
    let mut found = BTreeMap::new();
    let mut add = |kind: &'static str, value: &str| {
        if value.len() >= SHORTEST {
            found.insert(value.to_owned(), kind);
        }
    };
    for secret in world
        .applications
        .iter()
        .flat_map(|application| &application.secrets)
    {
        add("client_secret", &secret.value);
    }
    for request in evidence::token_requests(exchanges) {
        for kind in SENT {
            add(kind, request.form.get(kind).map_or("", String::as_str));
        }
        for kind in ISSUED {
            add(kind, request.answer[kind].as_str().unwrap_or_default());
        }
    }
    for exchange in exchanges {
        add(
            "code",
            &code_in(exchange.response_header("location").unwrap_or_default()),
        );
        let bearer = exchange
            .request_header("authorization")
            .and_then(|header| header.strip_prefix("Bearer "));
        add("access_token", bearer.unwrap_or_default());
    }
    found
        .into_iter()
        .map(|(value, kind)| Secret { kind, value })
        .collect()
}

/// The kinds of `secrets` that `text` holds in any spelling, each with where it was found.
#[must_use]
pub fn hits(secrets: &[Secret], text: &[u8], place: &str) -> Vec<String> {
    Sought::new(secrets).hits(text, place)
}

/// The code in an address's query or fragment; empty without one.
fn code_in(address: &str) -> String {
    let (_, parameters) = address.split_once(['?', '#']).unwrap_or_default();
    evidence::pairs(&parameters.replace(['?', '#'], "&"))
        .remove("code")
        .unwrap_or_default()
}

const SENT: [&str; 5] = [
    "code",
    "code_verifier",
    "client_secret",
    "refresh_token",
    "client_assertion",
];
const ISSUED: [&str; 3] = ["access_token", "refresh_token", "id_token"];
/// Shorter values would be found by chance.
const SHORTEST: usize = 16;
const PIECE: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// A search that finds nothing proves nothing unless it can find.
    #[test]
    fn every_spelling_is_found() {
        let secret = Secret::new(
            "client_secret",
            "emulated~Secret.of/the+Demo=Registration \"quoted\" and long enough to be cut into pieces of it, surely",
        );
        for spelling in secret.spellings() {
            let text = format!("before {spelling} after");
            assert_eq!(
                hits(std::slice::from_ref(&secret), text.as_bytes(), "a log").len(),
                1,
                "{spelling}"
            );
        }
        assert!(hits(&[secret], b"before after", "a log").is_empty());
    }

    #[test]
    fn a_code_is_seen_in_query_and_fragment() {
        assert_eq!(
            code_in("http://localhost:1/cb#code=0.AX%2B&state=s"),
            "0.AX+"
        );
        assert_eq!(code_in("http://localhost:1/cb?code=0.AX&state=s#"), "0.AX");
        assert_eq!(code_in("/next?flow=1"), "");
    }
}
