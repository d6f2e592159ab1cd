//! An access token that is good for a while: the one at hand, or a new one (R78–R96).

use std::sync::Arc;

use connect_outlook_protocol::secret::AccessToken;

use super::App;
use super::refresh::Wish;
use super::start_attempt::reads_mail;
use crate::clock::UnixTime;
use crate::vault::VaultError;
use crate::vault::grants::{GrantVersion, StoredTokens};
use crate::vault::id::AccountId;

/// An access token, and which one it is.
#[derive(Clone, Debug)]
pub(super) struct FreshToken {
    pub(super) token: AccessToken,
    pub(super) version: GrantVersion,
    /// The tenant of its account.
    pub(super) tenant: Arc<str>,
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
        self.note_use(account);
        if let Some(fresh) = self.copies.token(account, refused, self.clock.now()) {
            return Ok(fresh);
        }
        let ticket = self.copies.ticket();
        let (tokens, now) = self.working_tokens(account).await?;
        if !reads_mail(&tokens.scopes) {
            self.find_insufficient(account, tokens.version).await?;
        }
        if is_fresh(&tokens, now) && refused != Some(tokens.version) {
            self.copies.keep_token(ticket, account, &tokens);
            return Ok(tokens.into());
        }
        let wish = Wish {
            judged: tokens.version,
            tenant: tokens.tenant.as_str().into(),
            claims: None,
            in_use: true,
        };
        let trouble = match self.refresh_once(account, wish).await {
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

    /// An access token in the place of one that Graph refused, with the challenge that Graph made of it (R139, F53). The
    /// refused one is not given again.
    ///
    /// # Errors
    /// [`FreshTokenError`].
    pub(super) async fn replace_refused(
        self: &Arc<Self>,
        account: AccountId,
        refused: GrantVersion,
        claims: Option<String>,
    ) -> Result<FreshToken, FreshTokenError> {
        let (tokens, now) = self.working_tokens(account).await?;
        if tokens.version != refused && is_fresh(&tokens, now) {
            return Ok(tokens.into());
        }
        let wish = Wish {
            judged: tokens.version,
            tenant: tokens.tenant.into(),
            claims,
            in_use: true,
        };
        match self.refresh_once(account, wish).await {
            Ok(fresh) if fresh.version == refused => {
                Err(FreshTokenError::Unavailable { retry_after: None })
            }
            other => other,
        }
    }

    /// Notes that somebody uses the account: it is kept fresh from now on. For callers that have an access token in a
    /// cache and do not come here for it. Costs no round trip.
    pub(super) fn note_use(&self, account: AccountId) {
        self.uses.note(account, self.clock.now());
    }

    /// Joins the refresh of this account that is under way in this process, or begins one.
    pub(super) async fn refresh_once(
        self: &Arc<Self>,
        account: AccountId,
        wish: Wish,
    ) -> Result<FreshToken, FreshTokenError> {
        let app = Arc::clone(self);
        self.flights
            .one_for(account, async move { app.refresh(account, wish).await })
            .await
    }

    /// The tokens of an account that works. One whose grant is dead does not trouble Microsoft again (R92).
    pub(super) async fn working_tokens(
        &self,
        account: AccountId,
    ) -> Result<(StoredTokens, UnixTime), FreshTokenError> {
        let now = self.clock.now();
        let tokens = self.vault.tokens(account, now).await?;
        tokens
            .filter(|tokens| tokens.works)
            .map(|tokens| (tokens, now))
            .ok_or(FreshTokenError::NeedsSomebody)
    }
}

impl From<StoredTokens> for FreshToken {
    fn from(tokens: StoredTokens) -> Self {
        Self {
            token: tokens.access_token,
            version: tokens.version,
            tenant: tokens.tenant.into(),
        }
    }
}

/// Whether more than five minutes and more than a tenth of its life are left of the access token.
pub(super) fn is_fresh(tokens: &StoredTokens, now: UnixTime) -> bool {
    let left = tokens.expires_at.since(now);
    let life = tokens.expires_at.since(tokens.obtained_at);
    left > REFRESH_AHEAD && left > life / 10
}

/// When [`is_fresh`] ends.
pub(super) fn fresh_until(tokens: &StoredTokens) -> UnixTime {
    let life = tokens.expires_at.since(tokens.obtained_at);
    tokens.expires_at.plus(-REFRESH_AHEAD.max(life / 10))
}

/// Seconds before its end at which a token is replaced.
pub(super) const REFRESH_AHEAD: i64 = 5 * 60;

/// Seconds before its end until which a token serves when it cannot be replaced.
const LAST_CALL: i64 = 30;
