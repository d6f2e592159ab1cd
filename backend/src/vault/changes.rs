//! Telling whoever keeps copies of what is in the vault that something is not what it was.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::{Any, Transaction};

use super::database::{Together, Writing};
use super::id::AccountId;
use super::news::{News, Own, news_step};
use super::{Vault, VaultError};

type Watcher = Box<dyn Fn(News) + Send + Sync>;

/// Those who want to be told, and what they were told that stands in rows too.
#[derive(Clone, Default)]
pub(super) struct Changes {
    watchers: Arc<RwLock<Vec<Watcher>>>,
    own: Own,
}

impl Changes {
    /// What this process wrote itself.
    pub(super) const fn own(&self) -> &Own {
        &self.own
    }

    fn tell(&self, news: News) {
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        for watcher in watchers.iter() {
            watcher(news);
        }
    }
}

/// Tells when it goes, whatever became of the commit.
struct Telling(Changes, Vec<News>);

impl Drop for Telling {
    fn drop(&mut self) {
        for news in &self.1 {
            self.0.tell(*news);
        }
    }
}

impl Vault {
    /// Has `watcher` called with every account whose tokens or state this process has changed, after the change is
    /// committed and before the operation that made it returns. Who drops a copy there never gives out what is over to
    /// somebody who asks later.
    ///
    /// It may be called although nothing changed, and is also called when it is not known whether the commit went
    /// through. It has to be quick and must not wait. Changes by other processes are not heard.
    pub fn on_account_change(&self, watcher: impl Fn(AccountId) + Send + Sync + 'static) {
        self.on_change(move |news| {
            if let News::Account(account) = news {
                watcher(account);
            }
        });
    }

    /// [`Vault::on_account_change`] for all that there is to tell, sessions that end included.
    pub fn on_change(&self, watcher: impl Fn(News) + Send + Sync + 'static) {
        let watchers = &self.changes.watchers;
        let mut watchers = watchers.write().unwrap_or_else(PoisonError::into_inner);
        watchers.push(Box::new(watcher));
    }

    /// Commits a change of `account` and tells of it in this process.
    pub(super) async fn commit_change(
        &self,
        account: AccountId,
        transaction: Transaction<'static, Any>,
    ) -> Result<(), VaultError> {
        let news = vec![News::Account(account)];
        self.commit_and_tell(news, Vec::new(), transaction).await
    }

    /// Commits what outdates copies, and tells of it in every process.
    pub(super) async fn commit_news(
        &self,
        news: &[News],
        mut transaction: Transaction<'static, Any>,
    ) -> Result<(), VaultError> {
        let mut steps = Together::default();
        let ids = self.tell_others(&mut steps, news)?;
        steps.carry_out(&self.database, &mut transaction).await?;
        self.commit_and_tell(news.to_vec(), ids, transaction).await
    }

    /// Adds the rows that tell `news` to others. Answers their ids, where anybody reads them.
    fn tell_others(&self, steps: &mut Together, news: &[News]) -> Result<Vec<String>, VaultError> {
        let mut ids = Vec::with_capacity(news.len());
        for news in news {
            let (id, step) = news_step(*news)?;
            ids.push(id);
            steps.add(step);
        }
        if !self.is_shared() {
            ids.clear();
        }
        Ok(ids)
    }

    /// The same for a change of which `rest` is still to be carried out. `unheard` is news to this process alone: no other
    /// can have a copy of it.
    pub(super) async fn commit_with(
        &self,
        mut rest: Together,
        (news, unheard): (&[News], &[News]),
        writing: Writing,
    ) -> Result<(), VaultError> {
        let ids = self.tell_others(&mut rest, news)?;
        let news = [news, unheard].concat();
        self.end_and_tell(news, ids, writing.commit(rest)).await
    }

    async fn commit_and_tell(
        &self,
        news: Vec<News>,
        ids: Vec<String>,
        transaction: Transaction<'static, Any>,
    ) -> Result<(), VaultError> {
        let commit = async move { Ok(transaction.commit().await?) };
        self.end_and_tell(news, ids, commit).await
    }

    /// Goes on when whoever asked has hung up: a visitor who leaves has signed out too. And it is told only once the commit
    /// is over, for until then others read the old rows, and would keep what they have read.
    pub(super) async fn end_and_tell(
        &self,
        news: Vec<News>,
        ids: Vec<String>,
        commit: impl Future<Output = Result<(), VaultError>> + Send + 'static,
    ) -> Result<(), VaultError> {
        let telling = Telling(self.changes.clone(), news);
        let committing = tokio::spawn(async move {
            telling.0.own().begin(&ids);
            let committed = commit.await;
            telling.0.own().end(&ids, committed.is_ok());
            committed
        });
        // It neither panics nor is it cut off, but with the whole process.
        let committed = committing.await;
        committed.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed.into()))
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Changes")
    }
}
