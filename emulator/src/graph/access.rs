//! Who calls, and what the token allows (graph-mail §17).

use axum::http::{HeaderMap, header};

use super::error::GraphError;
use crate::{
    state::EmulatorState,
    tokens::{AccessTokenGrant, AppTokenGrant},
    world::{ClientId, Person, PersonId, Resource, TenantId},
};

/// Somebody, or an app for itself, who calls with a live token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Who acts.
    pub(crate) actor: Actor,
    /// The app that the token was issued to.
    pub(crate) client_id: ClientId,
    /// The tenant that issued the token.
    pub(crate) tenant: TenantId,
    permissions: Vec<String>,
}

/// Who acts.
#[derive(Clone, Debug)]
pub(crate) enum Actor {
    /// A person, by an app.
    Person(Box<Person>),
    /// The app itself (client credentials).
    App,
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
    /// Change, move, copy, delete, write drafts.
    MailWrite,
    /// Send. Writing does not imply it, nor it writing.
    MailSend,
}

/// How far a permission must reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The caller's own mailbox.
    Own,
    /// What somebody shared with the caller.
    Shared,
    /// Every mailbox of the tenant: apps for themselves.
    Tenant,
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
        if let Some(grant) = emulator.access_tokens.lookup(token) {
            check(grant.resource, grant.expires_at, now)?;
            let person = emulator.world().person(&grant.person).cloned();
            return Ok(Self::on_behalf_of(person.ok_or_else(unknown)?, grant));
        }
        let grant = emulator.app_tokens.lookup(token).ok_or_else(unknown)?;
        check(grant.resource, grant.expires_at, now)?;
        Ok(Self::for_itself(grant))
    }

    fn on_behalf_of(person: Person, grant: AccessTokenGrant) -> Self {
        Self {
            actor: Actor::Person(Box::new(person)),
            client_id: grant.client_id,
            tenant: grant.tenant,
            permissions: grant.scopes,
        }
    }

    fn for_itself(grant: AppTokenGrant) -> Self {
        Self {
            actor: Actor::App,
            client_id: grant.client_id,
            tenant: grant.tenant,
            permissions: grant.roles,
        }
    }

    /// The person on whose behalf the app calls; `None` if it calls for itself.
    pub(crate) fn person(&self) -> Option<&Person> {
        match &self.actor {
            Actor::Person(person) => Some(person),
            Actor::App => None,
        }
    }

    /// Who acts: the person's object id, or the app's client id, which stands in for that of its service principal.
    pub(crate) fn actor_id(&self) -> PersonId {
        match &self.actor {
            Actor::Person(person) => person.id.clone(),
            Actor::App => PersonId::new(self.client_id.as_str()),
        }
    }

    /// Whether the token allows `need` so far.
    pub(crate) fn may(&self, need: Need, reach: Reach) -> bool {
        self.holds_any(enough(need, reach))
    }

    /// Whether the token allows `need` on anything at all.
    pub(crate) fn may_somewhere(&self, need: Need) -> bool {
        let reaches: &[Reach] = match self.actor {
            Actor::Person(_) => &[Reach::Own, Reach::Shared],
            Actor::App => &[Reach::Tenant],
        };
        reaches.iter().any(|reach| self.may(need, *reach))
    }

    /// Whether the token carries one of these permissions, in any case.
    pub(crate) fn holds_any(&self, permissions: &[&str]) -> bool {
        let held = |permission: &&str| {
            let mut held = self.permissions.iter();
            held.any(|held| held.eq_ignore_ascii_case(permission))
        };
        permissions.iter().any(held)
    }
}

fn check(resource: Resource, expires_at: i64, now: i64) -> Result<(), GraphError> {
    if resource != Resource::Graph {
        let text = "Access token validation failure. Invalid audience.";
        return Err(GraphError::unauthenticated(text));
    }
    if now >= expires_at {
        let text = "Lifetime validation failed, the token is expired.";
        return Err(GraphError::unauthenticated(text));
    }
    Ok(())
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

/// The permissions each of which is enough. The `.Shared` ones cover the own mailbox as well as those of others.
fn enough(need: Need, reach: Reach) -> &'static [&'static str] {
    match (need, reach) {
        (Need::Profile, Reach::Own) => PROFILE,
        (Need::Profile, _) => PROFILES,
        (Need::MailBasic, Reach::Own) => &[
            "Mail.ReadBasic",
            "Mail.ReadBasic.Shared",
            "Mail.Read",
            "Mail.Read.Shared",
            "Mail.ReadWrite",
            "Mail.ReadWrite.Shared",
        ],
        (Need::MailBasic, Reach::Shared) => &[
            "Mail.ReadBasic.Shared",
            "Mail.Read.Shared",
            "Mail.ReadWrite.Shared",
        ],
        (Need::MailBasic, Reach::Tenant) => &[
            "Mail.ReadBasic",
            "Mail.ReadBasic.All",
            "Mail.Read",
            "Mail.ReadWrite",
        ],
        (Need::Mail, Reach::Own) => &[
            "Mail.Read",
            "Mail.Read.Shared",
            "Mail.ReadWrite",
            "Mail.ReadWrite.Shared",
        ],
        (Need::Mail, Reach::Shared) => &["Mail.Read.Shared", "Mail.ReadWrite.Shared"],
        (Need::Mail, Reach::Tenant) => &["Mail.Read", "Mail.ReadWrite"],
        (Need::MailWrite, Reach::Own) => &["Mail.ReadWrite", "Mail.ReadWrite.Shared"],
        (Need::MailWrite, Reach::Shared) => &["Mail.ReadWrite.Shared"],
        (Need::MailWrite, Reach::Tenant) => &["Mail.ReadWrite"],
        (Need::MailSend, Reach::Own) => &["Mail.Send", "Mail.Send.Shared"],
        (Need::MailSend, Reach::Shared) => &["Mail.Send.Shared"],
        (Need::MailSend, Reach::Tenant) => &["Mail.Send"],
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
/// What opens the profiles of others.
const PROFILES: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
