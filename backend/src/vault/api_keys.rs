//! API keys: who may ask by program. The vault knows hashes only, and its operator sees a key once (R66).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connect_outlook_protocol::secret::ApiKey;
use zeroize::Zeroizing;

use super::conflicts::repeated;
use super::database::Record;
use super::id::{ApiKeyDigest, ApiKeyId};
use super::links::drop_parked_of_key;
use super::{Vault, VaultError};
use crate::clock::UnixTime;
use crate::random;

/// One key as it can be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyFacts {
    /// Names it.
    pub id: ApiKeyId,
    /// The operator's word for it.
    pub name: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it was first used, if ever.
    pub first_used_at: Option<UnixTime>,
    /// Since when it opens nothing, if so.
    pub revoked_at: Option<UnixTime>,
}

/// Reads what a request shows; `None` for anything we did not make, which costs no look-up then (R70, D9).
#[must_use]
pub fn read_api_key(text: &str) -> Option<ApiKey> {
    let random = text.strip_prefix(PREFIX)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let made = random.len() == 43 && random.bytes().all(allowed);
    made.then(|| ApiKey::new(text.to_owned()))
}

impl Vault {
    /// Makes a key. It is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`VaultError`]; there is no key then.
    pub async fn new_api_key(
        &self,
        name: &str,
        now: UnixTime,
    ) -> Result<(ApiKeyId, ApiKey), VaultError> {
        let random = Zeroizing::new(random::bytes::<32>()?);
        let encoded = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*random));
        let key = ApiKey::new(format!("{PREFIX}{}", *encoded));
        let id = ApiKeyId::random()?;
        repeated(|| self.insert_api_key(id, ApiKeyDigest::of(key.expose()), name, now)).await?;
        Ok((id, key))
    }

    async fn insert_api_key(
        &self,
        id: ApiKeyId,
        key: ApiKeyDigest,
        name: &str,
        now: UnixTime,
    ) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        sqlx::query(
            "insert into api_keys (id, key_hash, name, created_at) values ($1, $2, $3, $4)",
        )
        .bind(id.to_string())
        .bind(key.to_column())
        .bind(name)
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// The key with this hash, unless it was revoked: one indexed look-up (D9). Its first use is noted (L8).
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn use_api_key(
        &self,
        key: ApiKeyDigest,
        now: UnixTime,
    ) -> Result<Option<ApiKeyId>, VaultError> {
        let row = sqlx::query(
            "select id, first_used_at from api_keys where key_hash = $1 and revoked_at is null",
        )
        .bind(key.to_column())
        .fetch_optional(self.database.reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Record::new("api_keys", "id", row);
        let id = read_id(&row)?;
        if row.optional_number("first_used_at")?.is_none() {
            repeated(|| self.note_first_use(id, now)).await?;
        }
        Ok(Some(id))
    }

    async fn note_first_use(&self, id: ApiKeyId, now: UnixTime) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        let noted = sqlx::query(
            "update api_keys set first_used_at = $2 where id = $1 and first_used_at is null",
        )
        .bind(id.to_string())
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if noted.rows_affected() > 0 {
            tracing::info!(key = %id, "an API key is used for the first time");
        }
        Ok(())
    }

    /// All keys, revoked ones among them, the oldest first.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyFacts>, VaultError> {
        let rows = sqlx::query(
            "select id, name, created_at, first_used_at, revoked_at
             from api_keys
             order by created_at, id",
        )
        .fetch_all(self.database.reader())
        .await?;
        let read = |row| {
            let row = Record::new("api_keys", "id", row);
            Ok(ApiKeyFacts {
                id: read_id(&row)?,
                name: row.text("name")?,
                created_at: UnixTime(row.number("created_at")?),
                first_used_at: row.optional_number("first_used_at")?.map(UnixTime),
                revoked_at: row.optional_number("revoked_at")?.map(UnixTime),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Ends a key, its links and the codes parked for them (R59). Answers whether it was alive.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn revoke_api_key(&self, id: ApiKeyId, now: UnixTime) -> Result<bool, VaultError> {
        repeated(|| self.revoke_api_key_once(id, now)).await
    }

    async fn revoke_api_key_once(&self, id: ApiKeyId, now: UnixTime) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let revoked =
            sqlx::query("update api_keys set revoked_at = $2 where id = $1 and revoked_at is null")
                .bind(id.to_string())
                .bind(now.0)
                .execute(&mut *transaction)
                .await?;
        drop_parked_of_key(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(revoked.rows_affected() > 0)
    }
}

fn read_id(row: &Record) -> Result<ApiKeyId, VaultError> {
    ApiKeyId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))
}

/// Tells people and scanners for leaked secrets what they look at.
const PREFIX: &str = "co_api_";

#[cfg(test)]
mod tests {
    use super::*;

    /// R66, R70: what is not exactly of our making is not looked up.
    #[test]
    fn a_key_has_one_shape() {
        let good = format!("{PREFIX}{}", "a".repeat(43));
        assert_eq!(read_api_key(&good).unwrap().expose(), good);
        for bad in [
            "",
            PREFIX,
            &good[1..],
            &format!("{good}a"),
            &good.to_uppercase(),
            &"a".repeat(43),
            &format!("{PREFIX}{}", "ä".repeat(43)),
            &format!("{PREFIX}{}=", "a".repeat(42)),
            &format!(" {good}"),
        ] {
            assert!(read_api_key(bad).is_none(), "{bad}");
        }
    }
}
