//! The sessions beside one: those of other browsers that hold one of its accounts (R72).

use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::id::{HandleDigest, SessionId};
use crate::vault::news::News;
use crate::vault::{Vault, VaultError};

/// One of the sessions of an account, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionBeside {
    /// Names it; opens nothing.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// When it was opened.
    pub created_at: UnixTime,
    /// When it was last in use, to the minute.
    pub last_seen_at: UnixTime,
    /// When it ends unless it is used before.
    pub idle_expires_at: UnixTime,
    /// When it ends in any case.
    pub expires_at: UnixTime,
}

impl Vault {
    /// All valid sessions that hold one of the accounts of this one, itself included, the latest used first; at most a
    /// hundred.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn sessions_beside(
        &self,
        handle: HandleDigest,
        now: UnixTime,
    ) -> Result<Vec<SessionBeside>, VaultError> {
        let rows = sqlx::query(LIST)
            .bind(handle.to_column())
            .bind(now.0)
            .fetch_all(self.database.reader())
            .await?;
        let read = |row| {
            let row = Record::new("sessions", "id", row);
            Ok(SessionBeside {
                id: SessionId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
                is_this: row.text("handle_hash")? == handle.to_column(),
                created_at: UnixTime(row.number("created_at")?),
                last_seen_at: UnixTime(row.number("last_seen_at")?),
                idle_expires_at: UnixTime(row.number("idle_expires_at")?),
                expires_at: UnixTime(row.number("expires_at")?),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Ends the sessions that [`Vault::sessions_beside`] lists, or the one of them that `only` names. Answers how many.
    ///
    /// # Errors
    /// [`VaultError`]; none was ended.
    pub async fn end_sessions_beside(
        &self,
        handle: HandleDigest,
        only: Option<SessionId>,
        now: UnixTime,
    ) -> Result<u64, VaultError> {
        repeated(|| self.end_sessions_beside_once(handle, only, now)).await
    }

    async fn end_sessions_beside_once(
        &self,
        handle: HandleDigest,
        only: Option<SessionId>,
        now: UnixTime,
    ) -> Result<u64, VaultError> {
        let mut transaction = self.database.write().await?;
        let ended = sqlx::query(END)
            .bind(handle.to_column())
            .bind(now.0)
            .bind(only.map(|id| id.to_string()).unwrap_or_default())
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        self.commit_news(&[News::EverySession], transaction).await?;
        Ok(ended)
    }
}

/// `$1` is the handle's hash, `$2` the time.
macro_rules! beside {
    () => {
        "select others.session_id
         from session_accounts others
         join session_accounts own on own.account_id = others.account_id
         join sessions asking on asking.id = own.session_id
         where asking.handle_hash = $1
           and asking.idle_expires_at > $2
           and asking.expires_at > $2
           and own.expires_at > $2
           and others.expires_at > $2"
    };
}

const LIST: &str = concat!(
    "select id, handle_hash, created_at, last_seen_at, idle_expires_at, expires_at
     from sessions
     where idle_expires_at > $2 and expires_at > $2 and id in (",
    beside!(),
    ") order by last_seen_at desc, id limit 100"
);
const END: &str = concat!(
    "delete from sessions where ($3 = '' or id = $3) and id in (",
    beside!(),
    ")"
);
