//! People who sign in.

use serde::{Deserialize, Serialize};

use super::{PersonId, Tenant, TenantId, World};

/// Somebody with an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Object id in the home tenant (`oid`, Graph's `id`).
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// What they sign in with: user principal name and, where there is a mailbox, its address.
    pub address: String,
    /// Home tenant.
    pub tenant: TenantId,
    /// What they may decide in it.
    pub role: Role,
    /// What they do, for `/me`; empty for personal accounts.
    pub job_title: String,
    /// Whether Exchange holds a mailbox for them; without one Graph refuses every mail call.
    pub mailbox: bool,
    /// What their tenant's policy says when they sign in or refresh.
    pub conditional_access: ConditionalAccess,
    /// The emulated password. Not a secret: the sign-in page shows it already filled in.
    pub password: String,
    /// Whether an administrator disabled the account (entra 68).
    #[serde(default)]
    pub disabled: bool,
    /// Other tenants that invited them.
    #[serde(default)]
    pub guest_in: Vec<Guest>,
}

/// An account as a guest in another tenant (entra 59).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Guest {
    /// The tenant that invited them.
    pub tenant: TenantId,
    /// Their object id there.
    pub id: PersonId,
}

/// A person in one tenant: at home or as a guest.
#[derive(Clone, Copy, Debug)]
pub struct Membership<'world> {
    /// Who it is.
    pub person: &'world Person,
    /// The tenant they sign in to.
    pub tenant: &'world Tenant,
    /// Their object id there.
    pub id: &'world PersonId,
}

impl Membership<'_> {
    /// Whether the tenant is not their home.
    pub fn is_guest(&self) -> bool {
        self.tenant.id != self.person.tenant
    }
}

impl World {
    /// `person` as the tenant `tenant` knows them; `None` if it does not.
    pub fn membership<'world>(
        &'world self,
        person: &'world Person,
        tenant: &TenantId,
    ) -> Option<Membership<'world>> {
        let tenant = self.tenant(tenant)?;
        let id = if person.tenant == tenant.id {
            &person.id
        } else {
            let invited = |guest: &&Guest| guest.tenant == tenant.id;
            &person.guest_in.iter().find(invited)?.id
        };
        Some(Membership { person, tenant, id })
    }
}

impl Person {
    /// Whether they may consent for the whole organisation.
    pub fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }
}

/// What Conditional Access says to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionalAccess {
    /// Nothing in the way.
    Allow,
    /// Refused everywhere (53003).
    Block,
}

/// What a person may decide in the home tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An ordinary account.
    Member,
    /// May consent for the whole organisation.
    Administrator,
}
