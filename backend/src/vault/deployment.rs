//! What happens to the deployment itself: events that belong to no account, each told once over all processes.

use serde_json::{Value, json};
use sqlx::{Any, Transaction};

use super::database::Record;
use super::events::next_position;
use super::id::EventId;
use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// One of them as it waits in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentEvent {
    /// For receivers that want to see each once.
    pub id: EventId,
    /// Its name on the wire: `credential.expiring`, `credential.expired`, `webhook.disabled`, `admin_consent.granted`,
    /// `admin_consent.refused`.
    pub kind: String,
    /// JSON without any secret.
    pub payload: String,
    /// When it was committed.
    pub created_at: UnixTime,
}

impl Vault {
    /// Writes the event that a client credential ends in `days` days at most (0: it has ended), unless it is there
    /// already. Answers whether it was not.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn announce_end(
        &self,
        credential: &str,
        expires_at: UnixTime,
        days: i64,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        let kind = if days == 0 {
            "credential.expired"
        } else {
            "credential.expiring"
        };
        let payload = json!({
            "credential": credential,
            "expires_at": expires_at.0,
            "days_left": days,
        });
        let subject = format!("{credential}, {days} days before {expires_at}");
        self.announce(&subject, kind, &payload, now).await
    }

    /// Writes the event that a client credential has ended, of which nobody knew when it would; once for each `mark`.
    /// Answers whether it was not there yet.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn announce_ended(
        &self,
        credential: &str,
        mark: &str,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        let payload = json!({ "credential": credential, "days_left": 0 });
        let subject = format!("credential {mark} has ended");
        self.announce(&subject, "credential.expired", &payload, now)
            .await
    }

    /// One event for each `subject`, whoever notices first.
    async fn announce(
        &self,
        subject: &str,
        kind: &str,
        payload: &Value,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let is_new = announce_in(&mut transaction, subject, kind, payload, now).await?;
        transaction.commit().await?;
        Ok(is_new)
    }

    /// The latest events of the deployment, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn deployment_events(&self, limit: u32) -> Result<Vec<DeploymentEvent>, VaultError> {
        let rows = sqlx::query(
            "select id, kind, payload, created_at
             from deployment_events
             order by created_at desc, id
             limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        let read = |row| {
            let row = Record::new("deployment_events", "id", row);
            Ok(DeploymentEvent {
                id: EventId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
                kind: row.text("kind")?,
                payload: row.text("payload")?,
                created_at: UnixTime(row.number("created_at")?),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

/// Writes an event into the transaction of what it reports, once for each `subject`. Answers whether it was not there.
pub(super) async fn announce_in(
    transaction: &mut Transaction<'static, Any>,
    subject: &str,
    kind: &str,
    payload: &Value,
    now: UnixTime,
) -> Result<bool, VaultError> {
    let id = EventId::random()?.to_string();
    let written = sqlx::query(
        "insert into deployment_events (id, subject, kind, payload, created_at)
         values ($1, $2, $3, $4, $5)
         on conflict (subject) do nothing",
    )
    .bind(&id)
    .bind(subject)
    .bind(kind)
    .bind(payload.to_string())
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    let is_new = written.rows_affected() == 1;
    if is_new {
        let position = next_position(transaction).await?;
        sqlx::query("update deployment_events set position = $1 where id = $2")
            .bind(position)
            .bind(id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(is_new)
}
