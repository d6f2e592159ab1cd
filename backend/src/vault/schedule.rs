//! What is due without anybody asking, and which process does it.
//!
//! When tokens are due is decided by whoever writes them ([`Schedule`](super::grants::Schedule)); here is only looked up
//! what has come due, and noted what has changed since.

use std::collections::HashMap;

use super::database::Record;
use super::grants::GrantVersion;
use super::id::{AccountId, OwnerId};
use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// An account whose tokens are to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub account: AccountId,
    /// The tenant of the person.
    pub tenant: String,
    /// The tokens that are there.
    pub version: GrantVersion,
    /// Since when.
    pub since: UnixTime,
}

/// An account whose grant ends whatever one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Whose.
    pub account: AccountId,
    /// The tokens that are there.
    pub version: GrantVersion,
    /// When.
    pub ends_at: UnixTime,
}

impl Vault {
    /// The accounts that are due at `now`, at most `limit` and at most `per_tenant` of a tenant, so that none keeps the
    /// others waiting (D13). Those whose access token still serves come first, then by how long they have been due.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn due(
        &self,
        now: UnixTime,
        per_tenant: u32,
        limit: u32,
    ) -> Result<Vec<Due>, VaultError> {
        let rows = sqlx::query(DUE)
            .bind(now.0)
            .bind(i64::from(per_tenant))
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let row = Record::new("grants", "account_id", row);
                Ok(Due {
                    account: account(&row)?,
                    tenant: row.text("tid")?,
                    version: GrantVersion(row.number("grant_version")?),
                    since: UnixTime(row.number("refresh_at")?),
                })
            })
            .collect()
    }

    /// When the next of all tokens are due, however it is with their accounts.
    #[cfg(test)]
    pub(crate) async fn next_due(&self) -> Option<UnixTime> {
        let row = sqlx::query("select min(refresh_at) as refresh_at from grants")
            .fetch_one(self.database.reader())
            .await
            .ok()?;
        let row = Record::new("grants", "refresh_at", row);
        row.optional_number("refresh_at").ok()?.map(UnixTime)
    }

    /// Puts off what was due, for tokens that are still those of `version`.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn postpone(
        &self,
        id: AccountId,
        version: GrantVersion,
        until: UnixTime,
    ) -> Result<(), VaultError> {
        let postpone = sqlx::query(
            "update grants
             set refresh_at = $3
             where account_id = $1
               and exists (select 1 from accounts where id = $1 and grant_version = $2)",
        )
        .bind(id.to_string())
        .bind(version.0)
        .bind(until.0);
        self.database.write_alone(postpone).await?;
        Ok(())
    }

    /// Notes when accounts were last used, all in one transaction. They are due late in the life of their access tokens
    /// from now on.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was noted.
    pub async fn note_uses(&self, uses: &HashMap<AccountId, UnixTime>) -> Result<(), VaultError> {
        if uses.is_empty() {
            return Ok(());
        }
        // Two processes that note the same accounts must take them in the same order.
        let mut ordered: Vec<_> = uses.iter().collect();
        ordered.sort_unstable_by_key(|(account, _)| **account);
        let mut transaction = self.database.write().await?;
        for (account, used_at) in ordered {
            sqlx::query(
                "update grants
                 set used_at = case when used_at < $2 then $2 else used_at end,
                     refresh_at = case when ahead_at < refresh_at and expires_at > $2 then ahead_at else refresh_at end
                 where account_id = $1",
            )
            .bind(account.to_string())
            .bind(used_at.0)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Connected accounts whose grant ends before `before`, the next to end first, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn ending(&self, before: UnixTime, limit: u32) -> Result<Vec<Ending>, VaultError> {
        let rows = sqlx::query(
            "select g.account_id, g.ends_at, a.grant_version
             from grants g
             join accounts a on a.id = g.account_id
             where g.ends_at < $1
               and a.state = 'connected'
             order by g.ends_at
             limit $2",
        )
        .bind(before.0)
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|row| {
                let row = Record::new("grants", "account_id", row);
                Ok(Ending {
                    account: account(&row)?,
                    version: GrantVersion(row.number("grant_version")?),
                    ends_at: UnixTime(row.number("ends_at")?),
                })
            })
            .collect()
    }

    /// Takes over, or keeps, work that one process does for all, for `life` seconds by the database's clock. Answers
    /// whether it is `owner`'s. `ahead` is as for [`begin_refresh`](Vault::begin_refresh).
    ///
    /// # Errors
    /// [`VaultError`]; whose it is is not known, so it is not the caller's.
    pub async fn take_duty(
        &self,
        name: &'static str,
        owner: OwnerId,
        ahead: i64,
        life: i64,
    ) -> Result<bool, VaultError> {
        // One that ends beyond twice its life was given by a clock that has been put back since (F40).
        let take = sqlx::query(self.database.with_clock(
            "insert into duties (name, owner, expires_at)
             values ($1, $2, :now + $3 + $4)
             on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
             where duties.owner = excluded.owner
                or duties.expires_at <= :now + $3
                or duties.expires_at > :now + $3 + 2 * $4
             returning name",
        ))
        .bind(name)
        .bind(owner.to_string())
        .bind(ahead)
        .bind(life);
        Ok(!self.database.write_alone(take).await?.is_empty())
    }

    /// Gives such work back, so that another process need not wait.
    ///
    /// # Errors
    /// [`VaultError`]; it then lapses by itself.
    pub async fn leave_duty(&self, name: &'static str, owner: OwnerId) -> Result<(), VaultError> {
        let leave = sqlx::query("delete from duties where name = $1 and owner = $2")
            .bind(name)
            .bind(owner.to_string());
        self.database.write_alone(leave).await?;
        Ok(())
    }
}

fn account(row: &Record) -> Result<AccountId, VaultError> {
    AccountId::parse(&row.text("account_id")?).ok_or_else(|| row.contradiction("account_id"))
}

const DUE: &str = "
    select account_id, tid, grant_version, refresh_at
    from (
        select
            g.account_id, a.tid, a.grant_version, g.refresh_at, g.expires_at,
            row_number() over (partition by a.tid order by g.refresh_at, g.account_id) as place
        from grants g
        join accounts a on a.id = g.account_id
        where g.refresh_at <= $1
          and g.sealed_refresh_token is not null
          and a.state in ('connected', 'expiring')
    ) waiting
    where place <= $2
    order by case when expires_at > $1 then 0 else 1 end, refresh_at, account_id
    limit $3";
