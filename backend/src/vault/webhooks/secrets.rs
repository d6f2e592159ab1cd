//! Secrets of webhooks: sealed, shown once, two at a time while they are exchanged (R150, R151).

use connect_outlook_protocol::webhook::WebhookSecret;

use super::endpoints::new_secret;
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::id::WebhookId;
use crate::vault::seal::{Field, Place};
use crate::vault::{Vault, VaultError};

impl Vault {
    /// Puts a new secret in place of the present one, which signs along until `overlap` seconds from now; one before that
    /// signs no more. `None` if there is no such webhook.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn rotate_webhook_secret(
        &self,
        id: WebhookId,
        overlap: i64,
        now: UnixTime,
    ) -> Result<Option<WebhookSecret>, VaultError> {
        let secret = new_secret()?;
        let mut transaction = self.database.write().await?;
        let row = sqlx::query(
            "update webhooks set failures = failures where id = $1 returning id, sealed_secret",
        )
        .bind(id.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Record::new("webhooks", "id", row);
        let present = self.open_secret(id, Field::WebhookSecret, &row.text("sealed_secret")?)?;
        let name = id.to_string();
        let place = Place::new(Field::PreviousWebhookSecret, &name);
        let previous = self.keys().seal_attempt(place, present.expose())?;
        sqlx::query(
            "update webhooks
             set sealed_secret = $2, sealed_previous_secret = $3, previous_until = $4
             where id = $1",
        )
        .bind(id.to_string())
        .bind(self.seal_webhook_secret(id, &secret)?)
        .bind(previous)
        .bind(now.plus(overlap).0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(secret))
    }

    pub(super) fn seal_webhook_secret(
        &self,
        id: WebhookId,
        secret: &WebhookSecret,
    ) -> Result<String, VaultError> {
        let id = id.to_string();
        let place = Place::new(Field::WebhookSecret, &id);
        Ok(self.keys().seal_attempt(place, secret.expose())?)
    }

    /// What signs at `now`, the newest first. `row` is of `webhooks`.
    pub(super) fn webhook_secrets(
        &self,
        id: WebhookId,
        row: &Record,
        now: UnixTime,
    ) -> Result<Vec<WebhookSecret>, VaultError> {
        let sealed = row.text("sealed_secret")?;
        let mut secrets = vec![self.open_secret(id, Field::WebhookSecret, &sealed)?];
        let until = row.optional_number("previous_until")?;
        if until.is_some_and(|until| UnixTime(until) > now)
            && let Some(sealed) = row.optional_text("sealed_previous_secret")?
        {
            secrets.push(self.open_secret(id, Field::PreviousWebhookSecret, &sealed)?);
        }
        Ok(secrets)
    }

    fn open_secret(
        &self,
        id: WebhookId,
        field: Field,
        sealed: &str,
    ) -> Result<WebhookSecret, VaultError> {
        let row = id.to_string();
        let text = self.open_attempt(Place::new(field, &row), sealed)?;
        let (table, column) = field.column();
        WebhookSecret::parse(&text).map_err(|_| VaultError::Contradiction { table, column, row })
    }
}
