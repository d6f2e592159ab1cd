//! Consent that is taken back, and what comes back with a new one (entra 38, 68).

use super::grants::Grantee;
use crate::{
    state::EmulatorState,
    world::{Application, ClientId, PersonId, TenantId, World},
};

impl EmulatorState {
    /// Withdraws what one person agreed to for an app, by their object id in the tenant they signed in to. Their next
    /// refresh is refused with 65001 unless the tenant consented as well.
    pub fn withdraw_consent(&self, person: &PersonId, client: &ClientId) {
        let grantee = Grantee::Person(person.clone());
        self.entra.grants.withdraw(&grantee, client);
    }

    /// Withdraws what an administrator agreed to for a whole tenant, application permissions included.
    pub fn withdraw_tenant_consent(&self, tenant: &TenantId, client: &ClientId) {
        let grantee = Grantee::Tenant(tenant.clone());
        self.entra.grants.withdraw(&grantee, client);
    }

    /// Removes an app's service principal from a tenant, and with it every consent given there: refreshes are refused with
    /// 700016 until somebody consents anew.
    pub fn remove_service_principal(&self, tenant: &TenantId, client: &ClientId) {
        self.entra
            .grants
            .withdraw_all(tenant, client, &self.world());
        self.change_world(|world| {
            let mut applications = world.applications.iter_mut();
            if let Some(application) = applications.find(|known| known.client_id == *client) {
                application.switches.removed_from.push(tenant.clone());
            }
        });
    }
}

/// Brings back a service principal that `tenant` had removed: consenting anew does that. Older consents stay gone.
pub(super) fn revive(
    state: &EmulatorState,
    world: &World,
    application: &Application,
    tenant: &TenantId,
) {
    if !application.switches.removed_from.contains(tenant) {
        return;
    }
    let client = &application.client_id;
    state.entra.grants.withdraw_all(tenant, client, world);
    state.change_world(|world| {
        let mut applications = world.applications.iter_mut();
        if let Some(known) = applications.find(|known| known.client_id == *client) {
            known
                .switches
                .removed_from
                .retain(|removed| removed != tenant);
        }
    });
}
