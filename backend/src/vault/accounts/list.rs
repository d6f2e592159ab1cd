//! Looking through all accounts, page by page.

use connect_outlook_protocol::scope::Scopes;
use sqlx::any::AnyRow;

use super::Account;
use crate::clock::UnixTime;
use crate::vault::database::Record;
use crate::vault::id::AccountId;
use crate::vault::{Vault, VaultError};

/// An account and what is known of its tokens without opening them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The account.
    pub account: Account,
    /// Absent once disconnected.
    pub grant: Option<GrantFacts>,
}

/// The tokens of an account, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantFacts {
    /// As granted.
    pub scopes: Scopes,
    /// When they were last replaced.
    pub obtained_at: UnixTime,
    /// End of the access token.
    pub expires_at: UnixTime,
    /// When they are replaced without anybody asking.
    pub refresh_at: UnixTime,
    /// Since when a sealed field does not open, if so (R119).
    pub unreadable_since: Option<UnixTime>,
}

macro_rules! select_listed {
    ($condition:literal) => {
        concat!(
            "select
                a.id, a.tid, a.oid, a.sealed_display_name, a.sealed_address,
                a.state, a.state_since, a.state_code, a.state_claims, a.reconnect_by,
                k.id as key_id, k.kek_id, k.wrapped,
                g.scope, g.obtained_at, g.expires_at, g.refresh_at, g.ends_at, g.unreadable_since
             from accounts a
             left join data_keys k on k.account_id = a.id
             left join grants g on g.account_id = a.id
             where ",
            $condition
        )
    };
}

impl Vault {
    /// The accounts after `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn accounts_after(
        &self,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<Listed>, VaultError> {
        let rows = sqlx::query(select_listed!("a.id > $1 order by a.id limit $2"))
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await?;
        rows.into_iter().map(|row| self.read_listed(row)).collect()
    }

    /// One account, and what is known of its tokens; `None` if there is none with this id.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn listed_account(&self, id: AccountId) -> Result<Option<Listed>, VaultError> {
        let row = sqlx::query(select_listed!("a.id = $1"))
            .bind(id.to_string())
            .fetch_optional(self.database.reader())
            .await?;
        row.map(|row| self.read_listed(row)).transpose()
    }

    fn read_listed(&self, row: AnyRow) -> Result<Listed, VaultError> {
        let row = Record::new("accounts", "id", row);
        Ok(Listed {
            account: self.read_account(&row)?,
            grant: read_facts(&row)?,
        })
    }
}

fn read_facts(row: &Record) -> Result<Option<GrantFacts>, VaultError> {
    let Some(scope) = row.optional_text("scope")? else {
        return Ok(None);
    };
    Ok(Some(GrantFacts {
        scopes: Scopes::parse(&scope),
        obtained_at: UnixTime(row.number("obtained_at")?),
        expires_at: UnixTime(row.number("expires_at")?),
        refresh_at: UnixTime(row.number("refresh_at")?),
        unreadable_since: row.optional_number("unreadable_since")?.map(UnixTime),
    }))
}
