//! What comes next in a sign-in: a pure decision over the request, the visitor's progress and what is known.

use std::collections::BTreeSet;

use super::{
    bars,
    flow::Progress,
    purpose::{AdminConsent, Purpose},
    request::{AuthorizeRequest, Prompt},
};
use crate::{
    entra::{
        aadsts,
        admission::Bar,
        grants::{Grants, listed, resolve},
        login_hint,
        oauth_error::OAuthError,
        scopes::Grant,
    },
    scenario::Standing,
    tokens::Proof,
    world::{
        Application, ConsentPolicy, Membership, Person, PersonId, Resource, TenantKind,
        UserConsent, World,
    },
};

/// Everything the decision rests on.
pub(crate) struct Situation<'a> {
    pub(crate) request: &'a AuthorizeRequest,
    pub(crate) progress: &'a Progress,
    pub(crate) application: &'a Application,
    pub(crate) world: &'a World,
    pub(crate) grants: &'a Grants,
    /// Who is signed in to this browser.
    pub(crate) signed_in: &'a [PersonId],
    /// Unix seconds.
    pub(crate) now: i64,
    /// What is set as trouble.
    pub(crate) standing: Standing<'a>,
    /// How somebody proved who they are in this browser.
    pub(crate) proof_of: &'a dyn Fn(&PersonId) -> Proof,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The account picker.
    ChooseAccount,
    /// The sign-in page for this person.
    SignIn(PersonId),
    /// The sign-in page with an address to be typed; this stands in the field.
    SignInAs(String),
    /// The consent page for these permissions.
    Consent(PersonId, BTreeSet<Grant>),
    /// The page that says that an administrator must agree to these permissions.
    NeedApproval(PersonId, BTreeSet<Grant>),
    /// The page that asks whether they know the program that waits (entra 76).
    ConfirmDevice(PersonId),
    /// The page that asks for a second factor.
    SecondFactor(PersonId),
    /// The page that says that this person may not go on at all.
    Barred(PersonId, OAuthError),
    /// A page that stays, though all is well.
    Stay(PersonId),
    /// An error page of ours.
    Stop(OAuthError),
    /// An error for the app.
    Refuse(OAuthError),
    /// A code for the app.
    Finish(PersonId),
}

/// The next step.
pub(crate) fn decide(situation: &Situation<'_>) -> Step {
    match situation.progress {
        Progress::Begun if situation.request.prompt == Prompt::None => silently(situation),
        Progress::Begun => begin(situation),
        Progress::Choosing => Step::ChooseAccount,
        Progress::Naming => Step::SignInAs(String::new()),
        Progress::Chosen(person) => chosen(situation, person),
        Progress::Authenticated(person) => signed_in(situation, person),
    }
}

/// `prompt=none` (entra 20): an answer at once, whichever.
fn silently(situation: &Situation<'_>) -> Step {
    let hint = situation.request.login_hint.as_deref();
    let hinted = hint.map(|hint| hinted(situation, hint).map(|person| &person.id));
    let fits = |person: &&Person| hinted.is_none_or(|hinted| hinted == Some(&person.id));
    let candidates: Vec<&Person> = usable(situation).into_iter().filter(fits).collect();
    match candidates[..] {
        [] => Step::Refuse((&aadsts::NO_SESSION).into()),
        [person] => match signed_in(situation, &person.id) {
            Step::Consent(..) | Step::NeedApproval(..) => {
                let client = situation.application.client_id.as_str();
                Step::Refuse(OAuthError::about(
                    &aadsts::CONSENT_MISSING_AT_AUTHORIZE,
                    client,
                ))
            }
            Step::Stop(error) | Step::Barred(_, error) => Step::Refuse(error),
            Step::SecondFactor(_) => {
                Step::Refuse(OAuthError::about(&aadsts::SECOND_FACTOR_NEEDED, GRAPH_APP))
            }
            step => step,
        },
        _ => Step::Refuse((&aadsts::SEVERAL_SESSIONS).into()),
    }
}

/// One usable session goes on by itself, several are chosen among, none means signing in (entra.md §3.1).
fn begin(situation: &Situation<'_>) -> Step {
    let request = situation.request;
    if request.prompt == Prompt::SelectAccount {
        return Step::ChooseAccount;
    }
    if let Some(hint) = &request.login_hint {
        return match hinted(situation, hint) {
            Some(person) => chosen(situation, &person.id),
            None => Step::SignInAs(hint.clone()),
        };
    }
    match usable(situation)[..] {
        [person] => chosen(situation, &person.id),
        _ => Step::ChooseAccount,
    }
}

/// Whom a `login_hint` means: an address, or the opaque claim of an ID token.
fn hinted<'a>(situation: &Situation<'a>, hint: &str) -> Option<&'a Person> {
    let world = situation.world;
    login_hint::read(hint, world).or_else(|| world.person_at(hint))
}

fn chosen(situation: &Situation<'_>, id: &PersonId) -> Step {
    let Some(person) = situation.world.person(id) else {
        return Step::ChooseAccount;
    };
    if let Err(refused) = admit(situation, person) {
        return Step::Stop(refused);
    }
    match situation.request.prompt == Prompt::Login || !situation.signed_in.contains(id) {
        true => Step::SignIn(id.clone()),
        false => signed_in(situation, id),
    }
}

/// With the person known: consent, or done.
fn signed_in(situation: &Situation<'_>, id: &PersonId) -> Step {
    let Some(person) = situation.world.person(id) else {
        return Step::ChooseAccount;
    };
    if let Err(refused) = admit(situation, person) {
        return Step::Stop(refused);
    }
    // Whoever agrees for a tenant need not be assigned to the app.
    let for_all = matches!(situation.request.purpose, Purpose::AdminConsent(_));
    let bar = Bar::between(person, situation.application);
    if let Some(bar) = bar.filter(|bar| !for_all || *bar != Bar::Unassigned) {
        return Step::Barred(id.clone(), bar.at_authorize(situation.application));
    }
    if let Some(error) = bars::between(situation, person) {
        return Step::Barred(id.clone(), error);
    }
    if bars::second_factor_is_wanted(situation, id) {
        return Step::SecondFactor(id.clone());
    }
    let Some(member) = situation
        .request
        .authority
        .membership(person, situation.world)
    else {
        return Step::ChooseAccount;
    };
    match &situation.request.purpose {
        Purpose::AdminConsent(asked) => admin_consent(situation, member, *asked),
        Purpose::Device {
            confirmed: false, ..
        } => Step::ConfirmDevice(id.clone()),
        Purpose::Device { .. } | Purpose::Answer(_) => consent(situation, member),
    }
}

/// What an administrator is asked to agree to for everybody; anybody else learns that they are none (entra 35).
fn admin_consent(situation: &Situation<'_>, member: Membership<'_>, asked: AdminConsent) -> Step {
    let id = member.person.id.clone();
    let application = situation.application;
    let scopes = match asked.everything {
        true => listed(application, situation.world),
        false => situation.request.scopes.clone(),
    };
    let nothing = BTreeSet::new();
    let needed = resolve(&scopes, application, &nothing, situation.world);
    match administers(member) && member.tenant.kind == TenantKind::Company {
        true => Step::Consent(id, needed),
        false => Step::NeedApproval(id, needed),
    }
}

/// With nothing else in the way: what is left to agree to.
fn consent(situation: &Situation<'_>, member: Membership<'_>) -> Step {
    let id = &member.person.id;
    let application = situation.application;
    let held = situation.grants.held(member, application, situation.now);
    let needed = resolve(
        &situation.request.scopes,
        application,
        &held,
        situation.world,
    );
    let asked_again = situation.request.prompt == Prompt::Consent;
    let to_agree: BTreeSet<Grant> = needed
        .iter()
        .filter(|grant| asked_again || !held.contains(grant))
        .copied()
        .collect();
    match to_agree.is_empty() {
        true => Step::Finish(id.clone()),
        false
            if to_agree
                .iter()
                .all(|grant| may_agree(situation, member, *grant)) =>
        {
            Step::Consent(id.clone(), needed)
        }
        false => Step::NeedApproval(id.clone(), needed),
    }
}

/// Whether somebody may agree to `grant` alone. Personal accounts know no tenant policy (entra 33).
fn may_agree(situation: &Situation<'_>, member: Membership<'_>, (resource, name): Grant) -> bool {
    let tenant = member.tenant;
    let policy = match tenant.kind {
        TenantKind::Company => tenant.consent_policy,
        TenantKind::Personal => ConsentPolicy::Legacy,
    };
    let application = situation.application;
    let trusted = application.verified_publisher.is_some() || application.home_tenant == tenant.id;
    // Chosen: what an app of the world exposes counts like Microsoft's ordinary permissions.
    let consent = match resource {
        Resource::Application(_) => Some(UserConsent::Ordinary),
        Resource::Graph | Resource::ExchangeOnline => {
            resource.permission(name).map(|known| known.consent)
        }
    };
    let allowed = consent.is_some_and(|consent| consent.allows_user(policy, trusted));
    administers(member) || (allowed && !bars::approval_is_wanted(situation, member.person))
}

/// Whether they may agree to anything in this tenant: administrators at home. Guests are guests.
fn administers(member: Membership<'_>) -> bool {
    member.person.is_administrator() && !member.is_guest()
}

fn admit(situation: &Situation<'_>, person: &Person) -> Result<(), OAuthError> {
    situation
        .request
        .authority
        .check_person(person, situation.application, situation.world)
}

/// The signed-in people who may use this app here.
fn usable<'a>(situation: &Situation<'a>) -> Vec<&'a Person> {
    let known = situation
        .signed_in
        .iter()
        .filter_map(|id| situation.world.person(id));
    known
        .filter(|person| admit(situation, person).is_ok())
        .collect()
}

/// Graph's app id, which Entra names where it asks for a second factor.
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
