//! Who has agreed to what: consent by person or for a whole tenant, per app (entra 30).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Mutex,
};

use super::scopes::{Asked, Grant, Scopes};
use crate::{
    lock::lock,
    world::{Application, ClientId, Membership, PersonId, TenantId, World},
};

/// Everything that has been consented to.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    /// With the unix second from which it counts.
    given: Mutex<HashMap<(Grantee, ClientId), BTreeMap<Grant, i64>>>,
    /// Application permissions that administrators granted (entra 78).
    roles: Mutex<HashMap<(TenantId, ClientId), BTreeMap<String, i64>>>,
}

/// For whom a consent holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Grantee {
    /// One person, by the object id of the tenant they sign in to.
    Person(PersonId),
    /// Everybody of a tenant: an administrator's consent.
    Tenant(TenantId),
}

impl Grants {
    /// Adds to what `grantee` has agreed to for `client`; it counts from the unix second `from` on (entra 36).
    pub(crate) fn give(
        &self,
        grantee: Grantee,
        client: &ClientId,
        grants: impl IntoIterator<Item = Grant>,
        from: i64,
    ) {
        let mut given = lock(&self.given);
        let known = given.entry((grantee, client.clone())).or_default();
        for grant in grants {
            known.entry(grant).or_insert(from);
        }
    }

    /// Takes back what this person, or this tenant, agreed to for `client`, or for all apps.
    pub(crate) fn take_back(
        &self,
        person: Option<&PersonId>,
        tenant: Option<&TenantId>,
        client: Option<&ClientId>,
    ) {
        lock(&self.given).retain(|(grantee, of), _| {
            let theirs = match grantee {
                Grantee::Person(id) => person.is_none_or(|person| person == id),
                Grantee::Tenant(id) => person.is_none() || tenant == Some(id),
            };
            !(theirs && client.is_none_or(|client| client == of))
        });
    }

    /// Everything that was agreed to, in no order.
    pub(crate) fn all(&self) -> Vec<(Grantee, ClientId, Vec<Grant>)> {
        let given = lock(&self.given);
        let told = given.iter().map(|((grantee, client), grants)| {
            (
                grantee.clone(),
                client.clone(),
                grants.keys().copied().collect(),
            )
        });
        told.collect()
    }

    /// What holds at `now` for somebody in one tenant, by their own consent or the tenant's. A tenant that removed the app
    /// holds nothing.
    pub(crate) fn held(
        &self,
        member: Membership<'_>,
        application: &Application,
        now: i64,
    ) -> BTreeSet<Grant> {
        if application
            .switches
            .removed_from
            .contains(&member.tenant.id)
        {
            return BTreeSet::new();
        }
        let given = lock(&self.given);
        let grantees = [
            Grantee::Person(member.id.clone()),
            Grantee::Tenant(member.tenant.id.clone()),
        ];
        let sets = grantees
            .into_iter()
            .filter_map(|grantee| given.get(&(grantee, application.client_id.clone())));
        let counting = sets.flatten().filter(|(_, from)| **from <= now);
        counting.map(|(grant, _)| *grant).collect()
    }

    /// Grants application permissions in a tenant, from the unix second `from` on.
    pub(crate) fn give_roles(
        &self,
        tenant: &TenantId,
        client: &ClientId,
        names: &[String],
        from: i64,
    ) {
        let mut roles = lock(&self.roles);
        let known = roles.entry((tenant.clone(), client.clone())).or_default();
        for name in names {
            known.entry(name.clone()).or_insert(from);
        }
    }

    /// The application permissions that hold in a tenant at `now`.
    pub(crate) fn roles(&self, tenant: &TenantId, client: &ClientId, now: i64) -> Vec<String> {
        let roles = lock(&self.roles);
        let known = roles.get(&(tenant.clone(), client.clone()));
        let counting = known
            .into_iter()
            .flatten()
            .filter(|(_, from)| **from <= now);
        counting.map(|(name, _)| name.clone()).collect()
    }

    /// Whether the app has a service principal in the tenant: at home, or because somebody there consented.
    pub(crate) fn knows(
        &self,
        tenant: &TenantId,
        application: &Application,
        world: &World,
    ) -> bool {
        let of_tenant = |grantee: &Grantee| match grantee {
            Grantee::Tenant(id) => id == tenant,
            Grantee::Person(id) => lives_in(id, tenant, world),
        };
        let client = &application.client_id;
        let consented = || {
            let given = lock(&self.given);
            let of_client = given
                .keys()
                .any(|(grantee, of)| of == client && of_tenant(grantee));
            of_client || lock(&self.roles).contains_key(&(tenant.clone(), client.clone()))
        };
        !application.switches.removed_from.contains(tenant)
            && (application.home_tenant == *tenant || consented())
    }

    /// Takes back what `grantee` agreed to for `client` (entra 38).
    pub(crate) fn withdraw(&self, grantee: &Grantee, client: &ClientId) {
        lock(&self.given).remove(&(grantee.clone(), client.clone()));
        if let Grantee::Tenant(tenant) = grantee {
            lock(&self.roles).remove(&(tenant.clone(), client.clone()));
        }
    }

    /// Takes back everything that anybody of `tenant` agreed to for `client`: its service principal goes (entra 68).
    pub(crate) fn withdraw_all(&self, tenant: &TenantId, client: &ClientId, world: &World) {
        self.withdraw(&Grantee::Tenant(tenant.clone()), client);
        lock(&self.given).retain(|(grantee, of), _| match grantee {
            Grantee::Person(id) if of == client => !lives_in(id, tenant, world),
            Grantee::Person(_) | Grantee::Tenant(_) => true,
        });
    }
}

/// Whether an object id belongs to somebody of this tenant, guests included.
fn lives_in(id: &PersonId, tenant: &TenantId, world: &World) -> bool {
    world.people.iter().any(|person| {
        world
            .membership(person, tenant)
            .is_some_and(|member| member.id == id)
    })
}

/// The permissions that `scopes` come down to for an app. `.default` means all that the registration lists, of every API,
/// as long as nothing of the named API is `held`, and what is held afterwards (entra.md §9.1).
pub(crate) fn resolve(
    scopes: &Scopes,
    application: &Application,
    held: &BTreeSet<Grant>,
    world: &World,
) -> BTreeSet<Grant> {
    let mut resolved = BTreeSet::new();
    for asked in scopes.asked() {
        match asked {
            Asked::Permission(grant) => {
                resolved.insert(*grant);
            }
            Asked::Default(resource) => {
                let of_it = |grant: &Grant| grant.0 == *resource && !super::scopes::is_oidc(*grant);
                if held.iter().any(of_it) {
                    resolved.extend(held.iter().copied().filter(of_it));
                } else {
                    resolved.extend(registered(application, world));
                }
            }
        }
    }
    resolved
}

/// Every delegated permission a registration lists.
pub(crate) fn listed(application: &Application, world: &World) -> Scopes {
    Scopes::read(&application.permissions.join(" "), world).unwrap_or_default()
}

/// The same but for OpenID Connect's own.
fn registered(application: &Application, world: &World) -> Vec<Grant> {
    let listed = listed(application, world);
    let named = listed.asked().iter().filter_map(|asked| match asked {
        Asked::Permission(grant) => Some(*grant),
        Asked::Default(_) => None,
    });
    named
        .filter(|grant| !super::scopes::is_oidc(*grant))
        .collect()
}
