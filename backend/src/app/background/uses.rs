//! Which accounts are in use, as far as this process sees it. Told to the vault now and then, so that whoever does the
//! work in the background knows whose tokens to keep fresh.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::UnixTime;
use crate::vault::id::AccountId;

/// Uses that the vault does not know yet, and those it was told lately.
#[derive(Debug, Default)]
pub(in crate::app) struct Uses(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    new: HashMap<AccountId, UnixTime>,
    told: HashMap<AccountId, UnixTime>,
}

impl Uses {
    /// Notes a use. The same account again within [`GRAIN`] seconds is no news.
    pub(in crate::app) fn note(&self, account: AccountId, now: UnixTime) {
        let mut noted = self.noted();
        let known = noted.told.get(&account);
        let news = known.is_none_or(|at| !(0..GRAIN).contains(&now.since(*at)));
        if news && (noted.new.len() < MOST || noted.new.contains_key(&account)) {
            noted.new.insert(account, now);
        }
    }

    /// What the vault should know.
    pub(super) fn take_new(&self) -> HashMap<AccountId, UnixTime> {
        std::mem::take(&mut self.noted().new)
    }

    /// The vault knows.
    pub(super) fn told(&self, uses: HashMap<AccountId, UnixTime>, now: UnixTime) {
        let mut noted = self.noted();
        noted
            .told
            .retain(|_, at| (0..GRAIN).contains(&now.since(*at)));
        if noted.told.len() < MOST {
            noted.told.extend(uses);
        }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds within which one note is enough.
const GRAIN: i64 = 3_600;
/// Accounts kept in mind (D6). One that finds no room is noted when it is used again.
const MOST: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_790_000_000);

    #[test]
    fn an_account_in_use_is_told_once_an_hour() {
        let account = AccountId::parse("00000000-0000-4000-8000-000000000001").unwrap();
        let uses = Uses::default();
        let told = |at: UnixTime| {
            uses.note(account, at);
            let new = uses.take_new();
            let count = new.len();
            uses.told(new, at);
            count
        };
        let all: Vec<_> = [0, 1, 3_599, 3_600, 3_700]
            .map(|later| told(NOW.plus(later)))
            .into();
        assert_eq!(all, [1, 0, 0, 1, 0]);
    }
}
