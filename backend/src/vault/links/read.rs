//! Looking a link up.

use connect_outlook_protocol::scope::Scopes;
use sqlx::{Any, Executor};

use super::{CONFIRMING_LASTS, Link, LinkPurpose, LinkState};
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::id::{AccountId, LinkDigest, LinkId};
use crate::vault::{Vault, VaultError};

impl Vault {
    /// The link with this id, if it is remembered.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn link(&self, id: LinkId, now: UnixTime) -> Result<Option<Link>, VaultError> {
        let found = find(BY_ID, id.to_string(), self.database.reader()).await?;
        self.with_state(found, now).await
    }

    /// The link that this token opens, or opened.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn link_of_token(
        &self,
        token: LinkDigest,
        now: UnixTime,
    ) -> Result<Option<Link>, VaultError> {
        let found = find(BY_TOKEN, token.to_column(), self.database.reader()).await?;
        self.with_state(found, now).await
    }

    /// The links after `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn links_after(
        &self,
        after: Option<LinkId>,
        limit: u32,
        now: UnixTime,
    ) -> Result<Vec<Link>, VaultError> {
        let rows = sqlx::query(AFTER)
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await?;
        let mut links = Vec::with_capacity(rows.len());
        for row in rows {
            let row = Record::new("links", "id", row);
            links.extend(self.with_state(Some(row), now).await?);
        }
        Ok(links)
    }

    /// Whoever came back counts more than the link's own end.
    async fn with_state(
        &self,
        row: Option<Record>,
        now: UnixTime,
    ) -> Result<Option<Link>, VaultError> {
        let Some(row) = row else { return Ok(None) };
        let mut link = read_link(&row, now)?;
        if !matches!(link.state, LinkState::Open | LinkState::Expired) {
            return Ok(Some(link));
        }
        let row = sqlx::query(
            "select id, state, expires_at
             from completions
             where link_id = $1
               and ((state = 'parked' and expires_at > $2) or (state = 'taken' and taken_at > $3))
             order by state desc
             limit 1",
        )
        .bind(link.id.to_string())
        .bind(now.0)
        .bind(now.plus(-CONFIRMING_LASTS).0)
        .fetch_optional(self.database.reader())
        .await?;
        if let Some(row) = row {
            let row = Record::new("completions", "id", row);
            link.state = match row.text("state")?.as_str() {
                "taken" => LinkState::Confirming,
                _ => LinkState::Parked {
                    expires_at: UnixTime(row.number("expires_at")?),
                },
            };
        }
        Ok(Some(link))
    }
}

async fn find(
    statement: &'static str,
    wanted: String,
    executor: impl Executor<'_, Database = Any>,
) -> Result<Option<Record>, VaultError> {
    let query = sqlx::query(statement).bind(wanted);
    let row = query.fetch_optional(executor).await?;
    Ok(row.map(|row| Record::new("links", "id", row)))
}

/// Reads what [`BY_ID`] and [`BY_TOKEN`] select, without looking at completions.
fn read_link(row: &Record, now: UnixTime) -> Result<Link, VaultError> {
    let account = row
        .optional_text("account_id")?
        .map(|text| AccountId::parse(&text).ok_or_else(|| row.contradiction("account_id")))
        .transpose()?;
    let account_needed = || account.ok_or_else(|| row.contradiction("account_id"));
    let purpose = match row.text("kind")?.as_str() {
        "create" => LinkPurpose::Create,
        "reconnect" => LinkPurpose::Reconnect(account_needed()?),
        _ => return Err(row.contradiction("kind")),
    };
    let expires_at = UnixTime(row.number("expires_at")?);
    let revoked = row.optional_number("revoked_at")?.is_some()
        || row.optional_number("key_revoked_at")?.is_some();
    let state = match row.optional_number("connected_at")? {
        Some(at) => LinkState::Connected {
            account: account_needed()?,
            at: UnixTime(at),
        },
        None if revoked => LinkState::Revoked,
        None if expires_at <= now => LinkState::Expired,
        None => LinkState::Open,
    };
    Ok(Link {
        id: LinkId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        purpose,
        scopes: Scopes::parse(&row.text("scope")?),
        success_url: row.text("success_url")?,
        failure_url: row.text("failure_url")?,
        created_at: UnixTime(row.number("created_at")?),
        expires_at,
        state,
    })
}

macro_rules! select_where {
    ($condition:literal) => {
        concat!(
            "select
                l.id, l.kind, l.account_id, l.scope, l.success_url, l.failure_url, l.created_at, l.expires_at,
                l.revoked_at, l.connected_at, k.revoked_at as key_revoked_at
             from links l
             join api_keys k on k.id = l.api_key_id
             where ",
            $condition
        )
    };
}

const BY_ID: &str = select_where!("l.id = $1");
const BY_TOKEN: &str = select_where!("l.token_hash = $1");
const AFTER: &str = select_where!("l.id > $1 order by l.id limit $2");
