//! Who and what exists: tenants, people and app registrations, as plain data that can be written to and read from JSON.

mod api;
mod application;
mod cloud;
mod consent;
mod credential;
mod defaults;
mod file;
mod identifiers;
mod northwind;
mod permissions;
mod person;
mod share;
mod tenant;

use serde::{Deserialize, Serialize};

pub use api::{ApiId, ExposedApi};
pub use application::{AppSwitches, Application, Audience, Platform, RedirectUri, Secret};
pub use cloud::{Cloud, HostAlias};
pub use consent::ConsentPolicy;
pub use credential::{Certificate, FederatedCredential, IssuerKey, TOKEN_EXCHANGE};
pub use file::WorldFileError;
pub use identifiers::{ClientId, PersonId, TenantId};
pub use permissions::{Permission, Resource, UserConsent};
pub use person::{ConditionalAccess, Guest, Membership, Person, Role};
pub use share::{MailboxShare, SendRight, SharedAccess};
pub use tenant::{CONSUMERS_TENANT_ID, Tenant, TenantKind};

/// Everything the emulator knows about the outside world. Order matters: the account picker lists people as they stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct World {
    /// Company tenants, and the one of personal accounts.
    pub tenants: Vec<Tenant>,
    /// Everybody who can sign in.
    pub people: Vec<Person>,
    /// App registrations.
    pub applications: Vec<Application>,
    /// Other names of the emulator, each for a host of some cloud (entra 9).
    #[serde(default)]
    pub host_aliases: Vec<HostAlias>,
    /// Mailboxes open to others than their owners.
    #[serde(default)]
    pub mailbox_shares: Vec<MailboxShare>,
}

impl World {
    /// The world of the README's tables. `now` (unix seconds) fixes when its app secrets expire.
    pub fn standard(now: i64) -> Self {
        let mut world = defaults::world(now);
        northwind::add_to(&mut world, now);
        share::add_to(&mut world);
        world
    }

    /// The tenant with this id.
    pub fn tenant(&self, id: &TenantId) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.id == *id)
    }

    /// The tenant a path segment names: its id or its domain, in any case.
    pub fn tenant_named(&self, segment: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| {
            segment.eq_ignore_ascii_case(tenant.id.as_str())
                || segment.eq_ignore_ascii_case(&tenant.domain)
        })
    }

    /// The person with this object id.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == *id)
    }

    /// The person who signs in with this address, in any case.
    pub fn person_at(&self, address: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.address.eq_ignore_ascii_case(address.trim()))
    }

    /// The app registration with this client id, in any case.
    pub fn application(&self, client_id: &str) -> Option<&Application> {
        self.applications
            .iter()
            .find(|application| client_id.eq_ignore_ascii_case(application.client_id.as_str()))
    }
}
