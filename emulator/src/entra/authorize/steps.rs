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
    brought,
    decide::Step,
    flow::{Flow, FlowId, Progress},
    request::{AuthorizeRequest, Rejected},
    visit::Visit,
};
use crate::{
    entra::{
        aadsts, error_page, oauth_error::OAuthError, parameters::Parameters,
        request_ids::RequestIds,
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
    let brought = match brought::read(&parameters) {
        Ok(brought) => brought,
        Err(word) => return brought::refuse(&word),
    };
    match AuthorizeRequest::read(&segment, &parameters, &state.world()) {
        Err(Rejected::Shown(error)) => error_page::refuse(&state, &ids, &error),
        Err(Rejected::Sent(delivery, error)) => {
            delivery.send_error(&error, &ids, &state.clock, &state.origin)
        }
        Ok(request) => {
            let flow = Flow::beginning(request, segment, ids.correlation).with(brought);
            let visit = Visit::new(&state, &headers, FlowId::fresh(), flow);
            match visit.refuse_at_once(&parameters) {
                Some(refusal) => refusal,
                None => visit.go_on().await,
            }
        }
    }
}

/// Begins the sign-in of a request that is in order.
pub(in crate::entra) async fn begin_with(
    state: &EmulatorState,
    headers: &HeaderMap,
    request: AuthorizeRequest,
    segment: String,
    correlation: String,
) -> Response {
    let flow = Flow::beginning(request, segment, correlation);
    Visit::new(state, headers, FlowId::fresh(), flow)
        .go_on()
        .await
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
        Some(action) => visit.take(action).await,
        None => visit.go_on().await,
    }
}

impl Visit<'_> {
    async fn take(&mut self, action: Action) -> Response {
        match action {
            Action::Choose(person) => self.progress(Progress::Chosen(person)).await,
            Action::UseAnother => self.progress(Progress::Naming).await,
            Action::Restart => self.progress(Progress::Choosing).await,
            Action::SignIn { address, password } => self.sign_in(&address, &password).await,
            Action::Accept { for_organization } => self.accept(for_organization).await,
            Action::Verify { code } => self.verify(&code).await,
            Action::RequestApproval { reason } => self.ask_for_approval(&reason).await,
            Action::Decline => self.refuse(&(&aadsts::CONSENT_DECLINED).into()),
            Action::Confirm => {
                self.confirm_device();
                self.go_on().await
            }
            Action::Cancel => self.cancel(),
        }
    }

    async fn progress(&mut self, progress: Progress) -> Response {
        self.flow.progress = progress;
        self.go_on().await
    }

    async fn sign_in(&mut self, address: &str, password: &str) -> Response {
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
        let cookie = browser.to_cookie(self.state.speaks_https());
        self.browser = Some(browser);
        let mut answer = self.progress(Progress::Authenticated(id)).await;
        answer
            .headers_mut()
            .extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
        answer
    }
}

/// Beyond this many characters Entra's login pages refuse the query (90015). Microsoft names no figure; reports put
/// trouble at about 1.8 k characters of state.
const LONGEST_QUERY: usize = 4_096;
