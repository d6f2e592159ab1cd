//! Access tokens for an app's own API: JWTs in the v2.0 format (entra.md §10.1), which the API checks itself. Chosen: every
//! exposed API asked for that format (`requestedAccessTokenVersion` 2).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{call::TokenCall, client::Credential};
use crate::{
    entra::{
        id_token::pairwise_subject,
        scopes::{Grant, is_oidc},
    },
    random,
    world::{ApiId, ClientId, Membership, Resource, TenantId},
};

/// Where a token is good, and how long.
pub(super) struct Actor<'grant> {
    pub(super) api: ApiId,
    pub(super) tenant: &'grant TenantId,
    /// Unix seconds.
    pub(super) issued_at: i64,
    /// Unix seconds.
    pub(super) expires_at: i64,
}

/// A signed token with the claims of `who` beside those that every token has. `None` if there are no keys.
pub(super) async fn signed(call: &TokenCall<'_>, actor: &Actor<'_>, who: Value) -> Option<String> {
    let keys = call.state.entra.keys.ready().await.ok()?;
    let kind = call.world.tenant(actor.tenant)?.kind;
    let mut claims = json!({
        "aud": actor.api.to_string(),
        "iss": format!("{}/{}/v2.0", call.state.origin, actor.tenant),
        "iat": actor.issued_at,
        "nbf": actor.issued_at,
        "exp": actor.expires_at,
        "azp": call.application.client_id,
        "azpacr": proof_class(&call.credential),
        "tid": actor.tenant,
        "uti": random::text::<16>(),
        "ver": "2.0",
    });
    if let (Value::Object(claims), Value::Object(who)) = (&mut claims, who) {
        claims.extend(who);
    }
    keys.signing(kind).ok()?.sign(&claims).ok()
}

/// The claims about a person whom a token stands for.
pub(super) fn about(api: ApiId, member: Membership<'_>, carried: &BTreeSet<Grant>) -> Value {
    let of_api = |grant: &&Grant| grant.0 == Resource::Application(api) && !is_oidc(**grant);
    let names = carried.iter().filter(of_api).map(|(_, name)| *name);
    json!({
        "name": member.person.name,
        "oid": member.id,
        "preferred_username": member.person.address,
        "scp": names.collect::<Vec<_>>().join(" "),
        "sub": pairwise_subject(&ClientId::new(api.to_string()), &member.tenant.id, member.person),
    })
}

/// The object id of an app's service principal in a tenant: the same every time, different in every tenant.
pub(super) fn service_principal(client_id: &ClientId, tenant: &TenantId) -> String {
    let digest = Sha256::digest(format!("service principal|{client_id}|{tenant}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// How the client proved itself: not at all, by secret, by assertion.
fn proof_class(credential: &Credential) -> &'static str {
    match credential {
        Credential::None => "0",
        Credential::Secret(_) => "1",
        Credential::Assertion(_) => "2",
    }
}
