//! Tokens that may be replaced, with all that it takes to replace them: they are read once, when a refresh begins.

use std::fmt;

use connect_outlook_protocol::secret::RefreshToken;

use super::{StoredTokens, TOKENS, open_with, wrapped_key};
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::id::AccountId;
use crate::vault::seal::SealingKey;
use crate::vault::{SealError, Vault, VaultError};

/// The tokens of an account, and the key under which others are sealed in their place. Whoever finds the version
/// unchanged finds both unchanged: a disconnect, which destroys the key, counts it up.
pub(in crate::vault) struct Outgoing {
    pub(in crate::vault) tokens: StoredTokens,
    pub(super) key: SealingKey,
    /// The refresh token before, and until when it is retained.
    pub(super) previous: Option<(RefreshToken, UnixTime)>,
}

impl Outgoing {
    /// The tokens alone.
    pub(super) fn into_tokens(self) -> StoredTokens {
        self.tokens
    }
}

impl Vault {
    /// The tokens of an account; `None` for an account that is unknown or disconnected. A row that does not open is marked
    /// and kept (R119).
    pub(in crate::vault) async fn outgoing(
        &self,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Option<Outgoing>, VaultError> {
        let row = sqlx::query(TOKENS)
            .bind(account.to_string())
            .fetch_optional(self.database.reader())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let opened = self.open_outgoing(&Record::new("grants", "account_id", row), now);
        if let Err(VaultError::Sealed(
            error @ (SealError::Damaged { .. } | SealError::UnknownFormat { .. }),
        )) = &opened
        {
            tracing::error!(%account, %error, "tokens do not open; the row is kept");
            self.mark_unreadable(account, now).await?;
        }
        opened.map(Some)
    }

    /// The previous refresh token is opened whether it is retained still or not: that is asked again when it is written.
    fn open_outgoing(&self, row: &Record, now: UnixTime) -> Result<Outgoing, VaultError> {
        let key = self.unwrap(&wrapped_key(row)?)?;
        let mut tokens = open_with(&key, row, UnixTime(i64::MIN))?;
        let until = row.optional_number("previous_until")?.map(UnixTime);
        let previous = tokens.previous_refresh_token.clone().zip(until);
        if until.is_none_or(|until| until <= now) {
            tokens.previous_refresh_token = None;
        }
        Ok(Outgoing {
            tokens,
            key,
            previous,
        })
    }

    async fn mark_unreadable(&self, account: AccountId, now: UnixTime) -> Result<(), VaultError> {
        let mark = sqlx::query(
            "update grants set unreadable_since = $2 where account_id = $1 and unreadable_since is null",
        );
        let mark = mark.bind(account.to_string()).bind(now.0);
        self.database.write_alone(mark).await?;
        Ok(())
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Outgoing")
            .field(&self.tokens)
            .finish()
    }
}
