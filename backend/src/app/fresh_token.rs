//! An access token that is good for a while: the one at hand, or a new one (R78–R96).

use std::sync::Arc;

use connect_outlook_protocol::refusal::Class;
use connect_outlook_protocol::secret::{AccessToken, RefreshToken};
use connect_outlook_protocol::token_answer::TokenAnswer;

use super::App;
use super::finish_attempt::grant;
use crate::clock::UnixTime;
use crate::entra::TokenError;
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::accounts::{Finding, Marked};
use crate::vault::grants::{Committed, GrantVersion, StoredTokens};
use crate::vault::id::AccountId;

/// An access token, and which one it is.
#[derive(Clone, Debug)]
pub(super) struct FreshToken {
    pub(super) token: AccessToken,
    pub(super) version: GrantVersion,
}

/// Why there is no access token.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FreshTokenError {
    /// The account does not work; its state says who must act.
    #[error("the account needs somebody to act")]
    NeedsSomebody,
    /// Microsoft does not answer, and the token at hand is over.
    #[error("microsoft is unavailable")]
    Unavailable {
        /// Seconds to wait.
        retry_after: Option<u32>,
    },
    /// Microsoft refuses the deployment; the account is untouched.
    #[error("the deployment is refused")]
    Misconfigured,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] Arc<VaultError>),
    /// The refresh came to no end.
    #[error("the refresh broke off")]
    BrokeOff,
}

impl From<VaultError> for FreshTokenError {
    fn from(error: VaultError) -> Self {
        Self::Vault(Arc::new(error))
    }
}

impl App {
    /// An access token good for at least five more minutes. Refreshes at most once at a time for an account; others
    /// wait for that answer. `refused` names a token that Graph did not accept: it is not given again.
    ///
    /// While Microsoft or the deployment is in trouble the token at hand serves until its last half minute.
    ///
    /// # Errors
    /// [`FreshTokenError`].
    pub(super) async fn fresh_access_token(
        self: &Arc<Self>,
        account: AccountId,
        refused: Option<GrantVersion>,
    ) -> Result<FreshToken, FreshTokenError> {
        let (tokens, now) = self.working_tokens(account).await?;
        if is_fresh(&tokens, now) && refused != Some(tokens.version) {
            return Ok(tokens.into());
        }
        let app = Arc::clone(self);
        let judged = tokens.version;
        let refreshed = self
            .refreshes
            .one_for(account, async move { app.refresh(account, judged).await })
            .await;
        let trouble = match refreshed {
            Ok(fresh) if refused != Some(fresh.version) => return Ok(fresh),
            Ok(_) => FreshTokenError::Unavailable { retry_after: None },
            Err(trouble) => trouble,
        };
        let transient = matches!(
            trouble,
            FreshTokenError::Unavailable { .. } | FreshTokenError::Misconfigured
        );
        let still_good =
            refused != Some(tokens.version) && tokens.expires_at > self.clock.now().plus(LAST_CALL);
        if transient && still_good {
            Ok(tokens.into())
        } else {
            Err(trouble)
        }
    }

    /// The tokens of an account that works. One whose grant is dead does not trouble Microsoft again (R92).
    async fn working_tokens(
        &self,
        account: AccountId,
    ) -> Result<(StoredTokens, UnixTime), FreshTokenError> {
        let now = self.clock.now();
        let works = self
            .vault
            .account(account)
            .await?
            .is_some_and(|account| account.state.works());
        let tokens = if works {
            self.vault.tokens(account, now).await?
        } else {
            None
        };
        tokens
            .map(|tokens| (tokens, now))
            .ok_or(FreshTokenError::NeedsSomebody)
    }

    /// Asks for new tokens, unless somebody else has brought them since `judged` (R83). No connection of the vault is
    /// held while Microsoft thinks (R85).
    async fn refresh(
        &self,
        account: AccountId,
        judged: GrantVersion,
    ) -> Result<FreshToken, FreshTokenError> {
        let (tokens, sent_at) = self.working_tokens(account).await?;
        if tokens.version != judged && is_fresh(&tokens, sent_at) {
            return Ok(tokens.into());
        }
        let Some(refresh_token) = tokens.refresh_token else {
            let finding = Finding::NeedsUser {
                code: "no_refresh_token".to_owned(),
                claims: None,
            };
            return self.mark(account, tokens.version, finding).await;
        };
        let scope = format!("{} offline_access", tokens.scopes);
        match self.entra.refresh(&refresh_token, &scope).await {
            Ok(answer) => {
                self.keep(account, tokens.version, &refresh_token, answer, sent_at)
                    .await
            }
            Err(error) => self.give_up(account, tokens.version, error).await,
        }
    }

    /// Writes the new tokens, unless newer ones are there already (R84).
    async fn keep(
        &self,
        account: AccountId,
        expected: GrantVersion,
        used: &RefreshToken,
        answer: TokenAnswer,
        sent_at: UnixTime,
    ) -> Result<FreshToken, FreshTokenError> {
        self.incidents.close();
        self.check_same_person(account, &answer).await?;
        let (expires_in, token) = (answer.expires_in, answer.access_token.clone());
        let rotated = answer.refresh_token.as_ref().is_some_and(|new| new != used);
        let grant = grant(answer, sent_at);
        match self
            .vault
            .commit_refresh(account, expected, &grant, self.clock.now())
            .await?
        {
            Committed::Written(version) => {
                tracing::info!(%account, expires_in, rotated, "access token refreshed");
                self.steps.tell(Step::AccessTokenRefreshed {
                    expires_in,
                    rotated,
                });
                Ok(FreshToken { token, version })
            }
            Committed::Superseded => self
                .working_tokens(account)
                .await
                .map(|(tokens, _)| tokens.into()),
        }
    }

    /// We do not ask for an ID token; one that comes nevertheless must name the same person (R112).
    async fn check_same_person(
        &self,
        account: AccountId,
        answer: &TokenAnswer,
    ) -> Result<(), FreshTokenError> {
        let Some(token) = &answer.id_token else {
            return Ok(());
        };
        let known = self
            .vault
            .account(account)
            .await?
            .ok_or(FreshTokenError::NeedsSomebody)?;
        let judged = self
            .entra
            .identify(token, None, &answer.access_token, self.clock.now())
            .await;
        let same = judged.as_ref().is_ok_and(|person| {
            person.tenant_id == known.identity.tid() && person.object_id == known.identity.oid()
        });
        if same {
            return Ok(());
        }
        let why = judged.err().map_or_else(
            || "it names somebody else".to_owned(),
            |error| error.to_string(),
        );
        tracing::error!(%account, why, "a refresh brought an id token that does not fit; its tokens are dropped");
        Err(FreshTokenError::Unavailable { retry_after: None })
    }

    /// A dead grant is the account's trouble; a refused credential is the deployment's; an outage is nobody's (R88).
    async fn give_up(
        &self,
        account: AccountId,
        judged: GrantVersion,
        error: TokenError,
    ) -> Result<FreshToken, FreshTokenError> {
        let refusal = error.refusal();
        tracing::warn!(%account, %error, aadsts = refusal.aadsts, cause = refusal.cause, "the refresh failed");
        self.note(refusal);
        let (code, class) = (refusal.code.to_owned(), refusal.class);
        let (claims, retry_after) = match error {
            TokenError::Refused {
                claims,
                retry_after,
                ..
            } => (claims, retry_after),
            TokenError::Unreachable { retry_after, .. } => (None, retry_after),
        };
        let finding = match class {
            Class::SignIn | Class::StepUp | Class::Cancelled => Finding::NeedsUser { code, claims },
            Class::AdminConsent => Finding::NeedsAdmin { code },
            Class::Blocked => Finding::BlockedByPolicy { code },
            Class::Misconfigured => return Err(FreshTokenError::Misconfigured),
            Class::Unavailable => return Err(FreshTokenError::Unavailable { retry_after }),
        };
        self.mark(account, judged, finding).await
    }

    /// Records what was learned about the tokens `judged`. If somebody has replaced them meanwhile it says nothing about
    /// the new ones, and those are given (F44).
    async fn mark(
        &self,
        account: AccountId,
        judged: GrantVersion,
        finding: Finding,
    ) -> Result<FreshToken, FreshTokenError> {
        match self
            .vault
            .mark(account, judged, finding, self.clock.now())
            .await?
        {
            Marked::Superseded => self
                .working_tokens(account)
                .await
                .map(|(tokens, _)| tokens.into()),
            Marked::Changed | Marked::Unchanged => Err(FreshTokenError::NeedsSomebody),
        }
    }
}

impl From<StoredTokens> for FreshToken {
    fn from(tokens: StoredTokens) -> Self {
        Self {
            token: tokens.access_token,
            version: tokens.version,
        }
    }
}

/// Whether more than five minutes and more than a tenth of its life are left of the access token.
fn is_fresh(tokens: &StoredTokens, now: UnixTime) -> bool {
    let left = tokens.expires_at.since(now);
    let life = tokens.expires_at.since(tokens.obtained_at);
    left > REFRESH_AHEAD && left > life / 10
}

/// Seconds before its end at which a token is replaced.
const REFRESH_AHEAD: i64 = 5 * 60;

/// Seconds before its end until which a token serves when it cannot be replaced.
const LAST_CALL: i64 = 30;
