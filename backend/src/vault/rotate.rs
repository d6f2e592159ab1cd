//! Bringing everything under the newest key-encryption key, while the vault is in use (R120).

use sqlx::{Any, AssertSqlSafe, Transaction};

use super::database::Record;
use super::grants::wrapped_key;
use super::keys::sealed_of;
use super::seal::{Field, Place, WrappedKey, key_of};
use super::{KeyRing, Progress, Vault, VaultError};

/// What a rotation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys wrapped anew.
    pub data_keys: u64,
    /// Sealed anew what belongs to no account: of open attempts, parked codes and webhooks.
    pub without_account: u64,
    /// What could not be, one sentence each with table, field and row: it stays as it is, under its old key.
    pub left_behind: Vec<String>,
}

impl Vault {
    /// Wraps every data key under the current key, batch by batch; accounts stay usable throughout, since a data key
    /// itself does not change. Can be stopped at any moment and run again: what is done is not done twice (F25). Run it
    /// once all processes have the new key; [`key_uses`](Vault::key_uses) then tells when the old one may go.
    ///
    /// # Errors
    /// [`VaultError`]; batches before stay done.
    pub async fn rotate(
        &self,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Rotated, VaultError> {
        let keys = self.keys();
        let mut rotated = Rotated::default();
        let mut told = Progress::of(self.count_of_others(&keys).await?);
        let mut after = String::new();
        while let Some(last) = self.rewrap_batch(&keys, &after, &mut rotated).await? {
            after = last;
            told.done = rotated.data_keys + rotated.left_behind.len() as u64;
            progress(told);
        }
        self.reseal_the_rest(&keys, &mut rotated).await?;
        Ok(rotated)
    }

    /// Data keys wrapped under another than the current key.
    async fn count_of_others(&self, keys: &KeyRing) -> Result<u64, VaultError> {
        let row = sqlx::query("select count(*) as others from data_keys where kek_id <> $1")
            .bind(keys.current_id().to_string())
            .fetch_one(self.database.reader())
            .await?;
        let others = Record::new("data_keys", "others", row).number("others")?;
        Ok(others.unsigned_abs())
    }

    /// Answers the id of the last data key looked at; `None` if there was none after `after`.
    async fn rewrap_batch(
        &self,
        keys: &KeyRing,
        after: &str,
        rotated: &mut Rotated,
    ) -> Result<Option<String>, VaultError> {
        let mut transaction = self.database.write().await?;
        let rows = sqlx::query(
            "select id, id as key_id, kek_id, wrapped
             from data_keys
             where kek_id <> $1
               and id > $2
             order by id
             limit $3",
        )
        .bind(keys.current_id().to_string())
        .bind(after)
        .bind(BATCH)
        .fetch_all(&mut *transaction)
        .await?;
        let mut last = None;
        for row in rows {
            let row = Record::new("data_keys", "id", row);
            last = Some(row.text("id")?);
            let stored = wrapped_key(&row)?;
            match keys.rewrap(&stored) {
                Ok(new) => rotated.data_keys += replace(&mut transaction, &stored, new).await?,
                Err(error) => rotated.left_behind.push(error.to_string()),
            }
        }
        transaction.commit().await?;
        Ok(last)
    }

    /// They are few and short: one transaction does.
    async fn reseal_the_rest(
        &self,
        keys: &KeyRing,
        rotated: &mut Rotated,
    ) -> Result<(), VaultError> {
        let mut transaction = self.database.write().await?;
        for field in Field::OF_NO_ACCOUNT {
            for (id, sealed) in sealed_of(field, &mut *transaction).await? {
                let place = Place::new(field, &id);
                if key_of(place, &sealed).is_ok_and(|key| key == keys.current_id()) {
                    continue;
                }
                let value = match keys.open_attempt(place, &sealed) {
                    Ok(value) => value,
                    Err(error) => {
                        rotated.left_behind.push(error.to_string());
                        continue;
                    }
                };
                let (table, column) = field.column();
                let text =
                    format!("update {table} set {column} = $2 where id = $1 and {column} = $3");
                rotated.without_account += sqlx::query(AssertSqlSafe(text))
                    .bind(&id)
                    .bind(keys.seal_attempt(place, &value)?)
                    .bind(&sealed)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
            }
        }
        Ok(transaction.commit().await?)
    }
}

/// Unless somebody else was faster.
async fn replace(
    transaction: &mut Transaction<'static, Any>,
    old: &WrappedKey,
    new: WrappedKey,
) -> Result<u64, VaultError> {
    let replaced = sqlx::query(
        "update data_keys set kek_id = $2, wrapped = $3 where id = $1 and kek_id = $4 and wrapped = $5",
    )
    .bind(new.id.to_string())
    .bind(new.kek_id.to_string())
    .bind(new.wrapped)
    .bind(old.kek_id.to_string())
    .bind(&old.wrapped)
    .execute(&mut **transaction)
    .await?;
    Ok(replaced.rows_affected())
}

/// Data keys a transaction: short enough that nobody waits for it.
const BATCH: i64 = 200;
