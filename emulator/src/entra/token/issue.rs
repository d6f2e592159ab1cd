//! The answer of a granted request (entra.md §5.1, entra 54–57, 61).

use std::collections::BTreeSet;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    api_token::{self, Actor},
    call::TokenCall,
    trouble,
};
use crate::{
    entra::{
        answer_headers,
        client_info::client_info,
        grants::resolve,
        id_token::{Beside, IdTokenClaims, IdTokenSubject},
        keys::KeysMissing,
        redirect_uri::RedirectTarget,
        request_ids::RequestIds,
        scopes::{Grant, Scopes, is_oidc},
    },
    random,
    tokens::{AccessTokenGrant, CodeGrant, Proof, RefreshGrant, RefreshLife},
    world::{Membership, PersonId, Platform, Resource, Tenant, TenantId},
};

/// What a granted request comes down to.
#[derive(Debug)]
pub(super) struct Issue {
    pub(super) person: PersonId,
    pub(super) tenant: TenantId,
    pub(super) platform: Platform,
    pub(super) scopes: Scopes,
    /// Everything the person has agreed to for this app.
    pub(super) held: BTreeSet<Grant>,
    pub(super) listing: Listing,
    pub(super) nonce: Option<String>,
    /// The sign-in it descends from.
    pub(super) proof: Proof,
    /// Whether a refresh token goes with it.
    pub(super) refreshable: bool,
    pub(super) refresh_life: RefreshLife,
    /// The browser session behind it, where that is known.
    pub(super) session: Option<String>,
    /// Whether a code for the app's page goes with it (entra 51).
    pub(super) page_code: bool,
}

/// An access token as the answer tells of it.
pub(super) struct Granted {
    pub(super) access_token: String,
    pub(super) scope: String,
    /// Seconds.
    pub(super) life: i64,
}

/// Which of the held permissions an access token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// All of the resource, also those agreed to earlier (entra 56).
    AllHeld,
    /// Those asked for: scopes named at a refresh narrow the token (entra 63).
    AskedOnly,
}

impl Issue {
    /// Issues the tokens and answers with them.
    pub(super) async fn answer(self, call: &TokenCall<'_>, ids: &RequestIds) -> Response {
        let person = call.world.person(&self.person);
        let known = person.and_then(|person| call.world.membership(person, &self.tenant));
        let Some(member) = known else {
            return failed("person or tenant vanished");
        };
        let tenant = member.tenant;
        let id_token = match self.id_token(call, member, Beside::default()).await {
            Ok(id_token) => id_token,
            Err(missing) => return failed(&missing.to_string()),
        };
        let Some(granted) = self.granted(call, member).await else {
            return failed("an access token could not be signed");
        };
        let body = Body {
            token_type: "Bearer",
            scope: granted.scope,
            expires_in: granted.life,
            ext_expires_in: granted.life,
            refresh_in: call.claims.handles_challenges.then_some(granted.life / 2),
            access_token: granted.access_token,
            spa_code: self.page_code.then(|| self.code_for_page(call)),
            refresh_token_expires_in: self.refresh_token_life(call.now),
            client_info: (call.parameters.get("client_info") == Some("1"))
                .then(|| client_info(member.person)),
            refresh_token: self.refreshable.then(|| self.refresh_token(call, tenant)),
            id_token,
        };
        let mut answer = (StatusCode::OK, Json(body)).into_response();
        answer_headers::add(answer.headers_mut(), ids, 0);
        answer
    }

    /// The access token, for the first resource asked for (entra 64). `None` if there are no keys to sign it.
    pub(super) async fn granted(
        &self,
        call: &TokenCall<'_>,
        member: Membership<'_>,
    ) -> Option<Granted> {
        let resource = self.scopes.resources().first().copied();
        let resource = resource.unwrap_or(Resource::Graph);
        let carried = self.carried(call, resource);
        let life = life(call);
        let token = self.access_token(call, member, resource, &carried, life);
        Some(Granted {
            access_token: token.await?,
            scope: self.scope_text(&carried),
            life,
        })
    }

    /// The permissions the access token carries.
    fn carried(&self, call: &TokenCall<'_>, resource: Resource) -> BTreeSet<Grant> {
        let asked = resolve(&self.scopes, &call.application, &self.held, &call.world);
        let all = match self.listing {
            Listing::AllHeld => self.held.clone(),
            Listing::AskedOnly => asked.clone(),
        };
        all.into_iter()
            .filter(|grant| {
                if is_oidc(*grant) {
                    asked.contains(grant)
                } else {
                    grant.0 == resource
                }
            })
            .collect()
    }

    /// The `scope` of the answer: in no particular order, so that nobody relies on one.
    fn scope_text(&self, carried: &BTreeSet<Grant>) -> String {
        let listed = carried.iter().filter(|(_, name)| *name != "offline_access");
        let mut words: Vec<(u64, String)> = listed
            .map(|grant| {
                (
                    u64::from_le_bytes(random::bytes()),
                    self.scopes.written(*grant),
                )
            })
            .collect();
        words.sort_unstable();
        words
            .into_iter()
            .map(|(_, word)| word)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The ID token, if `openid` was asked for.
    pub(super) async fn id_token(
        &self,
        call: &TokenCall<'_>,
        member: Membership<'_>,
        beside: Beside<'_>,
    ) -> Result<Option<String>, KeysMissing> {
        if !self.scopes.asks("openid") {
            return Ok(None);
        }
        let keys = call.state.entra.keys.ready().await?;
        let claims = IdTokenClaims::about(&IdTokenSubject {
            origin: &call.state.origin,
            application: &call.application,
            member,
            nonce: self.nonce.as_deref(),
            session: self.session.as_deref(),
            signed_in_at: self.proof.signed_in_at,
            beside,
            profile: self.scopes.asks("profile"),
            email: self.scopes.asks("email"),
            now: call.now,
        });
        keys.signing(trouble::signing_kind(
            call,
            member.person,
            member.tenant.kind,
        ))?
        .sign(&claims)
        .map(Some)
        .map_err(|_| KeysMissing)
    }

    /// An access token: opaque for Microsoft's APIs, a JWT for those of apps. `None` if there are no keys to sign it.
    async fn access_token(
        &self,
        call: &TokenCall<'_>,
        member: Membership<'_>,
        resource: Resource,
        carried: &BTreeSet<Grant>,
        life: i64,
    ) -> Option<String> {
        let grant = AccessTokenGrant {
            person: self.person.clone(),
            tenant: self.tenant.clone(),
            client_id: call.application.client_id.clone(),
            resource,
            scopes: carried.iter().map(|(_, name)| (*name).to_owned()).collect(),
            issued_at: call.now,
            expires_at: call.now + life,
            handles_claims_challenges: call.claims.handles_challenges,
        };
        let tokens = &call.state.access_tokens;
        let Resource::Application(api) = resource else {
            return Some(tokens.issue_in(grant, member.tenant.kind, &self.proof));
        };
        let actor = Actor {
            api,
            tenant: &self.tenant,
            issued_at: grant.issued_at,
            expires_at: grant.expires_at,
        };
        let token = api_token::signed(call, &actor, api_token::about(api, member, carried)).await?;
        tokens.keep(token.clone(), grant, &self.proof);
        Some(token)
    }

    /// A second code for the app's page, good without redirect URI and verifier.
    fn code_for_page(&self, call: &TokenCall<'_>) -> String {
        call.state.entra.codes.issue(CodeGrant {
            person: self.person.clone(),
            tenant: self.tenant.clone(),
            client_id: call.application.client_id.clone(),
            redirect: RedirectTarget {
                uri: String::new(),
                platform: Platform::Spa,
            },
            scopes: self.scopes.clone(),
            session: self.session.clone(),
            nonce: None,
            proof: self.proof.clone(),
            beside_tokens: true,
            challenge: None,
            issued_at: call.now,
        })
    }

    fn refresh_token(&self, call: &TokenCall<'_>, tenant: &Tenant) -> String {
        let grant = RefreshGrant {
            person: self.person.clone(),
            tenant: self.tenant.clone(),
            client_id: call.application.client_id.clone(),
            platform: self.platform,
            scopes: self.scopes.clone(),
            proof: self.proof.clone(),
            issued_at: call.now,
            life: self.refresh_life,
        };
        call.state.entra.refresh_tokens.issue(grant, tenant.kind)
    }

    /// Only a page's refresh token tells how long it has left (entra 65).
    fn refresh_token_life(&self, now: i64) -> Option<i64> {
        match self.refresh_life {
            RefreshLife::Until(end) if self.refreshable => Some(end - now),
            RefreshLife::Until(_) | RefreshLife::Renewable => None,
        }
    }
}

/// Seconds an access token lives: 60 to 90 minutes, or 20 to 28 hours for clients that handle claims challenges.
fn life(call: &TokenCall<'_>) -> i64 {
    match (
        call.state.switches().access_token_life,
        call.claims.handles_challenges,
    ) {
        (Some(fixed), _) => fixed,
        (None, true) => random::between(72_000, 100_800),
        (None, false) => random::between(3_600, 5_400),
    }
}

pub(in crate::entra) fn failed(what: &str) -> Response {
    tracing::error!(what, "a token could not be issued");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[derive(Serialize)]
struct Body {
    token_type: &'static str,
    scope: String,
    expires_in: i64,
    ext_expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_in: Option<i64>,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spa_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_info: Option<String>,
}
