//! One request of a visitor's browser within a sign-in, and how it is answered.

use std::sync::Arc;

use axum::{http::HeaderMap, response::Response};

use super::{
    decide::{Situation, Step, decide},
    flow::{Flow, FlowId},
};
use crate::{
    entra::{
        aadsts, browsers::BrowserId, error_page, oauth_error::OAuthError, parameters::Parameters,
        request_ids::RequestIds,
    },
    scenario::{ScenarioName, Standing},
    state::EmulatorState,
    tokens::Proof,
    world::{Application, Person, PersonId, TenantId, World},
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
            signed_in: &self.live_sessions(),
            now: self.state.clock.now(),
            standing: self.standing(),
            proof_of: &|person| self.proof_of(person),
        })
    }

    /// What is set for everybody, and what this sign-in brought along.
    pub(super) fn standing(&self) -> Standing<'_> {
        Standing::of(&self.state.scenarios).with(&self.flow.brought, self.flow.since)
    }

    /// How `person` proved who they are in this browser.
    pub(super) fn proof_of(&self, person: &PersonId) -> Proof {
        let browsers = &self.state.entra.browsers;
        browsers.proof(self.browser.as_ref(), person)
    }

    /// Who is signed in to this browser by a session that nothing has ended since (entra 67, 69).
    pub(super) fn live_sessions(&self) -> Vec<PersonId> {
        let browsers = &self.state.entra.browsers;
        let mut sessions = browsers.signed_in(self.browser.as_ref());
        let (scenarios, now) = (&self.state.scenarios, self.state.clock.now());
        let client_id = &self.flow.request.client_id;
        sessions.retain(|person| {
            let proof = self.proof_of(person);
            let revoked = scenarios
                .revoked_since(person, proof.signed_in, |cause| cause.ends_sessions())
                .is_some();
            !revoked && !self.standing().is_too_old(&proof, person, client_id, now)
        });
        sessions
    }

    /// An answer that needs no visitor: redirect URIs that scenarios unregister, and clients that go round in circles
    /// (entra 82).
    pub(super) fn refuse_at_once(&self, parameters: &Parameters) -> Option<Response> {
        let client_id = &self.flow.request.client_id;
        let uri = &self.flow.request.delivery.target.uri;
        let standing = self.standing();
        if standing.holds_for_app(ScenarioName::RedirectMismatch, client_id) {
            let mismatch = OAuthError::about(&aadsts::REDIRECT_URI_MISMATCH, &format!("'{uri}'"));
            return Some(self.stop(&mismatch));
        }
        let browser = self.browser.as_ref()?;
        let mut request = vec!["authorize", browser.as_str()];
        request.extend(SAME_REQUEST.map(|name| parameters.get(name).unwrap_or_default()));
        let (now, threshold) = (self.state.clock.now(), self.state.switches().loop_threshold);
        let closes = self
            .state
            .entra
            .loops
            .closes(request.join("\n"), now, threshold);
        closes.then(|| self.refuse(&(&aadsts::REQUEST_LOOP).into()))
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

/// What makes two authorize requests the same (entra.md §18).
const SAME_REQUEST: [&str; 7] = [
    "client_id",
    "scope",
    "redirect_uri",
    "response_type",
    "response_mode",
    "login_hint",
    "prompt",
];
