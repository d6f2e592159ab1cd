//! Becoming the one who asks.

use super::{Answer, LEASE_LIFE, Lease, longest_lease};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::grants::{GrantVersion, Outgoing};
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
    /// Who has been told to wait looks by [`look_at_refresh`](Self::look_at_refresh) whether asking again is of use.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed, or what was is undone or lapses by itself.
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
        let Some(taken) = self.take_lease(account, judged, owner, ahead).await? else {
            let standing = self.look_at_refresh(account, judged, ahead).await?;
            // Given back since: asking again at once is right.
            let until = UnixTime(0);
            return Ok(standing.unwrap_or(BeginRefresh::Wait { until }));
        };
        // Only now: whoever led until a moment ago has committed tokens and lease together (R83).
        let read = self.outgoing(account, taken.begun_at).await;
        let not = match read {
            Ok(Some(outgoing)) if !outgoing.tokens.works => Ok(BeginRefresh::NotWorking),
            Ok(Some(outgoing)) if outgoing.tokens.version == judged => {
                return Ok(BeginRefresh::Lead(taken.with(outgoing)));
            }
            Ok(Some(_)) => Ok(BeginRefresh::AlreadyFresh),
            Ok(None) => Ok(BeginRefresh::NotWorking),
            Err(error) => Err(error),
        };
        // Nothing was sent.
        self.abandon(&taken, Answer::NoTokens).await?;
        not
    }

    /// Why not to ask for the lease of an account, if there is a reason. Changes nothing: those who wait look often, and
    /// must not queue where others write.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn look_at_refresh(
        &self,
        account: AccountId,
        judged: GrantVersion,
        ahead: i64,
    ) -> Result<Option<BeginRefresh>, VaultError> {
        let row = sqlx::query(self.database.with_clock(STANDING))
            .bind(account.to_string())
            .bind(ahead)
            .fetch_one(self.database.reader())
            .await?;
        let row = Record::new("accounts", "id", row);
        let Some(version) = row.optional_number("grant_version")? else {
            return Ok(Some(BeginRefresh::NotWorking));
        };
        if version != judged.0 {
            return Ok(Some(BeginRefresh::AlreadyFresh));
        }
        let until = UnixTime(row.optional_number("expires_at")?.unwrap_or(0));
        let now = UnixTime(row.number("now")?);
        let runs = until > now && until <= longest_lease(now);
        Ok(runs.then_some(BeginRefresh::Wait { until }))
    }

    /// Takes the lease if nobody has it, and writes the intent with it. What was seen of the account meanwhile may be over
    /// when the lease is there: between the two whoever led before may have committed.
    async fn take_lease(
        &self,
        account: AccountId,
        judged: GrantVersion,
        owner: OwnerId,
        ahead: i64,
    ) -> Result<Option<Taken>, VaultError> {
        let refresh = RefreshId::random()?;
        let take = sqlx::query(self.database.with_clock(TAKE_LEASE))
            .bind(account.to_string())
            .bind(judged.0)
            .bind(owner.to_string())
            .bind(refresh.to_string())
            .bind(ahead)
            .bind(LEASE_LIFE)
            .bind(longest_lease(UnixTime(0)).0);
        let Some(row) = self.database.write_alone(take).await?.into_iter().next() else {
            return Ok(None);
        };
        let row = Record::new("refresh_leases", "account_id", row);
        Ok(Some(Taken {
            account,
            owner,
            refresh,
            fencing: row.number("fencing")?,
            begun_at: UnixTime(row.number("started_at")?),
            // An intent that was there still, about the same tokens, is one of a leader that died or got no answer.
            unanswered: row.number("unanswered")? - 1,
        }))
    }
}

/// A lease as it stands in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) account: AccountId,
    pub(super) owner: OwnerId,
    pub(super) fencing: i64,
    pub(super) refresh: RefreshId,
    pub(super) begun_at: UnixTime,
    pub(super) unanswered: i64,
}

impl Taken {
    fn with(self, outgoing: Outgoing) -> Lease {
        Lease {
            taken: self,
            outgoing: Box::new(outgoing),
        }
    }
}

/// `$2` is how far ahead of the database's time the deployment's is. One row, whether the account works or not.
const STANDING: &str = "
    select a.id, a.grant_version, l.expires_at, clock.now
    from (select :now + $2 as now) clock
    left join accounts a on a.id = $1 and a.state in ('connected', 'expiring')
    left join refresh_leases l on l.account_id = a.id";

const TAKE_LEASE: &str = "
    insert into refresh_leases (
        account_id, owner, fencing, expires_at, refresh_id, grant_version, unanswered, recovery, started_at
    )
    select id, $3, 1, :now + $5 + $6, $4, grant_version, 1, 0, :now + $5
    from accounts
    where id = $1
      and grant_version = $2
      and state in ('connected', 'expiring')
    on conflict (account_id) do update set
        owner = excluded.owner,
        fencing = refresh_leases.fencing + 1,
        expires_at = excluded.expires_at,
        refresh_id = excluded.refresh_id,
        grant_version = excluded.grant_version,
        unanswered = case when refresh_leases.refresh_id is not null
                           and refresh_leases.grant_version = excluded.grant_version
                          then refresh_leases.unanswered + 1 else 1 end,
        recovery = case when refresh_leases.refresh_id is not null
                         and refresh_leases.grant_version = excluded.grant_version
                        then refresh_leases.recovery else 0 end,
        started_at = excluded.started_at
    where refresh_leases.expires_at <= :now + $5
       or refresh_leases.expires_at > :now + $5 + $7
    returning account_id, fencing, unanswered, started_at";
