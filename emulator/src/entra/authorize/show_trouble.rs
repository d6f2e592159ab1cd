//! The pages of a sign-in that somebody else must decide, or that ends here.

use std::collections::BTreeSet;

use super::{decide::Step, visit::Visit};
use crate::{
    entra::{
        aadsts,
        oauth_error::OAuthError,
        pages::{ApprovalPage, BarredPage, RequestSentPage, SecondFactorPage, StayingPage},
        scopes::Grant,
    },
    page::Page,
    scenario::ScenarioName,
    world::{Application, Person},
};

impl Visit<'_> {
    /// The page of a step that stands in the way; none for any other, or if its person is gone.
    pub(super) fn trouble_page(
        &self,
        application: &Application,
        step: &Step,
        trouble: Option<OAuthError>,
    ) -> Option<Page> {
        let person = |id| self.world.person(id);
        match step {
            Step::SecondFactor(id) => {
                person(id).map(|person| self.second_factor_page(application, person, trouble))
            }
            Step::NeedApproval(id, permissions) => {
                person(id).map(|person| self.approval_page(application, person, permissions))
            }
            Step::Barred(id, error) => person(id).map(|person| {
                BarredPage {
                    target: self.target(),
                    application,
                    person,
                    error,
                    ids: &self.ids,
                    now: self.state.clock.now(),
                }
                .page()
            }),
            Step::Stay(_) => Some(
                StayingPage {
                    target: self.target(),
                    application: &application.name,
                }
                .page(),
            ),
            _ => None,
        }
    }

    fn second_factor_page(
        &self,
        application: &Application,
        person: &Person,
        trouble: Option<OAuthError>,
    ) -> Page {
        SecondFactorPage {
            target: self.target(),
            application: &application.name,
            person,
            code: SECOND_FACTOR,
            trouble,
        }
        .page()
    }

    fn approval_page(
        &self,
        application: &Application,
        person: &Person,
        permissions: &BTreeSet<Grant>,
    ) -> Page {
        let target = self.target();
        if self
            .state
            .entra
            .approvals
            .is_pending(&person.id, &application.client_id)
        {
            return RequestSentPage {
                target,
                application,
                person,
            }
            .page();
        }
        let by_request = self.approves_by_request(application, person);
        let risky =
            self.standing()
                .holds(ScenarioName::RiskyApp, &person.id, &application.client_id);
        let row = match (risky, by_request) {
            (false, false) => &aadsts::ADMIN_APPROVAL_NEEDED,
            (false, true) => &aadsts::APPROVAL_REQUEST_OFFERED,
            (true, false) => &aadsts::RISKY_APP,
            (true, true) => &aadsts::RISKY_APP_IN_REQUEST,
        };
        ApprovalPage {
            target,
            application,
            person,
            reason: OAuthError::about(row, &application.name),
            by_request,
            permissions,
        }
        .page()
    }

    /// Whether `person` may ask an administrator here: the tenant has the workflow, or a scenario says so.
    pub(super) fn approves_by_request(&self, application: &Application, person: &Person) -> bool {
        let tenant = self.world.tenant(&person.tenant);
        tenant.is_some_and(|tenant| tenant.approval_workflow)
            || self.standing().holds(
                ScenarioName::ApprovalByRequest,
                &person.id,
                &application.client_id,
            )
    }
}

/// The code that the emulated authenticator shows; the page fills it in.
pub(super) const SECOND_FACTOR: &str = "246810";
