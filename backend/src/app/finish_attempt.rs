//! The one ending of every attempt: a code becomes a connected account and a session, or a reason why not.
//!
//! The order is the rule: the attempt is taken, the verifier proved, the code sent once, the ID token judged, and only
//! then is anything kept (R21, R36, R39).

use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::refusal::Class;
use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::state::State;
use connect_outlook_protocol::token_answer::TokenAnswer;
use connect_outlook_protocol::wire::FinishAttempt;

use super::handles::{random_session_handle, session_digest};
use super::start_attempt::reads_mail;
use super::{App, FlowHandle, accounts, outcomes};
use crate::clock::UnixTime;
use crate::entra::id_token::{IdTokenError, Person};
use crate::entra::{IdentifyError, Redemption};
use crate::graph::{Caller, GraphError};
use crate::random::NoRandomness;
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::accounts::{Account, Identity, Profile};
use crate::vault::attempts::{Attempt, AttemptKind, Proof, TakeAttemptError};
use crate::vault::grants::Grant;
use crate::vault::id::{NonceDigest, StateDigest};

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
        let attempt = self.take_attempt(&request.state, browser).await?;
        match &attempt.proof {
            Proof::Page(challenge) if challenge.matches(&request.code_verifier) => {}
            Proof::Page(_) | Proof::Server(_) => return Err(FinishAttemptError::VerifierMismatch),
        }
        self.steps.tell(Step::AttemptTaken);
        match self.connect(request, &attempt).await? {
            Ok(account) => self.open_session(account, attempt, session).await,
            Err(outcome) => {
                self.tell_refused(&outcome);
                Ok(Finished {
                    outcome: *outcome,
                    session: None,
                })
            }
        }
    }

    /// Takes the attempt this browser began. One that another deployment of settings began is as unknown as any (R23).
    pub(super) async fn take_attempt(
        &self,
        state: &State,
        browser: Option<FlowHandle>,
    ) -> Result<Attempt, FinishAttemptError> {
        let browser = browser.ok_or(FinishAttemptError::NotYours)?;
        let state = StateDigest::from(state.digest());
        let taken = self
            .vault
            .take_attempt(
                state,
                browser.digest(),
                AttemptKind::Connect,
                self.clock.now(),
            )
            .await;
        let attempt = taken.map_err(|error| match error {
            TakeAttemptError::Unknown => FinishAttemptError::Unknown,
            TakeAttemptError::NotYours => FinishAttemptError::NotYours,
            TakeAttemptError::Expired => FinishAttemptError::Expired,
            TakeAttemptError::Vault(error) => error.into(),
        })?;
        let registration = self.entra.registration();
        let same = attempt.client_id == registration.client_id
            && attempt.tenant == *registration.authority.tenant();
        if same {
            Ok(attempt)
        } else {
            Err(FinishAttemptError::Unknown)
        }
    }

    /// The inner result is the outcome for the page; boxed, because it is the rare one.
    async fn connect(
        &self,
        request: FinishAttempt,
        attempt: &Attempt,
    ) -> Result<Result<Account, Box<Outcome>>, FinishAttemptError> {
        let sent_at = self.clock.now();
        let answer = match self.redeem(request, attempt).await {
            Ok(answer) => answer,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let person = match self.identify(&answer, attempt).await {
            Ok(person) => person,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let profile = match self.visit_mailbox(&answer, &person).await {
            Ok(profile) => profile,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let Ok(identity) = Identity::new(&person.tenant_id, &person.object_id) else {
            return Ok(Err(Box::new(outcomes::id_token_refused())));
        };
        let grant = grant(answer, sent_at);
        let account = self
            .vault
            .connect_account(&identity, &profile, &grant, self.clock.now())
            .await?;
        self.steps.tell(Step::TokensSealed);
        tracing::info!(account = %account.id, "account connected");
        Ok(Ok(account))
    }

    async fn redeem(
        &self,
        request: FinishAttempt,
        attempt: &Attempt,
    ) -> Result<TokenAnswer, Box<Outcome>> {
        let redemption = Redemption {
            code: request.code,
            verifier: request.code_verifier,
            redirect_uri: attempt.redirect_uri.clone(),
            scope: attempt.scopes.clone(),
        };
        let answer = self.entra.redeem(&redemption).await.map_err(|error| {
            let refusal = error.refusal();
            tracing::warn!(%error, aadsts = refusal.aadsts, cause = refusal.cause, "the code was not redeemed");
            self.note(refusal);
            Box::new(Outcome::from(refusal.clone()))
        })?;
        self.incidents.close();
        self.steps.tell(Step::CodeRedeemed {
            code: redemption.code.expose().len(),
            code_verifier: redemption.verifier.expose().len(),
            access_token: answer.access_token.expose().len(),
            refresh_token: answer
                .refresh_token
                .as_ref()
                .map(|token| token.expose().len()),
            expires_in: answer.expires_in,
        });
        Ok(answer)
    }

    /// Who signed in, and that the grant is one we can work with.
    async fn identify(
        &self,
        answer: &TokenAnswer,
        attempt: &Attempt,
    ) -> Result<Person, Box<Outcome>> {
        let Some(token) = &answer.id_token else {
            return Err(Box::new(outcomes::id_token_refused()));
        };
        let is_ours = |claim: &str| NonceDigest::of(claim) == attempt.nonce;
        let judged = self
            .entra
            .identify(
                token,
                Some(&is_ours),
                &answer.access_token,
                self.clock.now(),
            )
            .await;
        let person = judged.map_err(|error| {
            tracing::warn!(%error, "the sign-in could not be verified");
            Box::new(match error {
                IdentifyError::NoKeys(_) => outcomes::keys_unavailable(),
                IdentifyError::Refused(IdTokenError::Claim("nonce")) => outcomes::nonce_refused(),
                IdentifyError::Refused(IdTokenError::Claim("tid")) => {
                    outcomes::tenant_not_allowed()
                }
                IdentifyError::Refused(_) => outcomes::id_token_refused(),
            })
        })?;
        self.steps.tell(Step::IdTokenValidated {
            id_token: token.expose().len(),
        });
        if answer.refresh_token.is_none() {
            return Err(Box::new(outcomes::no_refresh_token()));
        }
        if !reads_mail(&answer.scope) {
            return Err(Box::new(outcomes::insufficient_scope()));
        }
        Ok(person)
    }

    /// Name and address, and that there is a mailbox at all. When Graph is unwell the sign-in counts nevertheless: the
    /// ID token has a name too.
    async fn visit_mailbox(
        &self,
        answer: &TokenAnswer,
        person: &Person,
    ) -> Result<Profile, Box<Outcome>> {
        let mailbox = format!("{}.{}", person.tenant_id, person.object_id);
        let caller = Caller {
            mailbox: &mailbox,
            token: &answer.access_token,
        };
        let (me, mailbox) = tokio::join!(self.graph.me(caller), self.graph.prove_mailbox(caller));
        match mailbox {
            Err(GraphError::NoMailbox | GraphError::Unknown | GraphError::Forbidden) => {
                return Err(Box::new(outcomes::no_mailbox()));
            }
            Err(error) => {
                tracing::warn!(%error, "the mailbox could not be looked at while connecting")
            }
            Ok(()) => {}
        }
        let me = me.unwrap_or_default();
        let first = |graph: String, claim: &Option<String>| match claim {
            Some(claim) if graph.is_empty() => claim.clone(),
            _ => graph,
        };
        Ok(Profile {
            display_name: first(me.display_name, &person.display_name),
            address: first(me.address, &person.address),
        })
    }

    async fn open_session(
        &self,
        account: Account,
        attempt: Attempt,
        old: Option<SessionHandle>,
    ) -> Result<Finished, FinishAttemptError> {
        let (now, limits) = (self.clock.now(), self.rules.session_limits);
        let handle = random_session_handle()?;
        let new = session_digest(&handle);
        let session = match old {
            Some(old) => {
                self.vault
                    .replace_session(session_digest(&old), new, account.id, limits, now)
                    .await?
            }
            None => {
                self.vault
                    .open_session(new, account.id, limits, now)
                    .await?
            }
        };
        self.steps.tell(Step::SessionOpened {
            accounts: session.accounts.len(),
        });
        tracing::info!(session = %session.id, account = %account.id, "session opened");
        Ok(Finished {
            outcome: Outcome::Connected {
                account: accounts::view(account),
                return_to: attempt.return_to,
            },
            session: Some(OpenedSession {
                handle,
                lasts: session.expires_at.since(now),
            }),
        })
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

    /// Troubles of the registration are the deployment's, never an account's (R88).
    pub(super) fn note(&self, refusal: &connect_outlook_protocol::refusal::Refusal) {
        if refusal.class == Class::Misconfigured {
            self.incidents.open_with(refusal, self.clock.now());
        }
    }
}

/// The life of the access token counts from when the request was sent (R94).
pub(super) fn grant(answer: TokenAnswer, sent_at: UnixTime) -> Grant {
    Grant {
        access_token: answer.access_token,
        refresh_token: answer.refresh_token,
        scopes: answer.scope,
        expires_at: sent_at.plus(answer.expires_in),
    }
}
