//! Who calls, and what the token allows (graph-mail §17).

use axum::http::{HeaderMap, header};

use super::error::GraphError;
use crate::{
    state::EmulatorState,
    tokens::AccessTokenGrant,
    world::{Person, Resource},
};

/// Somebody who calls with a live token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Whose token it is.
    pub(crate) person: Person,
    /// What it stands for.
    pub(crate) grant: AccessTokenGrant,
}

/// What a route needs the token to allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Read the person's profile.
    Profile,
    /// Read folders and messages without their text.
    MailBasic,
    /// Read messages, attachments, MIME.
    Mail,
    /// Change, move, copy.
    MailWrite,
}

impl Caller {
    /// The caller whose token stands in `headers`, at `now` (unix seconds).
    ///
    /// # Errors
    /// 401 if there is no token, or it was never issued, is for another API, or has lapsed (E1).
    pub(crate) fn identify(
        emulator: &EmulatorState,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Self, GraphError> {
        let token = bearer(headers)?;
        let unknown = || GraphError::unauthenticated(UNREADABLE);
        let grant = emulator.access_tokens.lookup(token).ok_or_else(unknown)?;
        if grant.resource != Resource::Graph {
            return Err(GraphError::unauthenticated(
                "Access token validation failure. Invalid audience.",
            ));
        }
        if now >= grant.expires_at {
            return Err(GraphError::unauthenticated(
                "Lifetime validation failed, the token is expired.",
            ));
        }
        let person = emulator
            .world()
            .person(&grant.person)
            .cloned()
            .ok_or_else(unknown)?;
        Ok(Self { person, grant })
    }

    /// Whether the token allows `need` on the caller's own data.
    pub(crate) fn may(&self, need: Need) -> bool {
        let enough: &[&str] = match need {
            Need::Profile => PROFILE,
            Need::MailBasic => MAIL_BASIC,
            Need::Mail => MAIL,
            Need::MailWrite => MAIL_WRITE,
        };
        enough.iter().any(|scope| self.grant.allows(scope))
    }

    /// Whether the texts of messages must be left out: the token reads mail, but not its contents (E5).
    pub(crate) fn sees_basics_only(&self) -> bool {
        !self.may(Need::Mail)
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, GraphError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(GraphError::unauthenticated("Access token is empty."));
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(GraphError::unauthenticated(UNREADABLE));
    }
    match token.trim() {
        "" => Err(GraphError::unauthenticated("Access token is empty.")),
        token => Ok(token),
    }
}

/// What Graph says of a token it cannot make sense of.
const UNREADABLE: &str = "CompactToken parsing failed with error code: 80049217";
const PROFILE: &[&str] = &[
    "User.Read",
    "User.ReadWrite",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// The `.Shared` scopes cover the own mailbox as well as those of others.
const MAIL_BASIC: &[&str] = &[
    "Mail.ReadBasic",
    "Mail.ReadBasic.Shared",
    "Mail.Read",
    "Mail.Read.Shared",
    "Mail.ReadWrite",
    "Mail.ReadWrite.Shared",
];
const MAIL: &[&str] = &[
    "Mail.Read",
    "Mail.Read.Shared",
    "Mail.ReadWrite",
    "Mail.ReadWrite.Shared",
];
const MAIL_WRITE: &[&str] = &["Mail.ReadWrite", "Mail.ReadWrite.Shared"];
