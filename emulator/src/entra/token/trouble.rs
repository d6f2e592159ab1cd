//! What scenarios and switches do at the token endpoint.

use serde_json::json;

use super::call::TokenCall;
use crate::{
    clock::rfc3339,
    entra::{
        aadsts::{self, Aadsts},
        admission::Bar,
        oauth_error::OAuthError,
    },
    scenario::{ScenarioName, Standing},
    tokens::{Proof, RefreshState},
    world::{Person, PersonId, Platform, TenantKind},
};

/// Whether anything that is set keeps `person` from tokens of a sign-in with this proof (entra 67–69, 75).
///
/// # Errors
/// As entra.md §8.2 lists them.
pub(super) fn check(
    call: &TokenCall<'_>,
    person: &PersonId,
    proof: &Proof,
    platform: Platform,
) -> Result<(), OAuthError> {
    let standing = Standing::of(&call.state.scenarios);
    let client_id = &call.application.client_id;
    let holds = |name| standing.holds(name, person, client_id);
    let quoted = format!("'{client_id}' ({})", call.application.name);
    let refused = |row, detail: &str| Err(OAuthError::about(row, detail));
    if holds(ScenarioName::AppRemoved) {
        return refused(&aadsts::CLIENT_UNKNOWN, &quoted);
    }
    if holds(ScenarioName::AppDisabled) {
        return refused(&aadsts::CLIENT_DISABLED, &quoted);
    }
    if holds(ScenarioName::UserDeleted) {
        return refused(&aadsts::ACCOUNT_UNKNOWN, person.as_str());
    }
    if holds(ScenarioName::UserDisabled) {
        return refused(&aadsts::ACCOUNT_DISABLED, person.as_str());
    }
    check_age(call, &standing, person, proof, platform)?;
    if holds(ScenarioName::BlockedByPolicy) {
        return Err(Bar::BlockedByPolicy.at_token(&call.application));
    }
    if holds(ScenarioName::UserUnassigned) {
        return Err(Bar::Unassigned.at_token(&call.application));
    }
    check_strength(call, &standing, person, proof)
}

/// Revocations and sign-in frequency.
fn check_age(
    call: &TokenCall<'_>,
    standing: &Standing<'_>,
    person: &PersonId,
    proof: &Proof,
    platform: Platform,
) -> Result<(), OAuthError> {
    let signed_in = rfc3339(proof.signed_in_at);
    let scenarios = standing.scenarios();
    if scenarios.ends_refresh_tokens(person, proof.signed_in, platform) {
        return Err(OAuthError::about(&aadsts::SESSIONS_REVOKED, &signed_in));
    }
    match standing.is_too_old(proof, person, &call.application.client_id, call.now) {
        true => Err(OAuthError::about(&aadsts::SIGN_IN_TOO_OLD, &signed_in)),
        false => Ok(()),
    }
}

/// Second factor and authentication contexts. The answer says by `claims` what a sign-in must bring.
fn check_strength(
    call: &TokenCall<'_>,
    standing: &Standing<'_>,
    person: &PersonId,
    proof: &Proof,
) -> Result<(), OAuthError> {
    let needed = || OAuthError::about(&aadsts::SECOND_FACTOR_NEEDED, GRAPH_APP);
    let missing = call
        .claims
        .contexts
        .iter()
        .find(|context| !proof.contexts.contains(*context));
    if let Some(context) = missing {
        let acrs = json!({ "essential": true, "value": context });
        return Err(needed().with_claims(json!({ "access_token": { "acrs": acrs } }).to_string()));
    }
    match standing.wants_second_factor(proof, person, &call.application.client_id) {
        false => Ok(()),
        true => {
            let policies = json!({ "essential": true, "values": [POLICY_ID] });
            let claims = json!({ "access_token": { "capolids": policies } });
            Err(needed().with_claims(claims.to_string()))
        }
    }
}

/// What scenarios say about the app's secrets, whichever was presented.
pub(super) fn of_secrets(call: &TokenCall<'_>) -> Option<&'static Aadsts> {
    let standing = Standing::of(&call.state.scenarios);
    let holds = |name| standing.holds_for_app(name, &call.application.client_id);
    match () {
        () if holds(ScenarioName::SecretWrong) => Some(&aadsts::SECRET_WRONG),
        () if holds(ScenarioName::SecretExpired) => Some(&aadsts::SECRET_EXPIRED),
        () => None,
    }
}

/// Whose key signs ID tokens about `person`, a member of a tenant of this kind (entra 8).
pub(super) fn signing_kind(call: &TokenCall<'_>, person: &Person, kind: TenantKind) -> TenantKind {
    let standing = Standing::of(&call.state.scenarios);
    let client_id = &call.application.client_id;
    match standing.holds(ScenarioName::SignedByConsumersKey, &person.id, client_id) {
        true => TenantKind::Personal,
        false => kind,
    }
}

/// Uses a refresh token that is good otherwise.
///
/// # Errors
/// 70000 if the rotation in force does not allow another use.
pub(super) fn use_up(call: &TokenCall<'_>, token: &str) -> Result<(), OAuthError> {
    let rotation = call.state.switches().refresh_rotation;
    match call
        .state
        .entra
        .refresh_tokens
        .spend(token, call.now, rotation)
    {
        true => Ok(()),
        false => Err((&aadsts::REFRESH_TOKEN_INVALID).into()),
    }
}

/// Refuses a client that refreshes the same too often (entra 82). The same is: one app, one sign-in's refresh tokens, one
/// set of scopes. Codes are left out, for each can be redeemed once anyway.
///
/// # Errors
/// 50196.
pub(super) fn refuse_loops(call: &TokenCall<'_>) -> Result<(), OAuthError> {
    let text = |name| call.parameters.get(name).unwrap_or_default();
    if text("grant_type") != "refresh_token" {
        return Ok(());
    }
    let token = text("refresh_token");
    let sign_in = match call.state.entra.refresh_tokens.look_up(token) {
        RefreshState::Issued(grant) => grant.proof.family.number().to_string(),
        RefreshState::Unknown | RefreshState::Malformed => token.to_owned(),
    };
    let client_id = call.application.client_id.as_str();
    let request = ["refresh", client_id, &sign_in, text("scope")].join("\n");
    let threshold = call.state.switches().loop_threshold;
    match call.state.entra.loops.closes(request, call.now, threshold) {
        true => Err((&aadsts::REQUEST_LOOP).into()),
        false => Ok(()),
    }
}

/// Graph's app id, which Entra names in this sentence.
pub(super) const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
/// The one policy that demands a second factor.
const POLICY_ID: &str = "3fac7020-0000-4000-8000-000000000001";
