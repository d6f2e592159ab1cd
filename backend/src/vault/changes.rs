//! Telling whoever keeps copies of what is in the vault that an account is not what it was.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::{Any, Transaction};

use super::id::AccountId;
use super::{Vault, VaultError};

type Watcher = Box<dyn Fn(AccountId) + Send + Sync>;

/// Those who want to be told.
#[derive(Clone, Default)]
pub(super) struct Changes(Arc<RwLock<Vec<Watcher>>>);

impl Changes {
    fn tell(&self, account: AccountId) {
        let watchers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for watcher in watchers.iter() {
            watcher(account);
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
        let mut watchers = self
            .changes
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        watchers.push(Box::new(watcher));
    }

    /// Commits a change of `account` and tells of it.
    pub(super) async fn commit_change(
        &self,
        account: AccountId,
        transaction: Transaction<'static, Any>,
    ) -> Result<(), VaultError> {
        let committed = transaction.commit().await;
        self.changes.tell(account);
        Ok(committed?)
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Changes")
    }
}
