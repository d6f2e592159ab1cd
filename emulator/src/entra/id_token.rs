//! The ID token (entra.md §10.1, entra 57).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::login_hint;
use crate::{
    random,
    world::{Application, CONSUMERS_TENANT_ID, ClientId, Membership, Person, TenantId},
};

/// The claims of an ID token.
#[derive(Debug, Serialize)]
pub(super) struct IdTokenClaims {
    aud: ClientId,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    rh: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    sub: String,
    tid: TenantId,
    uti: String,
    ver: &'static str,
}

/// What an ID token is made from.
pub(super) struct IdTokenSubject<'a> {
    pub(super) origin: &'a str,
    pub(super) application: &'a Application,
    pub(super) member: Membership<'a>,
    pub(super) nonce: Option<&'a str>,
    /// The browser session it was asked in.
    pub(super) session: Option<&'a str>,
    /// When the password was given, unix seconds.
    pub(super) signed_in_at: i64,
    /// What it travels beside; from the authorize endpoint only.
    pub(super) beside: Beside<'a>,
    /// Whether `profile` was granted: names and object id.
    pub(super) profile: bool,
    /// Whether `email` was granted.
    pub(super) email: bool,
    /// Unix seconds.
    pub(super) now: i64,
}

/// The code and access token that an ID token is bound to by their hashes (OpenID Connect Core §3.3.2.11).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside<'a> {
    pub(super) code: Option<&'a str>,
    pub(super) access_token: Option<&'a str>,
}

impl IdTokenClaims {
    /// The claims about `subject`.
    pub(super) fn about(subject: &IdTokenSubject<'_>) -> Self {
        let IdTokenSubject {
            application,
            member,
            now,
            profile,
            ..
        } = *subject;
        let Membership { person, tenant, .. } = member;
        let optional = |name| {
            application
                .optional_claims
                .iter()
                .any(|claim| claim == name)
        };
        // Guests have the claim unasked; others by scope, where the domain's owner is verified.
        let email = member.is_guest() || (subject.email && tenant.email_claim);
        let when = |granted: bool, text: &str| granted.then(|| text.to_owned());
        Self {
            aud: application.client_id.clone(),
            iss: format!("{}/{}/v2.0", subject.origin, tenant.id),
            iat: now - BACKDATED,
            nbf: now - BACKDATED,
            exp: now + LIFE,
            at_hash: subject.beside.access_token.map(half_hash),
            auth_time: optional("auth_time").then_some(subject.signed_in_at),
            c_hash: subject.beside.code.map(half_hash),
            email: when(email, &person.address),
            idp: member.is_guest().then(|| home_provider(person)),
            login_hint: optional("login_hint").then(|| login_hint::of(person)),
            name: when(profile, &person.name),
            nonce: subject.nonce.map(str::to_owned),
            oid: when(profile, member.id.as_str()),
            preferred_username: when(profile, &person.address),
            rh: format!("1.{}.", random::text::<24>()),
            sid: subject
                .session
                .and_then(|session| when(optional("sid"), session)),
            sub: pairwise_subject(&application.client_id, &tenant.id, person),
            tid: tenant.id.clone(),
            uti: random::text::<16>(),
            ver: "2.0",
        }
    }
}

/// Who a guest's home is (entra 59): another tenant, or the provider of personal accounts.
fn home_provider(person: &Person) -> String {
    match person.tenant.as_str() {
        CONSUMERS_TENANT_ID => "live.com".into(),
        tenant => format!("https://sts.windows.net/{tenant}/"),
    }
}

/// base64url of the left half of a value's SHA-256.
fn half_hash(value: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(value)[..16])
}

/// A subject that is the same for a person in every token to one app, and different for every app.
pub(super) fn pairwise_subject(client_id: &ClientId, tenant: &TenantId, person: &Person) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!(
        "{client_id}|{tenant}|{}",
        person.id
    )))
}

/// `iat` and `nbf` lie five minutes back, so that the whole life is 3,900 seconds.
const BACKDATED: i64 = 300;
const LIFE: i64 = 3_600;
