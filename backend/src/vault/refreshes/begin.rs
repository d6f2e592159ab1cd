//! Becoming the one who asks.

use sqlx::{Any, Executor, Transaction};

use super::{LEASE_LIFE, Lease, longest_lease};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::grants::GrantVersion;
use crate::vault::id::{AccountId, OwnerId, RefreshId};
use crate::vault::{Vault, VaultError};

/// Who refreshes.
#[derive(Debug, PartialEq, Eq)]
pub enum BeginRefresh {
    /// The caller does: ask Microsoft, then end it.
    Lead(Lease),
    /// Somebody else does. Look again in a moment, and at the latest when the lease is over.
    Wait {
        /// When the other one's lease ends, unless it is given back before. In the deployment's time.
        until: UnixTime,
    },
    /// The tokens judged are not the present ones any more: read them again (R83).
    AlreadyFresh,
    /// The account does not work, or there is none: its state says who must act.
    NotWorking,
}

impl Vault {
    /// Asks to be the one who replaces the tokens that `judged` names. Of any number of callers in any number of
    /// processes one leads, for [`LEASE_LIFE`] seconds; its intent is safely stored when this returns (R80, R86).
    ///
    /// `owner` is the calling process. Leases are timed by the database's clock, since those of processes differ (R81,
    /// F39); `ahead` says how many seconds the deployment's own time is ahead of the true one: 0, but for a clock that
    /// was moved.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed.
    pub async fn begin_refresh(
        &self,
        account: AccountId,
        judged: GrantVersion,
        owner: OwnerId,
        ahead: i64,
    ) -> Result<BeginRefresh, VaultError> {
        repeated(|| self.begin_refresh_once(account, judged, owner, ahead)).await
    }

    async fn begin_refresh_once(
        &self,
        account: AccountId,
        judged: GrantVersion,
        owner: OwnerId,
        ahead: i64,
    ) -> Result<BeginRefresh, VaultError> {
        // Those who wait ask often: they must not queue for the write lock.
        let standing = self.standing(self.database.reader(), account, ahead);
        if let Some(answer) = standing.await?.answer(judged, false) {
            return Ok(answer);
        }
        let mut transaction = self.database.write().await?;
        let fencing = self
            .take_lease(&mut transaction, account, owner, ahead)
            .await?;
        // Only now: whoever led until a moment ago has committed tokens and lease together (R83).
        let standing = self.standing(&mut *transaction, account, ahead).await?;
        if let Some(answer) = standing.answer(judged, fencing.is_some()) {
            return Ok(answer);
        }
        let now = standing.now;
        let Some(fencing) = fencing else {
            // Given back since: asking again at once is right.
            return Ok(BeginRefresh::Wait { until: now });
        };
        let refresh = RefreshId::random()?;
        let unanswered = write_intent(&mut transaction, account, refresh, judged, now).await?;
        transaction.commit().await?;
        Ok(BeginRefresh::Lead(Lease {
            account,
            owner,
            fencing,
            refresh,
            version: judged,
            until: standing.leased_until,
            unanswered,
        }))
    }

    /// At the database's time, `ahead` of it.
    async fn standing(
        &self,
        executor: impl Executor<'_, Database = Any>,
        account: AccountId,
        ahead: i64,
    ) -> Result<Standing, VaultError> {
        let row = sqlx::query(self.database.with_clock(STANDING))
            .bind(account.to_string())
            .bind(ahead)
            .fetch_one(executor)
            .await?;
        let row = Record::new("accounts", "id", row);
        Ok(Standing {
            version: row.optional_number("grant_version")?.map(GrantVersion),
            leased_until: UnixTime(row.optional_number("expires_at")?.unwrap_or(0)),
            now: UnixTime(row.number("now")?),
        })
    }

    /// Takes the lease if nobody has it; answers its fencing number.
    async fn take_lease(
        &self,
        transaction: &mut Transaction<'static, Any>,
        account: AccountId,
        owner: OwnerId,
        ahead: i64,
    ) -> Result<Option<i64>, VaultError> {
        let row = sqlx::query(self.database.with_clock(TAKE_LEASE))
            .bind(account.to_string())
            .bind(owner.to_string())
            .bind(ahead)
            .bind(LEASE_LIFE)
            .bind(longest_lease(UnixTime(0)).0)
            .fetch_optional(&mut **transaction)
            .await?;
        row.map(|row| Record::new("refresh_leases", "account_id", row).number("fencing"))
            .transpose()
    }
}

/// An account as far as it matters here.
struct Standing {
    /// `None` unless the account is there and works.
    version: Option<GrantVersion>,
    /// When its latest lease ends or ended.
    leased_until: UnixTime,
    now: UnixTime,
}

impl Standing {
    /// Why not to lead, if there is a reason. A lease that runs is one, unless it is `ours`.
    fn answer(&self, judged: GrantVersion, ours: bool) -> Option<BeginRefresh> {
        let Some(version) = self.version else {
            return Some(BeginRefresh::NotWorking);
        };
        if version != judged {
            return Some(BeginRefresh::AlreadyFresh);
        }
        let until = self.leased_until;
        let runs = until > self.now && until <= longest_lease(self.now);
        (runs && !ours).then_some(BeginRefresh::Wait { until })
    }
}

/// Notes what is about to be done. Answers how many refreshes before it have no recorded answer: an intent that is
/// there still, about the same tokens, is one of a leader that died or got no answer.
async fn write_intent(
    transaction: &mut Transaction<'static, Any>,
    account: AccountId,
    refresh: RefreshId,
    version: GrantVersion,
    now: UnixTime,
) -> Result<i64, VaultError> {
    let row = sqlx::query(
        "insert into refresh_intents (account_id, refresh_id, grant_version, unanswered, recovery, started_at)
         values ($1, $2, $3, 1, 0, $4)
         on conflict (account_id) do update set
            refresh_id = excluded.refresh_id,
            grant_version = excluded.grant_version,
            unanswered = case when refresh_intents.grant_version = excluded.grant_version
                              then refresh_intents.unanswered + 1 else 1 end,
            recovery = case when refresh_intents.grant_version = excluded.grant_version
                            then refresh_intents.recovery else 0 end,
            started_at = excluded.started_at
         returning account_id, unanswered",
    )
    .bind(account.to_string())
    .bind(refresh.to_string())
    .bind(version.0)
    .bind(now.0)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(Record::new("refresh_intents", "account_id", row).number("unanswered")? - 1)
}

/// `$2` is how far ahead of the database's time the deployment's is. One row, whether the account works or not.
const STANDING: &str = "
    select a.id, a.grant_version, l.expires_at, clock.now
    from (select :now + $2 as now) clock
    left join accounts a on a.id = $1 and a.state in ('connected', 'expiring')
    left join refresh_leases l on l.account_id = a.id";

const TAKE_LEASE: &str = "
    insert into refresh_leases (account_id, owner, fencing, expires_at)
    select id, $2, 1, :now + $3 + $4
    from accounts
    where id = $1
    on conflict (account_id) do update set
        owner = excluded.owner,
        fencing = refresh_leases.fencing + 1,
        expires_at = excluded.expires_at
    where refresh_leases.expires_at <= :now + $3
       or refresh_leases.expires_at > :now + $3 + $5
    returning account_id, fencing";
