//! The key ring in use. It can be exchanged while the vault is open (F49).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor};
use zeroize::Zeroizing;

use super::database::Record;
use super::seal::{Field, Place, SealingKey, WrappedKey, key_of};
use super::{KeyId, KeyRing, OpenError, SealError, Vault, VaultError};

/// Copies share it.
#[derive(Clone)]
pub(super) struct Keys(Arc<RwLock<Arc<KeyRing>>>);

impl Keys {
    pub(super) fn new(ring: KeyRing) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(ring))))
    }
}

impl Vault {
    /// The ring as it is now: an operation takes it once and keeps to it.
    pub(super) fn keys(&self) -> Arc<KeyRing> {
        let ring = self.keys.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&ring)
    }

    /// A data key. If the key-encryption key it is wrapped under is missing, the key file is read again first: another
    /// process may have brought a new one in (F49).
    pub(super) fn unwrap(&self, stored: &WrappedKey) -> Result<SealingKey, SealError> {
        self.with_newest_keys(|keys| keys.unwrap(stored))
    }

    /// What belongs to an attempt; keys as for [`Self::unwrap`].
    pub(super) fn open_attempt(
        &self,
        place: Place<'_>,
        sealed: &str,
    ) -> Result<Zeroizing<String>, SealError> {
        self.with_newest_keys(|keys| keys.open_attempt(place, sealed))
    }

    fn with_newest_keys<T>(
        &self,
        open: impl Fn(&KeyRing) -> Result<T, SealError>,
    ) -> Result<T, SealError> {
        let keys = self.keys();
        match open(&keys) {
            Err(SealError::KeyUnknown { .. }) if self.learn_keys(&keys) => open(&self.keys()),
            opened => opened,
        }
    }

    /// Whether the key file holds all keys of `known` and more: then they are in use from now on.
    fn learn_keys(&self, known: &KeyRing) -> bool {
        let newer = match known.read_again() {
            None => return false,
            Some(Ok(newer)) => newer,
            Some(Err(error)) => {
                tracing::error!(%error, "a key is missing, and the key file cannot be read");
                return false;
            }
        };
        let more = newer.ids().count() > known.ids().count();
        if !more || !known.ids().all(|key| newer.holds(key)) {
            return false;
        }
        tracing::info!(key = %newer.current_id(), "read a new key from the key file");
        self.put_keys(newer);
        true
    }

    fn put_keys(&self, ring: KeyRing) {
        *self.keys.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Puts another key ring in place of the present one, in all copies of this vault. To be called when the key file
    /// was changed, or when an operation failed for want of a key ([`VaultError::wants_keys`]): another process may
    /// have brought a new one in.
    ///
    /// # Errors
    /// [`OpenError::KeyMissing`] when data keys are wrapped under a key that `ring` does not hold. The present ring
    /// stays then.
    pub async fn reload_keys(&self, ring: KeyRing) -> Result<(), OpenError> {
        let mut connection = self
            .database
            .reader()
            .acquire()
            .await
            .map_err(VaultError::from)?;
        if let Some(key) = self.missing_key(&ring, &mut connection).await? {
            return Err(OpenError::KeyMissing { key });
        }
        self.put_keys(ring);
        Ok(())
    }

    /// The names of the keys in the ring, the one that wraps first.
    #[must_use]
    pub fn key_ids(&self) -> Vec<String> {
        self.keys().ids().map(|key| key.to_string()).collect()
    }

    /// How many data keys are wrapped and how many values of open attempts are sealed under each key-encryption key. One that is
    /// not in here may be taken out of the key file, once every process knows the newer one (R120).
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn key_uses(&self) -> Result<BTreeMap<String, u64>, VaultError> {
        let mut uses = data_keys_under_each_key(self.database.reader()).await?;
        for field in Field::OF_NO_ACCOUNT {
            for (id, sealed) in sealed_of(field, self.database.reader()).await? {
                let key = key_of(Place::new(field, &id), &sealed)?;
                *uses.entry(key.to_string()).or_default() += 1;
            }
        }
        Ok(uses)
    }

    /// A key-encryption key that data keys are wrapped or webhooks' secrets are sealed under and that `ring` does not hold.
    pub(super) async fn missing_key(
        &self,
        ring: &KeyRing,
        connection: &mut AnyConnection,
    ) -> Result<Option<String>, VaultError> {
        let held = |key: &String| KeyId::parse(key).is_some_and(|key| ring.holds(key));
        let uses = data_keys_under_each_key(&mut *connection).await?;
        let missing = uses.into_keys().find(|key| !held(key));
        for field in Field::LASTING {
            for (id, sealed) in sealed_of(field, &mut *connection).await? {
                // What does not say its key is a finding for `verify`, and no reason not to start.
                let key = key_of(Place::new(field, &id), &sealed);
                if let Some(key) = key.ok().filter(|key| !ring.holds(*key)) {
                    return Ok(missing.or(Some(key.to_string())));
                }
            }
        }
        Ok(missing)
    }
}

/// Every value of a field with the id of its row. For fields of attempts, which are few and short.
pub(super) async fn sealed_of(
    field: Field,
    executor: impl Executor<'_, Database = Any>,
) -> Result<Vec<(String, String)>, VaultError> {
    let (table, column) = field.column();
    let text = format!("select id, {column} from {table} where {column} is not null");
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(executor).await?;
    let read = |row| {
        let row = Record::new(table, "id", row);
        Ok((row.text("id")?, row.text(column)?))
    };
    rows.into_iter().map(read).collect()
}

async fn data_keys_under_each_key(
    executor: impl Executor<'_, Database = Any>,
) -> Result<BTreeMap<String, u64>, VaultError> {
    let rows = sqlx::query("select kek_id, count(*) as uses from data_keys group by kek_id")
        .fetch_all(executor)
        .await?;
    let read = |row| {
        let row = Record::new("data_keys", "kek_id", row);
        Ok((row.text("kek_id")?, row.number("uses")?.unsigned_abs()))
    };
    rows.into_iter().map(read).collect()
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .fmt(formatter)
    }
}
