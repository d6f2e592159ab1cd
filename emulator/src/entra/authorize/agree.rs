//! "Accept" on the consent page.

use axum::response::Response;

use super::{
    decide::Step,
    purpose::{AdminConsent, Purpose},
    show::may_agree_for_all,
    visit::Visit,
};
use crate::{
    entra::{consented::revive, grants::Grantee, scopes::Grant},
    world::{Application, Membership},
};

impl Visit<'_> {
    /// Records the consent, but only where the decision before us is indeed that consent.
    pub(super) async fn accept(&mut self, for_organization: bool) -> Response {
        let application = match self.application() {
            Ok(application) => application,
            Err(gone) => return self.stop(&gone),
        };
        let Step::Consent(id, permissions) = self.decide(application) else {
            return self.go_on().await;
        };
        let person = self.world.person(&id);
        let authority = &self.flow.request.authority;
        let member = person.and_then(|person| authority.membership(person, &self.world));
        let Some(member) = member else {
            return self.go_on().await;
        };
        revive(self.state, &self.world, application, &member.tenant.id);
        match &self.flow.request.purpose {
            Purpose::AdminConsent(asked) => {
                self.agree_for_all(application, member, permissions);
                self.grant_roles(application, member, *asked);
            }
            _ if for_organization && may_agree_for_all(member) => {
                self.agree_for_all(application, member, permissions);
            }
            _ => {
                let grantee = Grantee::Person(member.id.clone());
                let now = self.state.clock.now();
                let grants = &self.state.entra.grants;
                grants.give(grantee, &application.client_id, permissions, now);
            }
        }
        self.finish(application, member.person).await
    }

    /// An administrator's consent; it may need its time to spread (entra 36).
    fn agree_for_all(
        &self,
        application: &Application,
        member: Membership<'_>,
        permissions: impl IntoIterator<Item = Grant>,
    ) {
        let grantee = Grantee::Tenant(member.tenant.id.clone());
        let from = self.spread_at(application);
        let grants = &self.state.entra.grants;
        grants.give(grantee, &application.client_id, permissions, from);
    }

    fn grant_roles(&self, application: &Application, member: Membership<'_>, asked: AdminConsent) {
        if asked.everything {
            self.state.entra.grants.give_roles(
                &member.tenant.id,
                &application.client_id,
                &application.application_permissions,
                self.spread_at(application),
            );
        }
    }

    fn spread_at(&self, application: &Application) -> i64 {
        self.state.clock.now() + application.switches.consent_delay
    }
}
