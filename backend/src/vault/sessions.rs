//! Sessions: what a browser may use for as long as it shows its handle.

mod beside;
mod ending;

use sqlx::{Any, Transaction};

pub use beside::SessionBeside;

use super::conflicts::repeated;
use super::database::{Record, Step, Together};
use super::id::{AccountId, HandleDigest, SessionId};
use super::news::News;
use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// How long a session lasts (R57), in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without use.
    pub idle: i64,
    /// From the sign-in on, whatever happens.
    pub absolute: i64,
}

/// A session about to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// Of a fresh handle; one that is known already is refused.
    pub handle: HandleDigest,
    /// Of the handle that the browser held: a sign-in always brings a new one, and the old one is dead (R37). Accounts of a
    /// valid old session come along, each until its own time is over.
    pub in_place_of: Option<HandleDigest>,
    /// How long it lasts.
    pub limits: SessionLimits,
}

/// A session that is valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its row, for logs.
    pub id: SessionId,
    /// Whose mailboxes it may use; at least one.
    pub accounts: Vec<AccountId>,
    /// When it was opened.
    pub created_at: UnixTime,
    /// When it was last touched.
    pub last_seen_at: UnixTime,
    /// When it ends unless it is used before.
    pub idle_expires_at: UnixTime,
    /// When it ends in any case.
    pub expires_at: UnixTime,
    /// Until then it is as it stands here, unless somebody ends it: the first of its limits and of those of its
    /// accounts.
    pub sure_until: UnixTime,
}

impl Vault {
    /// Opens a session under a fresh handle.
    ///
    /// # Errors
    /// [`VaultError`]; a handle that is known already is refused.
    pub async fn open_session(
        &self,
        handle: HandleDigest,
        account: AccountId,
        limits: SessionLimits,
        now: UnixTime,
    ) -> Result<Session, VaultError> {
        let new = NewSession {
            handle,
            in_place_of: None,
            limits,
        };
        self.open_new_session(&new, account, now).await
    }

    /// Opens a session in place of the one that the browser held: see [`NewSession::in_place_of`].
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed then, the old session neither.
    pub async fn replace_session(
        &self,
        old: HandleDigest,
        new: HandleDigest,
        account: AccountId,
        limits: SessionLimits,
        now: UnixTime,
    ) -> Result<Session, VaultError> {
        let new = NewSession {
            handle: new,
            in_place_of: Some(old),
            limits,
        };
        self.open_new_session(&new, account, now).await
    }

    /// Opens a session of an account.
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed then.
    pub async fn open_new_session(
        &self,
        new: &NewSession,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Session, VaultError> {
        let session = repeated(|| self.open_new_session_once(new, account, now)).await?;
        self.as_opened(new, session, account, now).await
    }

    async fn open_new_session_once(
        &self,
        new: &NewSession,
        account: AccountId,
        now: UnixTime,
    ) -> Result<SessionId, VaultError> {
        let mut steps = Together::default();
        let session = open_in(&mut steps, new, account, now)?;
        let news: Vec<_> = new.in_place_of.map(News::Session).into_iter().collect();
        let writing = self.database.writing().await?;
        self.commit_with(steps, (&news, &[]), writing).await?;
        Ok(session)
    }

    /// A session just opened, with the accounts that came along.
    pub(super) async fn as_opened(
        &self,
        new: &NewSession,
        session: SessionId,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Session, VaultError> {
        let read = match new.in_place_of {
            Some(_) => self.find_session(new.handle, now).await?,
            None => None,
        };
        Ok(read.unwrap_or_else(|| opened(session, vec![account], new.limits, now)))
    }

    /// The session that this handle opens, if both its limits hold now (R57) and it has an account left.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn find_session(
        &self,
        handle: HandleDigest,
        now: UnixTime,
    ) -> Result<Option<Session>, VaultError> {
        let rows = sqlx::query(
            "select
                s.id, s.created_at, s.last_seen_at, s.idle_expires_at, s.expires_at,
                sa.account_id, sa.expires_at as account_expires_at
             from sessions s
             join session_accounts sa on sa.session_id = s.id
             join accounts a on a.id = sa.account_id
             where s.handle_hash = $1
               and s.idle_expires_at > $2
               and s.expires_at > $2
               and sa.expires_at > $2
               and a.state <> 'disconnected'
             order by a.created_at, a.id",
        )
        .bind(handle.to_column())
        .bind(now.0)
        .fetch_all(self.database.reader())
        .await?;
        read_session(
            rows.into_iter()
                .map(|row| Record::new("sessions", "id", row)),
        )
    }

    /// Notes that the session is in use, which puts its idle limit off. Skipped within [`TOUCH_INTERVAL`] seconds of
    /// the last time, so that reading costs no write. Answers whether it was noted.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn touch(&self, session: &Session, now: UnixTime) -> Result<bool, VaultError> {
        if now.since(session.last_seen_at) < TOUCH_INTERVAL {
            return Ok(false);
        }
        repeated(|| self.touch_once(session, now)).await
    }

    async fn touch_once(&self, session: &Session, now: UnixTime) -> Result<bool, VaultError> {
        let note = sqlx::query(
            "update sessions
             set last_seen_at = $2, idle_expires_at = $2 + idle_seconds
             where id = $1
               and last_seen_at < $2
               and idle_expires_at > $2
               and expires_at > $2",
        )
        .bind(session.id.to_string())
        .bind(now.0);
        self.database.write_alone(note).await?;
        Ok(true)
    }

    /// Signs out: the record goes first, so that the handle opens nothing from now on (R58). Answers whether there was
    /// one.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn end_session(&self, handle: HandleDigest) -> Result<bool, VaultError> {
        repeated(|| self.end_session_once(handle)).await
    }

    async fn end_session_once(&self, handle: HandleDigest) -> Result<bool, VaultError> {
        let mut transaction = self.database.write().await?;
        let ended = delete_session(&mut transaction, handle).await?;
        self.commit_news(&[News::Session(handle)], transaction)
            .await?;
        Ok(ended)
    }
}

/// Opens it beside other steps. The caller tells that an old one ended.
pub(super) fn open_in(
    steps: &mut Together,
    new: &NewSession,
    account: AccountId,
    now: UnixTime,
) -> Result<SessionId, VaultError> {
    let (session, until) = (SessionId::random()?, now.plus(new.limits.absolute));
    steps.add(
        Step::new(OPEN)
            .bind(session.to_string())
            .bind(new.handle.to_column())
            .bind(now.0)
            .bind(new.limits.idle)
            .bind(now.plus(new.limits.idle).0)
            .bind(until.0),
    );
    steps.add(
        Step::new(ADMIT)
            .bind(session.to_string())
            .bind(account.to_string())
            .bind(until.0),
    );
    // One in its own place is known, and refused by the insertion, before which PostgreSQL may do the deletion.
    if let Some(old) = new.in_place_of.filter(|old| *old != new.handle) {
        steps.add(
            Step::new(CARRY_OVER)
                .bind(session.to_string())
                .bind(old.to_column())
                .bind(now.0)
                .bind(account.to_string()),
        );
        steps.add(Step::new(END).bind(old.to_column()));
    }
    Ok(session)
}

async fn delete_session(
    transaction: &mut Transaction<'static, Any>,
    handle: HandleDigest,
) -> Result<bool, VaultError> {
    let deleted = sqlx::query(END)
        .bind(handle.to_column())
        .execute(&mut **transaction)
        .await?;
    Ok(deleted.rows_affected() > 0)
}

fn opened(
    id: SessionId,
    accounts: Vec<AccountId>,
    limits: SessionLimits,
    now: UnixTime,
) -> Session {
    Session {
        id,
        accounts,
        created_at: now,
        last_seen_at: now,
        idle_expires_at: now.plus(limits.idle),
        expires_at: now.plus(limits.absolute),
        sure_until: now.plus(limits.idle.min(limits.absolute)),
    }
}

/// One row for each account; all of them say the same about the session.
fn read_session(rows: impl Iterator<Item = Record>) -> Result<Option<Session>, VaultError> {
    let mut session: Option<Session> = None;
    for row in rows {
        let account = AccountId::parse(&row.text("account_id")?)
            .ok_or_else(|| row.contradiction("account_id"))?;
        let account_expires_at = UnixTime(row.number("account_expires_at")?);
        if let Some(session) = &mut session {
            session.accounts.push(account);
            session.sure_until = session.sure_until.min(account_expires_at);
            continue;
        }
        let idle_expires_at = UnixTime(row.number("idle_expires_at")?);
        let expires_at = UnixTime(row.number("expires_at")?);
        session = Some(Session {
            id: SessionId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
            accounts: vec![account],
            created_at: UnixTime(row.number("created_at")?),
            last_seen_at: UnixTime(row.number("last_seen_at")?),
            idle_expires_at,
            expires_at,
            sure_until: account_expires_at.min(idle_expires_at).min(expires_at),
        });
    }
    Ok(session)
}

/// How often the use of a session is noted at most, in seconds. An idle limit is exact to this much.
pub const TOUCH_INTERVAL: i64 = 60;

const OPEN: &str = "
    insert into sessions (
       id, handle_hash, created_at, last_seen_at, idle_seconds, idle_expires_at, expires_at
    )
    values ($1, $2, $3, $3, $4, $5, $6)";
const ADMIT: &str =
    "insert into session_accounts (session_id, account_id, expires_at) values ($1, $2, $3)";
/// The account that has just signed in has its own time.
const CARRY_OVER: &str = "
    insert into session_accounts (session_id, account_id, expires_at)
    select $1, sa.account_id, sa.expires_at
    from session_accounts sa
    join sessions s on s.id = sa.session_id
    where s.handle_hash = $2
      and s.idle_expires_at > $3
      and s.expires_at > $3
      and sa.expires_at > $3
      and sa.account_id <> $4";
const END: &str = "delete from sessions where handle_hash = $1";
