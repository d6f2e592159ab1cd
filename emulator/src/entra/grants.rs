//! Who has agreed to what: consent by person or for a whole tenant, per app (entra 30).

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use super::scopes::{Asked, Grant, Scopes};
use crate::{
    lock::lock,
    world::{Application, ClientId, Person, PersonId, Resource, TenantId},
};

/// Everything that has been consented to.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    given: Mutex<HashMap<(Grantee, ClientId), BTreeSet<Grant>>>,
}

/// For whom a consent holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Grantee {
    /// One person.
    Person(PersonId),
    /// Everybody of a tenant: an administrator's consent.
    Tenant(TenantId),
}

impl Grants {
    /// Adds to what `grantee` has agreed to for `client`.
    pub(crate) fn give(
        &self,
        grantee: Grantee,
        client: &ClientId,
        grants: impl IntoIterator<Item = Grant>,
    ) {
        lock(&self.given)
            .entry((grantee, client.clone()))
            .or_default()
            .extend(grants);
    }

    /// What holds for `person` and `client`, by their own consent or their tenant's.
    pub(crate) fn held(&self, person: &Person, client: &ClientId) -> BTreeSet<Grant> {
        let given = lock(&self.given);
        let grantees = [
            Grantee::Person(person.id.clone()),
            Grantee::Tenant(person.tenant.clone()),
        ];
        let sets = grantees
            .into_iter()
            .filter_map(|grantee| given.get(&(grantee, client.clone())));
        sets.flatten().copied().collect()
    }
}

/// The permissions that `scopes` come down to for an app. `.default` means all that the registration lists as long as
/// nothing of that API is `held`, and what is held afterwards (entra.md §9.1).
pub(crate) fn resolve(
    scopes: &Scopes,
    application: &Application,
    held: &BTreeSet<Grant>,
) -> BTreeSet<Grant> {
    let mut resolved = BTreeSet::new();
    for asked in scopes.asked() {
        match asked {
            Asked::Permission(grant) => {
                resolved.insert(*grant);
            }
            Asked::Default(resource) => {
                resolved.extend(default_grants(*resource, application, held));
            }
        }
    }
    resolved
}

fn default_grants(
    resource: Resource,
    application: &Application,
    held: &BTreeSet<Grant>,
) -> Vec<Grant> {
    let of_this = |grant: &Grant| grant.0 == resource && !super::scopes::is_oidc(*grant);
    let held: Vec<Grant> = held.iter().copied().filter(of_this).collect();
    if !held.is_empty() {
        return held;
    }
    let registered = Scopes::read(&application.permissions.join(" ")).unwrap_or_default();
    let named = registered.asked().iter().filter_map(|asked| match asked {
        Asked::Permission(grant) => Some(*grant),
        Asked::Default(_) => None,
    });
    named.filter(of_this).collect()
}
