//! Reading an account.

use super::stored_state::read_state;
use super::{Account, Identity, Profile};
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::grants::wrapped_key;
use crate::vault::id::AccountId;
use crate::vault::seal::{Field, Place};
use crate::vault::{Vault, VaultError};

impl Vault {
    /// One account; `None` if there is none with this id.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, VaultError> {
        let row = sqlx::query(
            "select
                a.id, a.tid, a.oid, a.sealed_display_name, a.sealed_address,
                a.state, a.state_since, a.state_code, a.state_claims, a.reconnect_by,
                k.id as key_id, k.kek_id, k.wrapped, g.ends_at
             from accounts a
             left join data_keys k on k.account_id = a.id
             left join grants g on g.account_id = a.id
             where a.id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(self.database.reader())
        .await?;
        row.map(|row| self.read_account(&Record::new("accounts", "id", row)))
            .transpose()
    }

    pub(in crate::vault) fn read_account(&self, row: &Record) -> Result<Account, VaultError> {
        let identity = Identity::new(&row.text("tid")?, &row.text("oid")?);
        let id = AccountId::parse(&row.text("id")?);
        Ok(Account {
            id: id.ok_or_else(|| row.contradiction("id"))?,
            identity: identity.map_err(|_| row.contradiction("oid"))?,
            profile: self.read_profile(row)?,
            state: read_state(row)?,
            state_since: UnixTime(row.number("state_since")?),
            ends_at: row.optional_number("ends_at")?.map(UnixTime),
        })
    }

    fn read_profile(&self, row: &Record) -> Result<Profile, VaultError> {
        if row.optional_text("key_id")?.is_none() {
            return Ok(Profile::default());
        }
        let id = row.text("id")?;
        let key = self.unwrap(&wrapped_key(row)?)?;
        let open = |field: Field| -> Result<String, VaultError> {
            let sealed = row.text(field.column().1)?;
            Ok(std::mem::take(
                &mut *key.open(Place::new(field, &id), &sealed)?,
            ))
        };
        Ok(Profile {
            display_name: open(Field::DisplayName)?,
            address: open(Field::Address)?,
        })
    }
}
