//! What is due this minute, and doing it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Background, DUTY, LOOK_EVERY};
use crate::app::App;
use crate::app::fresh_token::FreshTokenError;
use crate::app::refresh::{Wish, dice};
use crate::clock::UnixTime;
use crate::vault::VaultError;
use crate::vault::accounts::{Finding, Marked};
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;

/// An account to be refreshed.
pub(super) struct Work {
    account: AccountId,
    tenant: Arc<str>,
    /// The tokens that were there when it was found. Newer ones are left alone.
    version: GrantVersion,
}

impl App {
    /// What there is to do. A vault that does not answer has nothing to do: it is asked again in a minute.
    pub(super) async fn look(&self, now: UnixTime) -> VecDeque<Work> {
        let found = self.find_work(now).await;
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "the background work waits for the vault");
            VecDeque::new()
        })
    }

    async fn find_work(&self, now: UnixTime) -> Result<VecDeque<Work>, VaultError> {
        let uses = self.uses.take_new();
        self.vault.note_uses(&uses).await?;
        self.uses.told(uses, now);
        let ahead = self.clock.ahead();
        if !self
            .vault
            .take_duty(DUTY, self.owner, ahead, DUTY_LIFE)
            .await?
        {
            return Ok(VecDeque::new());
        }
        self.tell_what_ends(now).await?;
        let (per_minute, per_tenant) = self.pace.budgets();
        let broken = self.vault.open_intents(ahead, per_minute).await?;
        let broken = broken.into_iter().map(|intent| Work {
            account: intent.account,
            tenant: intent.tenant.into(),
            version: intent.version,
        });
        let due = self.vault.due(now, per_tenant, per_minute).await?;
        let due = due.into_iter().map(|due| Work {
            account: due.account,
            tenant: due.tenant.into(),
            version: due.version,
        });
        Ok(broken.chain(due).collect())
    }

    /// Accounts whose grant ends soon whatever one does: their owners can sign in again before (R92).
    async fn tell_what_ends(&self, now: UnixTime) -> Result<(), VaultError> {
        for ending in self.vault.ending(now.plus(NOTICE), MOST_ENDINGS).await? {
            let finding = Finding::Expiring {
                reconnect_by: ending.ends_at,
            };
            let marked = self
                .vault
                .mark(ending.account, ending.version, finding, now);
            if marked.await? == Marked::Changed {
                tracing::info!(account = %ending.account, reconnect_by = %ending.ends_at, "the account's grant ends soon");
            }
        }
        Ok(())
    }

    /// Starts what may be started in this second, and drops what stands behind a gate: it is put off and found again.
    pub(super) fn start_some(self: &Arc<Self>, background: &mut Background, now: UnixTime) {
        let mut held_back = VecDeque::new();
        while let Some(work) = background.waiting.pop_front() {
            let Ok(slot) = Arc::clone(&background.under_way).try_acquire_owned() else {
                held_back.push_back(work);
                break;
            };
            if self.gate.shut(work.account, &work.tenant, now).is_none()
                && !self.pace.take(&work.tenant, now)
            {
                held_back.push_back(work);
                continue;
            }
            let app = Arc::clone(self);
            tokio::spawn(async move {
                let _slot = slot;
                app.do_work(work, now).await;
            });
        }
        held_back.append(&mut background.waiting);
        background.waiting = held_back;
    }

    async fn do_work(self: &Arc<Self>, work: Work, now: UnixTime) {
        let (account, version) = (work.account, work.version);
        let shut = || self.gate.shut(account, &work.tenant, now);
        if let Some(shut) = shut() {
            return self
                .put_off_work(account, version, now.plus(shut.seconds.into()))
                .await;
        }
        let wish = Wish {
            judged: version,
            tenant: Arc::clone(&work.tenant),
            claims: None,
            in_use: false,
        };
        match self.refresh_once(account, wish).await {
            // Disconnected since, or found out just now or by somebody else.
            Ok(_) | Err(FreshTokenError::NeedsSomebody) => {}
            Err(error) => {
                tracing::debug!(%account, %error, "a refresh in the background brought nothing");
                let wait = shut().map_or(LOOK_EVERY, |shut| shut.seconds.into());
                self.put_off_work(account, version, now.plus(wait)).await;
            }
        }
    }

    /// Not before `until`, and those who wait for the same thing not all at once after it.
    async fn put_off_work(&self, account: AccountId, version: GrantVersion, until: UnixTime) {
        let until = until.plus(i64::from(dice() % 60));
        if let Err(error) = self.vault.postpone(account, version, until).await {
            tracing::debug!(%account, %error, "it is found due again");
        }
    }
}

/// Seconds that the work stays a process's that does not say it is alive.
const DUTY_LIFE: i64 = 3 * LOOK_EVERY;

/// Seconds before the end of a grant at which its owner is told.
const NOTICE: i64 = 4 * 3_600;

/// Ends told of in a minute.
const MOST_ENDINGS: u32 = 1_000;
