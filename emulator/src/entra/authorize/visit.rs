//! One request of a visitor's browser within a sign-in, and how it is answered.

use std::sync::Arc;

use axum::{http::HeaderMap, response::Response};

use super::{
    decide::{Situation, Step, decide},
    flow::{Flow, FlowId},
};
use crate::{
    entra::{browsers::BrowserId, error_page, oauth_error::OAuthError, request_ids::RequestIds},
    state::EmulatorState,
    world::{Application, Person, TenantId, World},
};

/// A visitor's browser at one step of a flow.
pub(super) struct Visit<'state> {
    pub(super) state: &'state EmulatorState,
    pub(super) world: Arc<World>,
    pub(super) browser: Option<BrowserId>,
    pub(super) ids: RequestIds,
    pub(super) flow_id: FlowId,
    pub(super) flow: Flow,
}

impl<'state> Visit<'state> {
    /// A visit of the browser that sent `headers`, at `flow`.
    pub(super) fn new(
        state: &'state EmulatorState,
        headers: &HeaderMap,
        flow_id: FlowId,
        flow: Flow,
    ) -> Self {
        let ids = RequestIds::correlated(&flow.correlation);
        Self {
            state,
            world: state.world(),
            browser: BrowserId::of(headers),
            ids,
            flow_id,
            flow,
        }
    }

    /// The app that asks, as it is registered now.
    ///
    /// # Errors
    /// 700016 if the registration is gone since the flow began.
    pub(super) fn application(&self) -> Result<&Application, OAuthError> {
        crate::entra::known_application(self.flow.request.client_id.as_str(), &self.world)
    }

    /// What comes next.
    pub(super) fn decide(&self, application: &Application) -> Step {
        decide(&Situation {
            request: &self.flow.request,
            progress: &self.flow.progress,
            application,
            world: &self.world,
            grants: &self.state.entra.grants,
            signed_in: &self.state.entra.browsers.signed_in(self.browser.as_ref()),
            now: self.state.clock.now(),
        })
    }

    /// Takes the next step and answers the browser.
    pub(super) async fn go_on(&self) -> Response {
        let application = match self.application() {
            Ok(application) => application,
            Err(gone) => return self.stop(&gone),
        };
        match self.decide(application) {
            Step::Stop(error) => self.stop(&error),
            Step::Refuse(error) => self.refuse(&error),
            Step::Finish(person) => match self.world.person(&person) {
                Some(person) => self.finish(application, person).await,
                None => self.show(application, &Step::ChooseAccount, None),
            },
            page => self.show(application, &page, None),
        }
    }

    /// Ends the flow with an error page of ours.
    pub(super) fn stop(&self, error: &OAuthError) -> Response {
        error_page::refuse(self.state, &self.ids, error)
    }

    /// The tenant `person` signs in to: their home, or the one they are a guest of (entra 59).
    pub(super) fn tenant_of(&self, person: &Person) -> TenantId {
        let member = self.flow.request.authority.membership(person, &self.world);
        member.map_or_else(|| person.tenant.clone(), |member| member.tenant.id.clone())
    }
}
