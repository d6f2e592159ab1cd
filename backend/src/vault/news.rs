//! What processes tell each other about sessions and accounts, so that copies of them do not outlive them.
//!
//! Plain refreshes are not news: the access token before stays good until its own end.

mod own;

use std::collections::HashSet;

use super::database::{Record, Step};
use super::id::{AccountId, HandleDigest, random_uuid};
use super::{Vault, VaultError};
use crate::clock::UnixTime;
pub(super) use own::Own;
use own::Whose;

/// What is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The state of an account, or its tokens by a new sign-in.
    Account(AccountId),
    /// A session ended.
    Session(HandleDigest),
    /// Perhaps any session: an account was disconnected or came back.
    EverySession,
}

/// What one listener has heard already.
#[derive(Debug, Default)]
pub struct Heard {
    until: Option<UnixTime>,
    ids: HashSet<String>,
}

impl Vault {
    /// The news of other processes since the last time `heard` was given. Each is told once. Of its own this process
    /// knows: they are among them only where it is not known whether their commit went through.
    ///
    /// # Errors
    /// [`VaultError`]; `heard` is as it was.
    pub async fn news(&self, heard: &mut Heard) -> Result<Vec<News>, VaultError> {
        let reader = self.database.reader();
        let now = self.database_time().await?;
        let since = heard.until.unwrap_or(now).plus(-OVERLAP);
        let rows = sqlx::query("select id, kind, subject from news where at >= $1")
            .bind(since.0)
            .fetch_all(reader)
            .await?;
        let (mut ids, mut fresh) = (HashSet::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let row = Record::new("news", "id", row);
            let id = row.text("id")?;
            if !heard.ids.contains(&id) {
                match self.changes.own().whose(&id) {
                    Whose::Others => fresh.push(read(&row)?),
                    Whose::Ours => {}
                    Whose::NotSaid => continue,
                }
            }
            ids.insert(id);
        }
        *heard = Heard {
            until: Some(now),
            ids,
        };
        Ok(fresh)
    }

    /// The time by the database's clock.
    pub(super) async fn database_time(&self) -> Result<UnixTime, VaultError> {
        self.database.now(self.database.reader()).await
    }

    /// Whether other processes may change what is in this vault.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.database.is_shared()
    }
}

/// `news` for other processes, to be written beside the change, and the id of its row.
pub(super) fn news_step(news: News) -> Result<(String, Step), VaultError> {
    let (kind, subject) = match news {
        News::Account(account) => ("account", account.to_string()),
        News::Session(handle) => ("session", handle.to_column()),
        News::EverySession => ("every_session", String::new()),
    };
    let insert = Step::new("insert into news (id, kind, subject, at) values ($1, $2, $3, :now)");
    let id = random_uuid()?.hyphenated().to_string();
    let step = insert.bind(id.as_str()).bind(kind).bind(subject);
    Ok((id, step))
}

fn read(row: &Record) -> Result<News, VaultError> {
    let subject = row.text("subject")?;
    let news = match row.text("kind")?.as_str() {
        "account" => AccountId::parse(&subject).map(News::Account),
        "session" => HandleDigest::from_column(&subject).map(News::Session),
        // A kind of a later version concerns, for all this one knows, everybody.
        _ => Some(News::EverySession),
    };
    news.ok_or_else(|| row.contradiction("subject"))
}

/// Seconds that a transaction may take between writing its news and its commit: longer than any statement may.
const OVERLAP: i64 = 15;
