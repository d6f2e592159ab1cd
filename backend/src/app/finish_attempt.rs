//! The one ending of every attempt: a code becomes a connected account and a session, or a reason why not.
//!
//! The order is the rule: the attempt is taken, the verifier proved, the code sent once, the ID token judged, and only
//! then is anything kept (R21, R36, R39).

use connect_outlook_protocol::authority::{Authority, is_guid};
use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::state::State;
use connect_outlook_protocol::wire::FinishAttempt;

use super::connect::{Brought, SignedIn};
use super::handles::{random_session_handle, session_digest};
use super::{App, FlowHandle, accounts};
use crate::random::NoRandomness;
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::accounts::Account;
use crate::vault::attempts::{Attempt, AttemptKind, Proof, TakeAttemptError};
use crate::vault::id::{HandleDigest, StateDigest};
use crate::vault::sessions::{NewSession, Session};

/// How an attempt ended, and the session that came of it.
#[derive(Debug)]
pub struct Finished {
    /// For the page.
    pub outcome: Outcome,
    /// For the cookie; present exactly when connected.
    pub session: Option<OpenedSession>,
}

/// A session just opened.
#[derive(Debug)]
pub struct OpenedSession {
    /// What opens it.
    pub handle: SessionHandle,
    /// Seconds it can last.
    pub lasts: i64,
}

/// Why an attempt did not come to an end. The page's request was not in order, or the server is not.
#[derive(Debug, thiserror::Error)]
pub enum FinishAttemptError {
    /// No such attempt, or it was used already (R21).
    #[error("no open attempt has this state")]
    Unknown,
    /// It belongs to another browser and stays usable by its owner (R22).
    #[error("the attempt belongs to another browser")]
    NotYours,
    /// Its time is over (R24).
    #[error("the attempt has expired")]
    Expired,
    /// The verifier is not the one whose challenge was recorded. The attempt is spent, the code was not sent.
    #[error("the code verifier does not fit the attempt")]
    VerifierMismatch,
    /// The callback names an issuer that the visitor was not sent to. The attempt is spent, the code was not sent (R30).
    #[error("the callback is not from the issuer of the attempt")]
    IssuerMismatch,
    /// The hosted link that the attempt belongs to is over: the attempt is spent, the code was not sent (F43).
    #[error("the link of the attempt is over")]
    LinkEnded,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl App {
    /// Ends an attempt with the code that came back. `session` is what the browser holds so far: it is replaced, and
    /// its accounts come along (R37).
    ///
    /// # Errors
    /// [`FinishAttemptError`]; what Microsoft or the visitor decided is an [`Outcome`], not an error.
    pub async fn finish_attempt(
        &self,
        request: FinishAttempt,
        browser: Option<FlowHandle>,
        session: Option<SessionHandle>,
    ) -> Result<Finished, FinishAttemptError> {
        let attempt = self
            .take_attempt(&request.state, browser, AttemptKind::Connect)
            .await?;
        match &attempt.proof {
            Proof::Page(challenge) if challenge.matches(&request.code_verifier) => {}
            Proof::Page(_) | Proof::Server(_) => return Err(FinishAttemptError::VerifierMismatch),
        }
        let session = session.as_ref().map(session_digest);
        self.end_with_code(request.into(), attempt, session).await
    }

    /// The rest of both ways: an attempt that was taken, and the verifier that belongs to it.
    pub(super) async fn end_with_code(
        &self,
        brought: Brought,
        attempt: Attempt,
        session: Option<HandleDigest>,
    ) -> Result<Finished, FinishAttemptError> {
        let brought = match self.judge_code(brought, &attempt).await? {
            Ok(brought) => brought,
            Err(outcome) => {
                return Ok(Finished {
                    outcome: *outcome,
                    session: None,
                });
            }
        };
        let (handle, new) = self.new_session(session)?;
        let (account, session) = self.store_in_session(brought, &new).await?;
        Ok(self.finished(account, attempt.return_to, handle, &session))
    }

    /// The same without a session, for whoever opens it later.
    pub(super) async fn connect_with_code(
        &self,
        brought: Brought,
        attempt: &Attempt,
    ) -> Result<Result<Account, Box<Outcome>>, FinishAttemptError> {
        Ok(match self.judge_code(brought, attempt).await? {
            Ok(brought) => Ok(self.store_alone(brought).await?),
            Err(outcome) => Err(outcome),
        })
    }

    /// Sends the code and judges what comes of it.
    async fn judge_code(
        &self,
        brought: Brought,
        attempt: &Attempt,
    ) -> Result<Result<SignedIn, Box<Outcome>>, FinishAttemptError> {
        self.prove_issuer(brought.issuer.as_deref())?;
        self.steps.tell(Step::AttemptTaken);
        match self.sign_in(brought, attempt).await? {
            Ok(brought) => Ok(Ok(brought)),
            Err(mut outcome) => {
                self.add_link(&mut outcome, attempt).await?;
                self.tell_refused(&outcome);
                Ok(Err(outcome))
            }
        }
    }

    /// R30: a callback that names an issuer names the one the visitor was sent to.
    pub(super) fn prove_issuer(&self, named: Option<&str>) -> Result<(), FinishAttemptError> {
        if named.is_some_and(|issuer| !is_issuer_of(issuer, self.authority())) {
            return Err(FinishAttemptError::IssuerMismatch);
        }
        Ok(())
    }

    /// Takes the attempt this browser began. One that another deployment of settings began is as unknown as any (R23).
    pub(super) async fn take_attempt(
        &self,
        state: &State,
        browser: Option<FlowHandle>,
        kind: AttemptKind,
    ) -> Result<Attempt, FinishAttemptError> {
        let browser = browser.ok_or(FinishAttemptError::NotYours)?;
        let state = StateDigest::from(state.digest());
        let taken = self
            .vault
            .take_attempt(state, browser.digest(), kind, self.clock.now())
            .await;
        let attempt = taken.map_err(|error| match error {
            TakeAttemptError::Unknown => FinishAttemptError::Unknown,
            TakeAttemptError::NotYours => FinishAttemptError::NotYours,
            TakeAttemptError::Expired => FinishAttemptError::Expired,
            TakeAttemptError::Vault(error) => error.into(),
        })?;
        if self.is_of_this_registration(&attempt) {
            Ok(attempt)
        } else {
            Err(FinishAttemptError::Unknown)
        }
    }

    pub(super) fn is_of_this_registration(&self, attempt: &Attempt) -> bool {
        let registration = self.entra.registration();
        attempt.client_id == registration.client_id
            && attempt.tenant == *registration.authority.tenant()
    }

    fn authority(&self) -> &Authority {
        &self.entra.registration().authority
    }

    /// Opens a session of an account that is connected already.
    pub(super) async fn open_session(
        &self,
        account: Account,
        return_to: Option<String>,
        old: Option<HandleDigest>,
    ) -> Result<Finished, FinishAttemptError> {
        let (handle, new) = self.new_session(old)?;
        let opened = self
            .vault
            .open_new_session(&new, account.id, self.clock.now());
        let session = opened.await?;
        Ok(self.finished(account, return_to, handle, &session))
    }

    /// A session under a fresh handle, in place of the one that the browser holds.
    fn new_session(
        &self,
        in_place_of: Option<HandleDigest>,
    ) -> Result<(SessionHandle, NewSession), NoRandomness> {
        let handle = random_session_handle()?;
        let new = NewSession {
            handle: session_digest(&handle),
            in_place_of,
            limits: self.rules.session_limits,
        };
        Ok((handle, new))
    }

    fn finished(
        &self,
        account: Account,
        return_to: Option<String>,
        handle: SessionHandle,
        session: &Session,
    ) -> Finished {
        self.steps.tell(Step::SessionOpened {
            accounts: session.accounts.len(),
        });
        tracing::info!(session = %session.id, account = %account.id, "session opened");
        Finished {
            outcome: Outcome::Connected {
                account: accounts::view(account),
                return_to,
            },
            session: Some(OpenedSession {
                handle,
                lasts: session.expires_at.since(session.created_at),
            }),
        }
    }

    pub(super) fn tell_refused(&self, outcome: &Outcome) {
        if let Some(reason) = outcome.reason() {
            tracing::info!(
                code = reason.code,
                aadsts = reason.aadsts,
                "attempt ended without a connection"
            );
            self.steps.tell(Step::AttemptRefused {
                code: reason.code.clone(),
            });
        }
    }
}

/// Whether `issuer` is, character by character, the issuer of a tenant that signs in through `authority` (RFC 9207
/// section 2.4). Which tenant it was is known once the ID token is judged.
fn is_issuer_of(issuer: &str, authority: &Authority) -> bool {
    let tenant_id = issuer.rsplit('/').nth(1).unwrap_or_default();
    is_guid(tenant_id) && authority.admits(tenant_id) && authority.issuer_for(tenant_id) == issuer
}

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::authority::{CONSUMERS_TENANT_ID, Cloud, Tenant};

    use super::*;

    const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";

    /// R30: plain comparison after the tenant is put in.
    #[test]
    fn an_issuer_is_compared_character_by_character() {
        let authority = |tenant| Authority::new(Cloud::Global, Tenant::parse(tenant).unwrap());
        let issuer = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
        assert!(is_issuer_of(&issuer, &authority("common")));
        assert!(is_issuer_of(&issuer, &authority(TENANT)));
        for bad in [
            String::new(),
            format!("{issuer}/"),
            format!("{issuer}?x"),
            issuer.to_uppercase(),
            issuer.replace("https", "http"),
            issuer.replace(".com", ".us"),
            issuer.replace("login.", "login.evil."),
            issuer.replace(TENANT, "{tenantid}"),
            issuer.replace(TENANT, "common"),
            format!("https://evil.example/{issuer}"),
        ] {
            assert!(!is_issuer_of(&bad, &authority("common")), "{bad}");
        }
        let personal = format!("https://login.microsoftonline.com/{CONSUMERS_TENANT_ID}/v2.0");
        assert!(!is_issuer_of(&personal, &authority("organizations")));
        assert!(!is_issuer_of(&personal, &authority(TENANT)));
    }
}
