//! Looking requests up.

use connect_outlook_protocol::scope::Scopes;
use sqlx::any::AnyRow;

use super::{ConsentRequest, ConsentState, Origin};
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::id::{ConsentDigest, ConsentRequestId};
use crate::vault::{Vault, VaultError};

impl Vault {
    /// The request with this id, if it is remembered.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn consent_request(
        &self,
        id: ConsentRequestId,
        now: UnixTime,
    ) -> Result<Option<ConsentRequest>, VaultError> {
        let row = sqlx::query("select * from consent_requests where id = $1")
            .bind(id.to_string())
            .fetch_optional(self.database.reader())
            .await?;
        row.map(|row| read(row, now)).transpose()
    }

    /// The request whose page this token opens.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn consent_request_of_token(
        &self,
        token: ConsentDigest,
        now: UnixTime,
    ) -> Result<Option<ConsentRequest>, VaultError> {
        let row = sqlx::query(
            "select r.*
             from consent_links l
             join consent_requests r on r.id = l.request_id
             where l.token_hash = $1",
        )
        .bind(token.to_column())
        .fetch_optional(self.database.reader())
        .await?;
        row.map(|row| read(row, now)).transpose()
    }

    /// The requests after `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn consent_requests_after(
        &self,
        after: Option<ConsentRequestId>,
        limit: u32,
        now: UnixTime,
    ) -> Result<Vec<ConsentRequest>, VaultError> {
        let rows = sqlx::query("select * from consent_requests where id > $1 order by id limit $2")
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await?;
        rows.into_iter().map(|row| read(row, now)).collect()
    }

    /// Requests with a yes since `since` that waits for its proof, and whose organisation is known: at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn consents_to_prove(
        &self,
        code: &str,
        since: UnixTime,
        limit: u32,
        now: UnixTime,
    ) -> Result<Vec<ConsentRequest>, VaultError> {
        let rows = sqlx::query(
            "select *
             from consent_requests
             where state = 'unproven'
               and code = $1
               and tenant is not null
               and state_since > $2
             order by state_since
             limit $3",
        )
        .bind(code)
        .bind(since.0)
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter().map(|row| read(row, now)).collect()
    }
}

fn read(row: AnyRow, now: UnixTime) -> Result<ConsentRequest, VaultError> {
    let row = Record::new("consent_requests", "id", row);
    let expires_at = UnixTime(row.number("expires_at")?);
    let code = || row.text("code");
    let state = match row.text("state")?.as_str() {
        "requested" if expires_at <= now => ConsentState::Expired,
        "requested" => ConsentState::Requested,
        "granted" => ConsentState::Granted,
        "refused" => ConsentState::Refused { code: code()? },
        "unproven" => ConsentState::Unproven { code: code()? },
        _ => return Err(row.contradiction("state")),
    };
    let origin = Origin::parse(&row.text("origin")?);
    Ok(ConsentRequest {
        id: ConsentRequestId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        tenant: row.optional_text("tenant")?,
        domain: row.optional_text("domain")?,
        scopes: Scopes::parse(&row.text("scope")?),
        origin: origin.ok_or_else(|| row.contradiction("origin"))?,
        state,
        state_since: UnixTime(row.number("state_since")?),
        asked: row.number("asked")?,
        created_at: UnixTime(row.number("created_at")?),
        expires_at,
    })
}
