//! Adding, naming and removing webhooks.

use connect_outlook_protocol::webhook::WebhookSecret;
use sqlx::{Any, Transaction};

use super::Disabled;
use crate::clock::UnixTime;
use crate::random;
use crate::vault::database::Record;
use crate::vault::deployment::announce_in;
use crate::vault::id::{ApiKeyId, WebhookId};
use crate::vault::{Vault, VaultError};

/// One that is to be added.
#[derive(Clone, Debug)]
pub struct NewWebhook<'a> {
    /// Which key asks for it; `None` for the operator.
    pub key: Option<ApiKeyId>,
    /// Judged already.
    pub url: &'a str,
    /// To tell it from others by.
    pub description: &'a str,
    /// What it wants to be told; everything if empty.
    pub event_types: Vec<String>,
}

/// One as it can be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Names it.
    pub id: WebhookId,
    /// Which key made it; `None` for the operator.
    pub key: Option<ApiKeyId>,
    /// Where it is.
    pub url: String,
    /// To tell it from others by.
    pub description: String,
    /// What it wants to be told; everything if empty.
    pub event_types: Vec<String>,
    /// Until when the secret before signs too.
    pub previous_until: Option<UnixTime>,
    /// Since when every try has failed, if so.
    pub failing_since: Option<UnixTime>,
    /// Since when it gets nothing any more, and why.
    pub disabled: Option<(Disabled, UnixTime)>,
    /// Deliveries that are not over.
    pub waiting: u64,
    /// When it was added.
    pub created_at: UnixTime,
}

/// Why none was added.
#[derive(Debug, thiserror::Error)]
pub enum AddWebhookError {
    /// There are [`MOST_WEBHOOKS`] (D4).
    #[error("there are as many webhooks as there may be")]
    TooMany,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Adds one, which is told what happens from now on. Its secret is in the answer and nowhere else in the clear.
    ///
    /// # Errors
    /// [`AddWebhookError`]; there is none then.
    pub async fn add_webhook(
        &self,
        new: &NewWebhook<'_>,
        now: UnixTime,
    ) -> Result<(WebhookId, WebhookSecret), AddWebhookError> {
        let (id, secret) = (WebhookId::random()?, new_secret()?);
        let mut transaction = self.database.write().await?;
        self.database
            .lock(&mut transaction, "webhooks")
            .await
            .map_err(VaultError::from)?;
        if count(&mut transaction).await? >= MOST_WEBHOOKS {
            return Err(AddWebhookError::TooMany);
        }
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.key.map(|key| key.to_string()))
            .bind(new.url)
            .bind(new.description)
            .bind(new.event_types.join(" "))
            .bind(self.seal_webhook_secret(id, &secret)?)
            .bind(now.0)
            .execute(&mut *transaction)
            .await
            .map_err(VaultError::from)?;
        transaction.commit().await.map_err(VaultError::from)?;
        Ok((id, secret))
    }

    /// All of them, the oldest first.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, VaultError> {
        let rows = sqlx::query(ALL).fetch_all(self.database.reader()).await?;
        rows.into_iter()
            .map(|row| read(&Record::new("webhooks", "id", row)))
            .collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, VaultError> {
        // There are few.
        let all = self.webhooks().await?;
        Ok(all.into_iter().find(|webhook| webhook.id == id))
    }

    /// Removes one with all its deliveries. Answers whether it was there.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn remove_webhook(&self, id: WebhookId) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let removed = sqlx::query("delete from webhooks where id = $1")
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(removed.rows_affected() > 0)
    }

    /// Has one be told again, from where it was when it was disabled; tries begin at once. Answers whether it is there.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn enable_webhook(&self, id: WebhookId) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let enabled = sqlx::query(
            "update webhooks
             set disabled_at = null, disabled_code = null, failures = 0, failing_since = null, quiet_until = 0
             where id = $1",
        )
        .bind(id.to_string())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(enabled.rows_affected() > 0)
    }
}

/// Ends the telling, and tells of that (by other webhooks) in the same transaction. Answers whether it went on until now.
pub(super) async fn disable(
    transaction: &mut Transaction<'static, Any>,
    id: WebhookId,
    why: Disabled,
    now: UnixTime,
) -> Result<bool, VaultError> {
    let disabled = sqlx::query(
        "update webhooks set disabled_at = $2, disabled_code = $3 where id = $1 and disabled_at is null",
    )
    .bind(id.to_string())
    .bind(now.0)
    .bind(why.code())
    .execute(&mut **transaction)
    .await?;
    if disabled.rows_affected() == 0 {
        return Ok(false);
    }
    let payload = serde_json::json!({ "webhook": id.to_string(), "code": why.code() });
    let subject = format!("webhook {id} disabled at {now}");
    announce_in(transaction, &subject, "webhook.disabled", &payload, now).await?;
    Ok(true)
}

/// Nobody can guess it, and whoever knows one knows nothing of another.
pub(super) fn new_secret() -> Result<WebhookSecret, VaultError> {
    let random = zeroize::Zeroizing::new(random::bytes::<32>()?);
    Ok(WebhookSecret::from_random(&random))
}

async fn count(transaction: &mut Transaction<'static, Any>) -> Result<i64, VaultError> {
    let row = sqlx::query("select count(*) as webhooks from webhooks")
        .fetch_one(&mut **transaction)
        .await?;
    Record::new("webhooks", "webhooks", row).number("webhooks")
}

fn read(row: &Record) -> Result<Webhook, VaultError> {
    let key = row.optional_text("api_key_id")?;
    let key = key.map(|key| ApiKeyId::parse(&key).ok_or_else(|| row.contradiction("api_key_id")));
    let disabled = match row.optional_text("disabled_code")? {
        None => None,
        Some(code) => {
            let why = Disabled::parse(&code).ok_or_else(|| row.contradiction("disabled_code"))?;
            Some((why, UnixTime(row.number("disabled_at")?)))
        }
    };
    Ok(Webhook {
        id: WebhookId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        key: key.transpose()?,
        url: row.text("url")?,
        description: row.text("description")?,
        event_types: words(&row.text("event_types")?),
        previous_until: row.optional_number("previous_until")?.map(UnixTime),
        failing_since: row.optional_number("failing_since")?.map(UnixTime),
        disabled,
        waiting: row.number("waiting")?.unsigned_abs(),
        created_at: UnixTime(row.number("created_at")?),
    })
}

/// The event types of a column.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Of a deployment (D4).
pub const MOST_WEBHOOKS: i64 = 20;

/// Position: what has happened so far is not told.
const INSERT: &str = "
    insert into webhooks (
        id, api_key_id, url, description, event_types, sealed_secret, position, failures, quiet_until, created_at
    )
    values ($1, $2, $3, $4, $5, $6, coalesce((select value from counters where name = 'events'), 0), 0, 0, $7)";

const ALL: &str = "
    select
        id, api_key_id, url, description, event_types, previous_until, failing_since, disabled_at, disabled_code,
        created_at,
        (select count(*) from webhook_deliveries d where d.webhook_id = webhooks.id and d.state = 'waiting') as waiting
    from webhooks
    order by created_at, id";
