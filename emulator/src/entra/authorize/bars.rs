//! What scenarios put in the way of a sign-in once its person is known.

use std::collections::BTreeSet;

use super::decide::Situation;
use crate::{
    entra::{aadsts, oauth_error::OAuthError},
    scenario::ScenarioName,
    world::{Person, PersonId},
};

/// Why `person` cannot use the app now, whatever they do (entra 25, 68).
pub(super) fn between(situation: &Situation<'_>, person: &Person) -> Option<OAuthError> {
    let application = situation.application;
    let client_id = &application.client_id;
    let quoted = format!("'{client_id}' ({})", application.name);
    let rows = [
        (ScenarioName::AppRemoved, &aadsts::CLIENT_UNKNOWN, &quoted),
        (ScenarioName::AppDisabled, &aadsts::CLIENT_DISABLED, &quoted),
        (
            ScenarioName::UserDeleted,
            &aadsts::ACCOUNT_UNKNOWN,
            &person.address,
        ),
        (
            ScenarioName::UserDisabled,
            &aadsts::ACCOUNT_DISABLED,
            &person.address,
        ),
        (
            ScenarioName::BlockedByPolicy,
            &aadsts::BLOCKED_AT_AUTHORIZE,
            &quoted,
        ),
        (
            ScenarioName::UserUnassigned,
            &aadsts::UNASSIGNED_AT_AUTHORIZE,
            &quoted,
        ),
    ];
    let standing = &situation.standing;
    rows.into_iter()
        .find(|(name, ..)| standing.holds(*name, &person.id, client_id))
        .map(|(_, row, detail)| OAuthError::about(row, detail))
}

/// Whether a second factor is asked before `person` goes on: by a policy, or by authentication contexts that the request
/// demands and the session does not satisfy (entra 69, 75).
pub(super) fn second_factor_is_wanted(situation: &Situation<'_>, person: &PersonId) -> bool {
    let proof = (situation.proof_of)(person);
    let demanded: BTreeSet<String> = situation.request.contexts.iter().cloned().collect();
    let client_id = &situation.application.client_id;
    !demanded.is_subset(&proof.contexts)
        || situation
            .standing
            .wants_second_factor(&proof, person, client_id)
}

/// Whether an administrator must agree although the tenant's policy would let `person` (entra 32).
pub(super) fn approval_is_wanted(situation: &Situation<'_>, person: &Person) -> bool {
    let client_id = &situation.application.client_id;
    let wanted = [
        ScenarioName::ApprovalNeeded,
        ScenarioName::ApprovalByRequest,
        ScenarioName::RiskyApp,
    ];
    wanted
        .into_iter()
        .any(|name| situation.standing.holds(name, &person.id, client_id))
}
