//! The two routes of a sign-in: beginning it, and going on with what was pressed.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header::SET_COOKIE},
    response::Response,
};

use super::{
    action::Action,
    decide::Step,
    flow::{Flow, FlowId, Progress},
    request::{AuthorizeRequest, Rejected},
    show::may_agree_for_all,
    visit::Visit,
};
use crate::{
    entra::{
        aadsts, consented::revive, error_page, grants::Grantee, oauth_error::OAuthError,
        parameters::Parameters, request_ids::RequestIds,
    },
    state::EmulatorState,
    tokens::Proof,
};

/// `GET /{tenant}/oauth2/v2.0/authorize`
pub(in crate::entra) async fn begin(
    State(state): State<Arc<EmulatorState>>,
    Path(segment): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let ids = RequestIds::of(&parameters, &headers);
    if query.len() > LONGEST_QUERY {
        return error_page::refuse(&state, &ids, &(&aadsts::QUERY_TOO_LONG).into());
    }
    match AuthorizeRequest::read(&segment, &parameters, &state.world()) {
        Err(Rejected::Shown(error)) => error_page::refuse(&state, &ids, &error),
        Err(Rejected::Sent(delivery, error)) => {
            delivery.send_error(&error, &ids, &state.clock, &state.origin)
        }
        Ok(request) => {
            let flow = Flow {
                request,
                progress: Progress::Begun,
                correlation: ids.correlation,
                segment,
            };
            Visit::new(&state, &headers, FlowId::fresh(), flow).go_on()
        }
    }
}

/// `POST /{tenant}/sign-in`: what was pressed on a page.
pub(in crate::entra) async fn go_on(
    State(state): State<Arc<EmulatorState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::read_form(&headers, &body);
    let flow_id = FlowId::read(form.get("flow").unwrap_or_default());
    let Some(flow) = state.entra.flows.take(&flow_id, state.clock.now()) else {
        let ids = RequestIds::of(&form, &headers);
        return error_page::refuse(&state, &ids, &(&aadsts::FLOW_EXPIRED).into());
    };
    let mut visit = Visit::new(&state, &headers, flow_id, flow);
    match Action::read(&form) {
        Some(action) => visit.take(action),
        None => visit.go_on(),
    }
}

impl Visit<'_> {
    fn take(&mut self, action: Action) -> Response {
        match action {
            Action::Choose(person) => self.progress(Progress::Chosen(person)),
            Action::UseAnother => self.progress(Progress::Naming),
            Action::Restart => self.progress(Progress::Choosing),
            Action::SignIn { address, password } => self.sign_in(&address, &password),
            Action::Accept { for_organization } => self.accept(for_organization),
            Action::Decline => self.refuse(&(&aadsts::CONSENT_DECLINED).into()),
            Action::Cancel => self.flow.request.delivery.send_cancelled(),
        }
    }

    fn progress(&mut self, progress: Progress) -> Response {
        self.flow.progress = progress;
        self.go_on()
    }

    fn sign_in(&mut self, address: &str, password: &str) -> Response {
        let application = match self.application() {
            Ok(application) => application,
            Err(gone) => return self.stop(&gone),
        };
        let Some(person) = self.world.person_at(address) else {
            let unknown = OAuthError::about(&aadsts::ACCOUNT_UNKNOWN, address);
            return self.show(
                application,
                &Step::SignInAs(address.to_owned()),
                Some(unknown),
            );
        };
        let id = person.id.clone();
        if person.password != password {
            return self.show(
                application,
                &Step::SignIn(id),
                Some((&aadsts::PASSWORD_WRONG).into()),
            );
        }
        let proof = Proof::by_password(self.state.clock.now());
        let browser = self
            .state
            .entra
            .browsers
            .sign_in(self.browser.as_ref(), &id, proof);
        let cookie = browser.to_cookie();
        self.browser = Some(browser);
        let mut answer = self.progress(Progress::Authenticated(id));
        answer
            .headers_mut()
            .extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
        answer
    }

    /// Records the consent, but only where the decision before us is indeed that consent.
    fn accept(&mut self, for_organization: bool) -> Response {
        let application = match self.application() {
            Ok(application) => application,
            Err(gone) => return self.stop(&gone),
        };
        let Step::Consent(id, permissions) = self.decide(application) else {
            return self.go_on();
        };
        let Some(person) = self.world.person(&id) else {
            return self.go_on();
        };
        let Some(member) = self.flow.request.authority.membership(person, &self.world) else {
            return self.go_on();
        };
        let now = self.state.clock.now();
        let (grantee, from) = match for_organization && may_agree_for_all(member) {
            true => {
                let delay = application.switches.consent_delay;
                (Grantee::Tenant(member.tenant.id.clone()), now + delay)
            }
            false => (Grantee::Person(member.id.clone()), now),
        };
        revive(self.state, &self.world, application, &member.tenant.id);
        self.state
            .entra
            .grants
            .give(grantee, &application.client_id, permissions, from);
        self.finish(person)
    }
}

/// Beyond this many characters Entra's login pages refuse the query (90015). Microsoft names no figure; reports put
/// trouble at about 1.8 k characters of state.
const LONGEST_QUERY: usize = 4_096;
