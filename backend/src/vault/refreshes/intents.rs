//! What is known of refreshes that broke off.

use super::{Lease, longest_lease};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::grants::GrantVersion;
use crate::vault::id::{AccountId, RefreshId};
use crate::vault::{Vault, VaultError};

/// A refresh that began, has no recorded answer, and is led by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIntent {
    /// Whose tokens.
    pub account: AccountId,
    /// The tenant of the person.
    pub tenant: String,
    /// Names it in logs.
    pub refresh: RefreshId,
    /// The tokens it used, which are still the present ones.
    pub version: GrantVersion,
    /// When it began, in the deployment's time.
    pub started_at: UnixTime,
}

impl Vault {
    /// Refreshes that somebody should take up: their leader died or got no answer (R86, F20). Oldest first, at most
    /// `limit`; to be called at the start and now and then, since others may die too. Leading a refresh of that account
    /// to an end closes it. `ahead` is as for [`begin_refresh`](Vault::begin_refresh).
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn open_intents(
        &self,
        ahead: i64,
        limit: u32,
    ) -> Result<Vec<OpenIntent>, VaultError> {
        let rows = sqlx::query(self.database.with_clock(
            "select l.account_id, a.tid, l.refresh_id, l.grant_version, l.started_at
             from refresh_leases l
             join accounts a on a.id = l.account_id and a.grant_version = l.grant_version
             where l.refresh_id is not null
               and a.state in ('connected', 'expiring')
               and (l.expires_at <= :now + $1 or l.expires_at > :now + $1 + $2)
             order by l.started_at, l.account_id
             limit $3",
        ))
        .bind(ahead)
        .bind(longest_lease(UnixTime(0)).0)
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|row| read(&Record::new("refresh_leases", "account_id", row)))
            .collect()
    }

    /// Notes that the refresh token before the present one is about to be tried. Answers whether it may: once for the
    /// tokens that `lease` is about, however many processes lead in turn and die (R90), and only while the lease is
    /// this one.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was noted.
    pub async fn begin_recovery(&self, lease: &Lease) -> Result<bool, VaultError> {
        repeated(|| self.begin_recovery_once(lease)).await
    }

    async fn begin_recovery_once(&self, lease: &Lease) -> Result<bool, VaultError> {
        let note = sqlx::query(
            "update refresh_leases
             set recovery = 1
             where account_id = $1
               and refresh_id = $2
               and recovery = 0
             returning account_id",
        )
        .bind(lease.account().to_string())
        .bind(lease.refresh().to_string());
        Ok(!self.database.write_alone(note).await?.is_empty())
    }
}

fn read(row: &Record) -> Result<OpenIntent, VaultError> {
    let account = AccountId::parse(&row.text("account_id")?);
    let refresh = RefreshId::parse(&row.text("refresh_id")?);
    Ok(OpenIntent {
        account: account.ok_or_else(|| row.contradiction("account_id"))?,
        tenant: row.text("tid")?,
        refresh: refresh.ok_or_else(|| row.contradiction("refresh_id"))?,
        version: GrantVersion(row.number("grant_version")?),
        started_at: UnixTime(row.number("started_at")?),
    })
}
