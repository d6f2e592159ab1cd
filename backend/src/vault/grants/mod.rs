//! Grants: the tokens of an account, sealed, with a version that only grows.

mod outgoing;
mod refresh;
mod write;

use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{AccessToken, RefreshToken};
use zeroize::Zeroizing;

pub(super) use outgoing::Outgoing;
pub use refresh::Committed;
pub(super) use refresh::{renewed, replace, swap, swapped};
pub use write::RETENTION;
pub(super) use write::{Renewal, tokens_step};

use super::database::Record;
use super::id::AccountId;
use super::seal::{Field, Place, SealingKey, WrappedKey};
use super::{KeyId, Vault, VaultError};
use crate::clock::UnixTime;

/// What the token endpoint answered, judged and complete.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For Microsoft Graph.
    pub access_token: AccessToken,
    /// Absent when none came; a refresh then keeps the one it used (R79).
    pub refresh_token: Option<RefreshToken>,
    /// As granted.
    pub scopes: Scopes,
    /// End of the access token, counted from the moment the request was sent (R94).
    pub expires_at: UnixTime,
    /// When to replace them.
    pub schedule: Schedule,
    /// When the grant ends whatever one does, for a sign-in that knows it. A refresh does not put it off.
    pub ends_at: Option<UnixTime>,
}

/// When tokens are replaced without anybody asking for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Late in the life of the access token, for an account in use.
    pub ahead_at: UnixTime,
    /// When it is to happen: then, or much later for an account that nobody uses.
    pub refresh_at: UnixTime,
    /// Whether somebody asks for the token right now.
    pub in_use: bool,
}

/// Which tokens of an account somebody has seen. Grows with every change and never restarts, not even when the account
/// is disconnected and connected again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantVersion(pub(crate) i64);

/// The tokens of an account as they stand.
#[derive(Clone, Debug)]
pub struct StoredTokens {
    /// For Microsoft Graph; may be past `expires_at`.
    pub access_token: AccessToken,
    /// Absent when Microsoft gave none.
    pub refresh_token: Option<RefreshToken>,
    /// The one before, while it is retained: for one recovery try after a lost answer (R90).
    pub previous_refresh_token: Option<RefreshToken>,
    /// As granted.
    pub scopes: Scopes,
    /// End of the access token.
    pub expires_at: UnixTime,
    /// When these tokens were written.
    pub obtained_at: UnixTime,
    /// To be named when they are replaced or judged.
    pub version: GrantVersion,
    /// Whether the account is in a state in which they can be expected to be good.
    pub works: bool,
    /// The tenant of the person.
    pub tenant: String,
    /// When they are to be replaced without anybody asking.
    pub refresh_at: UnixTime,
    /// When somebody last asked for an access token, as far as noted; the beginning of time if nobody did.
    pub used_at: UnixTime,
    /// When the grant ends whatever one does, if it does.
    pub ends_at: Option<UnixTime>,
}

impl Vault {
    /// The tokens of an account; `None` for an account that is unknown or disconnected.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] when they do not open: the row is marked and kept (R119).
    pub async fn tokens(
        &self,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Option<StoredTokens>, VaultError> {
        let outgoing = self.outgoing(account, now).await?;
        Ok(outgoing.map(Outgoing::into_tokens))
    }

    /// Reads what [`TOKENS`] selects.
    pub(super) fn open_tokens(
        &self,
        row: &Record,
        now: UnixTime,
    ) -> Result<StoredTokens, VaultError> {
        let key = self.unwrap(&wrapped_key(row)?)?;
        open_with(&key, row, now)
    }
}

/// Opens what stands in a row of [`TOKENS`].
fn open_with(key: &SealingKey, row: &Record, now: UnixTime) -> Result<StoredTokens, VaultError> {
    let account = row.text("account_id")?;
    let open =
        |field: Field, sealed: String| key.open(Place::new(field, &account), &sealed).map(take);
    let open_optional = |field: Field| -> Result<Option<RefreshToken>, VaultError> {
        let sealed = row.optional_text(field.column().1)?;
        Ok(sealed
            .map(|sealed| open(field, sealed))
            .transpose()?
            .map(RefreshToken::new))
    };
    let retained = row
        .optional_number("previous_until")?
        .is_some_and(|until| until > now.0);
    Ok(StoredTokens {
        access_token: AccessToken::new(open(Field::AccessToken, row.text("sealed_access_token")?)?),
        refresh_token: open_optional(Field::RefreshToken)?,
        previous_refresh_token: open_optional(Field::PreviousRefreshToken)?.filter(|_| retained),
        scopes: Scopes::parse(&row.text("scope")?),
        expires_at: UnixTime(row.number("expires_at")?),
        obtained_at: UnixTime(row.number("obtained_at")?),
        version: GrantVersion(row.number("grant_version")?),
        works: ["connected", "expiring"].contains(&row.text("state")?.as_str()),
        tenant: row.text("tid")?,
        refresh_at: UnixTime(row.number("refresh_at")?),
        used_at: UnixTime(row.number("used_at")?),
        ends_at: row.optional_number("ends_at")?.map(UnixTime),
    })
}

/// The wrapped data key among the columns of a row.
pub(super) fn wrapped_key(row: &Record) -> Result<WrappedKey, VaultError> {
    let id = |column| KeyId::parse(&row.text(column)?).ok_or_else(|| row.contradiction(column));
    Ok(WrappedKey {
        id: id("key_id")?,
        kek_id: id("kek_id")?,
        wrapped: row.text("wrapped")?,
    })
}

fn take(mut text: Zeroizing<String>) -> String {
    std::mem::take(&mut text)
}

/// Everything about an account's tokens, with the key that opens them.
pub(super) const TOKENS: &str = "
    select
        a.grant_version,
        a.state,
        a.tid,
        k.id as key_id,
        k.kek_id,
        k.wrapped,
        g.account_id,
        g.sealed_access_token,
        g.sealed_refresh_token,
        g.sealed_previous_refresh_token,
        g.previous_until,
        g.scope,
        g.expires_at,
        g.obtained_at,
        g.refresh_at,
        g.used_at,
        g.ends_at
    from accounts a
    join data_keys k on k.account_id = a.id
    join grants g on g.account_id = a.id
    where a.id = $1";
