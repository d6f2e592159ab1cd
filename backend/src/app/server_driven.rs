//! The server-driven way, for pages that may run no wasm or no script at all: the verifier is made here, rests sealed in
//! the attempt, and never leaves but to the token endpoint (R16; R17 and R18 are about verifiers that browsers make).
//!
//! The same attempt, the same checks and the same ending as the page-driven way.

use connect_outlook_protocol::authorize::{AuthorizeRequest, ResponseMode};
use connect_outlook_protocol::callback::{Callback, RefusedCallback};
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::returned;
use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::state::State;
use connect_outlook_protocol::wire::RefuseAttempt;
use url::Url;

use super::connect::Brought;
use super::handles::session_digest;
use super::start_attempt::{Driver, Wishes};
use super::{
    App, ConsentEnd, FinishAttemptError, Finished, FlowHandle, OpenedSession, StartAttemptError,
};
use crate::random;
use crate::vault::attempts::{AttemptKind, Proof};
use crate::vault::id::HandleDigest;

/// Where the visitor goes after the callback.
#[derive(Debug)]
pub enum Landing {
    /// Back to the site, or to where the integrator of a link registered.
    Back {
        /// With the outcome in its query, and neither Microsoft's code nor state (R32).
        url: Url,
        /// For the cookie; present exactly when connected.
        session: Option<OpenedSession>,
    },
    /// Nowhere: a frame waits for the end, and this window can be closed.
    HandedOver,
    /// It was an administrator, who had shown for which organisation they agreed.
    Consent(ConsentEnd),
}

impl App {
    /// Records an attempt and answers where to send the browser, with the flow handle it is to keep. `session` is what
    /// the browser holds: the attempt's end replaces it, although it will not see the cookie (R37). `account` names one
    /// of it, which is to sign in, and no other.
    ///
    /// # Errors
    /// [`StartAttemptError`]; nothing was recorded.
    pub async fn start_server_attempt(
        &self,
        mut wishes: Wishes,
        account: Option<&str>,
        browser: Option<FlowHandle>,
        session: Option<SessionHandle>,
    ) -> Result<(String, FlowHandle), StartAttemptError> {
        if let Some(named) = account {
            self.bind(&mut wishes, named, session.clone()).await?;
        }
        let replaced = session.as_ref().map(session_digest);
        let claims = self.challenge_to_meet(session).await;
        self.send_away(wishes, browser, replaced, claims).await
    }

    /// The rest of both server-driven ways. `claims` is a challenge to meet.
    pub(super) async fn send_away(
        &self,
        wishes: Wishes,
        browser: Option<FlowHandle>,
        session: Option<HandleDigest>,
        claims: Option<String>,
    ) -> Result<(String, FlowHandle), StartAttemptError> {
        let verifier = CodeVerifier::from_random(random::bytes()?);
        let challenge = verifier.challenge();
        let driver = Driver::Server { verifier, session };
        let begun = self.begin(wishes, driver, browser).await?;
        let request = AuthorizeRequest {
            endpoint: &self.entra.registration().authority.authorize_endpoint(),
            client_id: &begun.attempt.client_id,
            redirect_uri: &begun.attempt.redirect_uri,
            scope: &begun.attempt.scopes.to_string(),
            state: &begun.state,
            nonce: &begun.nonce,
            code_challenge: &challenge,
            response_mode: ResponseMode::Query,
            prompt: begun.prompt,
            login_hint: begun.login_hint.as_deref(),
            domain_hint: begun.domain_hint.as_deref(),
            claims: claims.as_deref(),
        };
        Ok((request.to_url(), begun.browser))
    }

    /// Ends an attempt with what Microsoft's redirect brought.
    ///
    /// # Errors
    /// [`FinishAttemptError`]; what Microsoft or the visitor decided is told by the landing's address, not an error.
    pub async fn finish_server_attempt(
        &self,
        callback: Callback,
        browser: Option<FlowHandle>,
    ) -> Result<Landing, FinishAttemptError> {
        match self
            .finish_connecting(callback.clone(), browser.clone())
            .await
        {
            // R28: a state of another kind is unknown to the way that connects.
            Err(FinishAttemptError::Unknown) => {
                let end = self.consent_shown(callback, browser).await?;
                Ok(Landing::Consent(end))
            }
            landed => landed,
        }
    }

    async fn finish_connecting(
        &self,
        callback: Callback,
        browser: Option<FlowHandle>,
    ) -> Result<Landing, FinishAttemptError> {
        let kind = AttemptKind::ServerConnect;
        match callback {
            Callback::Code {
                code,
                state,
                issuer,
            } => {
                let attempt = self.take_attempt(&state, browser, kind).await?;
                let Proof::Server(verifier) = attempt.proof.clone() else {
                    return Err(FinishAttemptError::VerifierMismatch);
                };
                let brought = Brought {
                    code,
                    verifier,
                    issuer,
                };
                if let Some(claim) = attempt.claim {
                    self.hand_over_code(claim, brought, &attempt).await?;
                    return Ok(Landing::HandedOver);
                }
                if let Some(link) = attempt.link {
                    return self.come_back_to_link(link, &attempt, &brought).await;
                }
                let (session, back) = (attempt.session, attempt.return_to.clone());
                let finished = self.end_with_code(brought, attempt, session).await?;
                Ok(self.landing(back.as_deref(), finished))
            }
            Callback::Refused { state, refusal } => {
                let attempt = self.take_attempt(&state, browser, kind).await?;
                let refusal = refused(state, refusal);
                let outcome = self.end_with_refusal(&refusal, &attempt).await?;
                if let Some(link) = attempt.link {
                    return self.turn_back_from_link(link, &outcome).await;
                }
                if let Some(claim) = attempt.claim {
                    self.hand_over(claim, &outcome).await?;
                    return Ok(Landing::HandedOver);
                }
                let finished = Finished {
                    outcome,
                    session: None,
                };
                Ok(self.landing(attempt.return_to.as_deref(), finished))
            }
        }
    }

    /// The path was checked when the attempt began; that it still stays on the site is proved once more.
    fn landing(&self, return_to: Option<&str>, finished: Finished) -> Landing {
        let site = &self.rules.site;
        let path = return_to.unwrap_or("/");
        let joined = site.join(path).ok();
        let mut url = joined
            .filter(|url| url.origin() == site.origin())
            .unwrap_or_else(|| site.clone());
        let kept: Vec<_> = url
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(returned::PARAMETER))
            .collect();
        let told = format!(
            "{}={}",
            returned::PARAMETER,
            returned::value(&finished.outcome)
        );
        let query = [kept.as_slice(), &[told.as_str()]].concat().join("&");
        url.set_query(Some(&query));
        Landing::Back {
            url,
            session: finished.session,
        }
    }
}

fn refused(state: State, refusal: RefusedCallback) -> RefuseAttempt {
    RefuseAttempt {
        state,
        error: refusal.error,
        error_subcode: refusal.error_subcode,
        error_description: refusal.error_description,
        suberror: refusal.suberror,
        claims: refusal.claims,
    }
}
