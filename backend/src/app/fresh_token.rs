//! An access token that is good for a while: the one at hand, or a new one (R78–R96).

use std::sync::Arc;

use connect_outlook_protocol::secret::AccessToken;

use super::App;
use crate::clock::UnixTime;
use crate::vault::VaultError;
use crate::vault::grants::{GrantVersion, StoredTokens};
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
        if let Some(fresh) = self.copies.token(account, refused, self.clock.now()) {
            return Ok(fresh);
        }
        let ticket = self.copies.ticket();
        let (tokens, now) = self.working_tokens(account).await?;
        if is_fresh(&tokens, now) && refused != Some(tokens.version) {
            self.copies.keep_token(ticket, account, &tokens);
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
    pub(super) async fn working_tokens(
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
const REFRESH_AHEAD: i64 = 5 * 60;

/// Seconds before its end until which a token serves when it cannot be replaced.
const LAST_CALL: i64 = 30;
