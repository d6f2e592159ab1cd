//! The ID token (entra.md §10.1, entra 57).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    random,
    world::{ClientId, Person, Tenant, TenantId},
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
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    rh: String,
    sub: String,
    tid: TenantId,
    uti: String,
    ver: &'static str,
}

/// What an ID token is made from.
pub(super) struct IdTokenSubject<'a> {
    pub(super) origin: &'a str,
    pub(super) client_id: &'a ClientId,
    pub(super) person: &'a Person,
    pub(super) tenant: &'a Tenant,
    pub(super) nonce: Option<&'a str>,
    /// Whether `profile` was granted: names and object id.
    pub(super) profile: bool,
    /// Whether `email` was granted.
    pub(super) email: bool,
    /// Unix seconds.
    pub(super) now: i64,
}

impl IdTokenClaims {
    /// The claims about `subject`.
    pub(super) fn about(subject: &IdTokenSubject<'_>) -> Self {
        let IdTokenSubject {
            person,
            tenant,
            now,
            profile,
            ..
        } = *subject;
        let when = |granted: bool, text: &str| granted.then(|| text.to_owned());
        Self {
            aud: subject.client_id.clone(),
            iss: format!("{}/{}/v2.0", subject.origin, tenant.id),
            iat: now - BACKDATED,
            nbf: now - BACKDATED,
            exp: now + LIFE,
            email: when(subject.email && tenant.email_claim, &person.address),
            name: when(profile, &person.name),
            nonce: subject.nonce.map(str::to_owned),
            oid: when(profile, person.id.as_str()),
            preferred_username: when(profile, &person.address),
            rh: format!("1.{}.", random::text::<24>()),
            sub: pairwise_subject(subject.client_id, &tenant.id, person),
            tid: tenant.id.clone(),
            uti: random::text::<16>(),
            ver: "2.0",
        }
    }
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
