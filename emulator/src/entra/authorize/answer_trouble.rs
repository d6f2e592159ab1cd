//! What was pressed on the pages that stand in the way.

use axum::response::Response;

use super::{decide::Step, show_trouble::SECOND_FACTOR, visit::Visit};
use crate::{
    entra::aadsts,
    scenario::{ScenarioName, Target},
    tokens::Proof,
    world::Person,
};

impl Visit<'_> {
    /// The code of the second factor, but only where the decision before us is indeed that one.
    pub(super) async fn verify(&self, code: &str) -> Response {
        let application = match self.application() {
            Ok(application) => application,
            Err(gone) => return self.stop(&gone),
        };
        let step = self.decide(application);
        let Step::SecondFactor(person) = &step else {
            return self.go_on().await;
        };
        if code.trim() != SECOND_FACTOR {
            let wrong = Some((&aadsts::SECOND_FACTOR_WRONG).into());
            return self.show(application, &step, wrong);
        }
        let contexts = &self.flow.request.contexts;
        self.state
            .entra
            .browsers
            .strengthen(self.browser.as_ref(), person, contexts);
        self.go_on().await
    }

    /// Whether a scenario keeps the visitor here although all is well (entra 24).
    pub(super) fn stays(&self, person: &Person) -> bool {
        let client_id = &self.flow.request.client_id;
        self.standing()
            .holds(ScenarioName::NeverReturns, &person.id, client_id)
    }

    /// Sets what this sign-in brought along, now that it ends well with this proof.
    pub(super) fn settle(&self, person: &Person, proof: &Proof) {
        let target = Target {
            person: Some(person.id.clone()),
            client_id: Some(self.flow.request.client_id.clone()),
        };
        let flow = &self.flow;
        self.state
            .settle(&flow.brought, &target, flow.since, proof.family);
    }

    /// A request to an administrator, where the page before us offers one.
    pub(super) async fn ask_for_approval(&self, reason: &str) -> Response {
        let application = match self.application() {
            Ok(application) => application,
            Err(gone) => return self.stop(&gone),
        };
        let Step::NeedApproval(id, permissions) = self.decide(application) else {
            return self.go_on().await;
        };
        let approvals = &self.state.entra.approvals;
        let offered = self
            .world
            .person(&id)
            .is_some_and(|person| self.approves_by_request(application, person));
        if offered && !approvals.is_pending(&id, &application.client_id) {
            let now = self.state.clock.now();
            approvals.ask(&id, &application.client_id, permissions, reason, now);
        }
        self.go_on().await
    }
}
