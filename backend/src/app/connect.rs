//! From a code to a connected account: redeemed, judged, looked at, and only then kept.

use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::refusal::{Class, Next, Refusal};
use connect_outlook_protocol::secret::AuthorizationCode;
use connect_outlook_protocol::token_answer::TokenAnswer;
use connect_outlook_protocol::wire::FinishAttempt;

use super::background::plan;
use super::refresh::dice;
use super::start_attempt::reads_mail;
use super::{App, FinishAttemptError, outcomes};
use crate::clock::UnixTime;
use crate::entra::id_token::{IdTokenError, Person};
use crate::entra::{IdentifyError, Redemption};
use crate::graph::{Caller, GraphError};
use crate::outbound::turns::NoTurn;
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::accounts::{Account, Identity, Profile};
use crate::vault::attempts::Attempt;
use crate::vault::grants::Grant;
use crate::vault::id::{CompletionId, LinkId, NonceDigest};
use crate::vault::sessions::{NewSession, Session};

/// What came back from Microsoft, and the verifier that belongs to it.
pub(super) struct Brought {
    pub(super) code: AuthorizationCode,
    pub(super) verifier: CodeVerifier,
    /// As the callback named it, if it did.
    pub(super) issuer: Option<String>,
}

impl From<FinishAttempt> for Brought {
    fn from(request: FinishAttempt) -> Self {
        Self {
            code: request.code,
            verifier: request.code_verifier,
            issuer: request.issuer,
        }
    }
}

/// What a sign-in brought, judged and complete. Nothing of it is kept yet.
pub(super) struct SignedIn {
    identity: Identity,
    profile: Profile,
    grant: Grant,
}

impl App {
    /// The inner result is the outcome for the page; boxed, because it is the rare one. Each caller keeps what was brought
    /// together with what else ends then, in one transaction.
    pub(super) async fn sign_in(
        &self,
        brought: Brought,
        attempt: &Attempt,
    ) -> Result<Result<SignedIn, Box<Outcome>>, FinishAttemptError> {
        let (sent_at, issuer) = (self.clock.now(), brought.issuer.clone());
        let answer = match self.redeem(brought, attempt).await {
            Ok(answer) => answer,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let person = match self.identify(&answer, attempt).await {
            Ok(person) => person,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let own_issuer = self
            .entra
            .registration()
            .authority
            .issuer_for(&person.tenant_id);
        if issuer.is_some_and(|issuer| issuer != own_issuer) {
            return Ok(Err(Box::new(outcomes::mixed_up())));
        }
        let profile = match self.visit_mailbox(&answer, &person).await {
            Ok(profile) => profile,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let Ok(identity) = Identity::new(&person.tenant_id, &person.object_id) else {
            return Ok(Err(Box::new(outcomes::id_token_refused())));
        };
        if !self.is_of(&identity, attempt.account).await? {
            return Ok(Err(Box::new(outcomes::other_account())));
        }
        Ok(Ok(SignedIn {
            identity,
            profile,
            grant: self.first_grant(answer, sent_at),
        }))
    }

    /// Keeps it, and nothing else with it.
    pub(super) async fn store_alone(&self, brought: SignedIn) -> Result<Account, VaultError> {
        let (vault, now) = (&self.vault, self.clock.now());
        let account = vault
            .connect_account(&brought.identity, &brought.profile, &brought.grant, now)
            .await?;
        self.tell_stored(&account);
        Ok(account)
    }

    /// Keeps it with the session of the browser that brought it.
    pub(super) async fn store_in_session(
        &self,
        brought: SignedIn,
        new: &NewSession,
    ) -> Result<(Account, Session), VaultError> {
        let SignedIn {
            identity,
            profile,
            grant,
        } = brought;
        let (vault, now) = (&self.vault, self.clock.now());
        let (account, session) = vault
            .connect_in_session(&identity, &profile, &grant, new, now)
            .await?;
        self.tell_stored(&account);
        Ok((account, session))
    }

    /// Keeps it with the end of the link that brought it; `None`, and nothing kept, if that is over.
    pub(super) async fn store_by_link(
        &self,
        brought: SignedIn,
        link: (LinkId, CompletionId),
    ) -> Result<Option<Account>, VaultError> {
        let SignedIn {
            identity,
            profile,
            grant,
        } = brought;
        let (vault, now) = (&self.vault, self.clock.now());
        let account = vault
            .connect_by_link(link, &identity, &profile, &grant, now)
            .await?;
        if let Some(account) = &account {
            self.tell_stored(account);
        }
        Ok(account)
    }

    fn tell_stored(&self, account: &Account) {
        self.steps.tell(Step::TokensSealed);
        tracing::info!(account = %account.id, "account connected");
    }

    async fn redeem(
        &self,
        brought: Brought,
        attempt: &Attempt,
    ) -> Result<TokenAnswer, Box<Outcome>> {
        let redemption = Redemption {
            code: brought.code,
            verifier: brought.verifier,
            redirect_uri: attempt.redirect_uri.clone(),
            scope: attempt.scopes.clone(),
        };
        if let Err(refusal) = self.may_redeem() {
            tracing::info!(
                code = refusal.code,
                "Microsoft refuses this deployment: the code was not sent"
            );
            return Err(Box::new(refusal.into()));
        }
        let turn = self.take_token_turn(SIGN_INS).await;
        let _turn = turn.map_err(|NoTurn| Box::new(outcomes::keys_unavailable()))?;
        let answer = self.entra.redeem(&redemption).await.map_err(|error| {
            let refusal = error.refusal();
            tracing::warn!(%error, aadsts = refusal.aadsts, cause = refusal.cause, "the code was not redeemed");
            self.note(refusal);
            if refusal.next == Next::FixCredential && self.entra.credentials().are_refused() {
                self.gate.close_for_everybody(self.clock.now(), dice());
            }
            Box::new(Outcome::from(refusal.clone()))
        })?;
        self.incidents.close();
        self.gate.open_for_new_credential();
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

    /// Whether a code may be sent: not while Microsoft refuses every credential, but for one try now and then (F16).
    fn may_redeem(&self) -> Result<(), Refusal> {
        match self.gate.pass_for_everybody(self.clock.now()) {
            Ok(()) => Ok(()),
            // Over just now: then it may.
            Err(_) => self.incidents.refusal().map_or(Ok(()), Err),
        }
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
                IdentifyError::Refused(IdTokenError::Claim("nonce")) => outcomes::mixed_up(),
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
            tenant: &person.tenant_id,
            token: &answer.access_token,
        };
        let (me, mailbox) = tokio::join!(self.graph.me(caller), self.graph.prove_mailbox(caller));
        match mailbox {
            Err(GraphError::NoMailbox | GraphError::Unknown | GraphError::Forbidden) => {
                return Err(Box::new(outcomes::no_mailbox()));
            }
            Err(error) => {
                tracing::warn!(%error, "the mailbox could not be looked at while connecting");
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

    /// The life of the access token counts from when the request was sent (R94).
    fn first_grant(&self, answer: TokenAnswer, sent_at: UnixTime) -> Grant {
        let expires_at = sent_at.plus(answer.expires_in);
        let ends_at = self.rules.grant_life.map(|life| sent_at.plus(life));
        let in_use = (true, true);
        Grant {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            scopes: answer.scope,
            expires_at,
            schedule: plan::schedule((sent_at, expires_at), ends_at, in_use, dice()),
            ends_at,
        }
    }

    /// Troubles of the registration are the deployment's, never an account's (R88).
    pub(super) fn note(&self, refusal: &Refusal) {
        if refusal.class == Class::Misconfigured {
            self.incidents.open_with(refusal, self.clock.now());
        }
    }
}

/// The party of whoever signs in: whose tenant it is, nobody knows yet. No tenant is named so.
pub(super) const SIGN_INS: &str = "sign-ins";
