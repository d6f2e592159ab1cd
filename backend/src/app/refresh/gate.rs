//! Not asking for a while: after a throttle, an outage or a refused credential (R89, F3–F5, F16).
//!
//! What stands in the way is known to this process alone; others learn it by themselves.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::UnixTime;
use crate::vault::id::AccountId;

/// For whom nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// Authority and client: nobody's tokens are refreshed.
    Everybody,
    /// The people of the account's tenant.
    Tenant,
    /// The account alone.
    Account,
}

/// Why nothing is asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) struct Shut {
    /// Seconds until it may be tried again; at least one.
    pub(in crate::app) seconds: u32,
    /// Whether Microsoft refuses the deployment, not the moment.
    pub(in crate::app) misconfigured: bool,
}

/// What is shut.
#[derive(Debug, Default)]
pub(in crate::app) struct Gate(Mutex<Bars>);

#[derive(Debug, Default)]
struct Bars {
    everybody: Option<Bar>,
    tenants: HashMap<String, Bar>,
    accounts: HashMap<AccountId, Bar>,
}

#[derive(Clone, Copy, Debug)]
struct Bar {
    until: UnixTime,
    failures: u32,
    misconfigured: bool,
}

impl Gate {
    /// Whether nothing may be asked for this account at `now`.
    pub(in crate::app) fn shut(
        &self,
        account: AccountId,
        tenant: &str,
        now: UnixTime,
    ) -> Option<Shut> {
        let bars = self.bars();
        let bars = [
            bars.everybody.as_ref(),
            bars.tenants.get(tenant),
            bars.accounts.get(&account),
        ];
        let longest = bars
            .into_iter()
            .flatten()
            .filter(|bar| bar.holds(now))
            .max_by_key(|bar| bar.until)?;
        Some(longest.shut(now))
    }

    /// Lets whoever may ask go, as [`Gate::shut`] says. Where Microsoft refuses the deployment and the wait is over, one
    /// goes to try and the others wait for what becomes of it: at most one request each time (F16).
    pub(in crate::app) fn pass(
        &self,
        account: AccountId,
        tenant: &str,
        now: UnixTime,
    ) -> Result<(), Shut> {
        match self.shut(account, tenant, now) {
            Some(shut) => Err(shut),
            None => self.pass_for_everybody(now),
        }
    }

    /// The same for somebody who signs in: whose account it is, nobody knows yet. Only a deployment that Microsoft refuses
    /// stands in the way.
    pub(in crate::app) fn pass_for_everybody(&self, now: UnixTime) -> Result<(), Shut> {
        let mut bars = self.bars();
        let Some(bar) = bars.everybody.as_mut().filter(|bar| bar.misconfigured) else {
            return Ok(());
        };
        if bar.holds(now) {
            return Err(bar.shut(now));
        }
        bar.until = now.plus(TRIAL.into());
        Ok(())
    }

    /// Shuts for everybody, because Microsoft refuses the deployment.
    pub(in crate::app) fn close_for_everybody(&self, now: UnixTime, dice: u32) {
        let mut bars = self.bars();
        let bar = Bar::after(bars.everybody, SLOW, (None, true), now, dice);
        bars.everybody = Some(bar);
    }

    /// Shuts for `whom`. `asked` is how long Microsoft wants us to wait, `dice` any number.
    pub(super) fn close(
        &self,
        whom: Whom,
        (account, tenant): (AccountId, &str),
        why: (Option<u32>, bool),
        now: UnixTime,
        dice: u32,
    ) {
        let mut bars = self.bars();
        let known = match whom {
            Whom::Everybody => bars.everybody,
            Whom::Tenant => bars.tenants.get(tenant).copied(),
            Whom::Account => bars.accounts.get(&account).copied(),
        };
        let least = if whom == Whom::Account { 1 } else { SLOW };
        let bar = Bar::after(known, least, why, now, dice);
        match whom {
            Whom::Everybody => bars.everybody = Some(bar),
            Whom::Tenant => insert(&mut bars.tenants, tenant.to_owned(), bar, now),
            Whom::Account => insert(&mut bars.accounts, account, bar, now),
        }
    }

    /// Tokens came: whatever was in this account's way is gone.
    pub(super) fn open(&self, account: AccountId, tenant: &str) {
        let mut bars = self.bars();
        bars.everybody = None;
        bars.tenants.remove(tenant);
        bars.accounts.remove(&account);
    }

    /// The deployment has other credentials: what was refused may be granted.
    pub(in crate::app) fn open_for_new_credential(&self) {
        let mut bars = self.bars();
        bars.everybody.take_if(|bar| bar.misconfigured);
        bars.tenants.retain(|_, bar| !bar.misconfigured);
        bars.accounts.retain(|_, bar| !bar.misconfigured);
    }

    fn bars(&self) -> MutexGuard<'_, Bars> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bar {
    /// The next one after `known`: how long Microsoft wants us to wait, and whether it refuses the deployment.
    fn after(
        known: Option<Self>,
        least: u32,
        (asked, misconfigured): (Option<u32>, bool),
        now: UnixTime,
        dice: u32,
    ) -> Self {
        let failures = known.map_or(0, |bar| bar.failures).saturating_add(1);
        Self {
            until: now.plus(wait(failures, least, asked, dice).into()),
            failures,
            misconfigured,
        }
    }

    fn shut(&self, now: UnixTime) -> Shut {
        let seconds = self.until.since(now);
        Shut {
            seconds: u32::try_from(seconds).unwrap_or(LONGEST).max(1),
            misconfigured: self.misconfigured,
        }
    }

    /// One that ends later than any bar can was made by a clock that was put back since (F40).
    fn holds(&self, now: UnixTime) -> bool {
        let left = self.until.since(now);
        left > 0 && left <= 2 * i64::from(LONGEST)
    }
}

/// Forgets what is over when there are many; a bar that finds no room is only a request too many.
fn insert<K: Eq + std::hash::Hash>(bars: &mut HashMap<K, Bar>, key: K, bar: Bar, now: UnixTime) {
    if bars.len() >= MOST {
        bars.retain(|_, bar| bar.holds(now));
    }
    if bars.len() < MOST || bars.contains_key(&key) {
        bars.insert(key, bar);
    }
}

/// Seconds to wait after so many failures in a row: twice as long each time, half of it by chance so that those who
/// failed together do not come back together; never less than what was asked, within reason.
fn wait(failures: u32, least: u32, asked: Option<u32>, dice: u32) -> u32 {
    let grown = least
        .saturating_mul(1 << failures.min(16))
        .min(LONGEST_BY_ITSELF);
    let jittered = grown / 2 + dice % (grown / 2 + 1);
    let asked = asked.unwrap_or(0).min(LONGEST);
    // Everybody who was told the same number would come in the same second.
    let asked = asked + dice % (asked / 10 + 1);
    if failures == 1 && asked > 0 {
        return asked.min(LONGEST);
    }
    jittered.max(asked).min(LONGEST)
}

/// Seconds to begin with where everybody has to wait: what Microsoft's own guidance names is a minute.
const SLOW: u32 = 30;
/// Seconds until somebody else may try whether Microsoft still refuses the deployment, if nothing is heard of who did.
const TRIAL: u32 = 60;
/// Seconds of the longest wait that nobody asked for.
const LONGEST_BY_ITSELF: u32 = 300;
/// Seconds of the longest wait at all: who asks for more is asked again (F5).
const LONGEST: u32 = 600;
/// Bars kept of each kind.
const MOST: usize = 50_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);
    const ACME: &str = "acme";

    fn account(number: u8) -> AccountId {
        AccountId::parse(&format!("00000000-0000-4000-8000-0000000000{number:02x}")).unwrap()
    }

    fn shut(gate: &Gate, number: u8, tenant: &str, later: i64) -> Option<u32> {
        let shut = gate.shut(account(number), tenant, NOW.plus(later));
        shut.map(|shut| shut.seconds)
    }

    fn close(gate: &Gate, whom: Whom, asked: Option<u32>) {
        gate.close(whom, (account(1), ACME), (asked, false), NOW, 0);
    }

    /// F4: for the time that was asked, and for those it was asked for.
    #[test]
    fn what_is_shut_is_shut_for_those_concerned_and_as_long_as_asked() {
        for (whom, [other_account, other_tenant]) in [
            (Whom::Everybody, [Some(60), Some(60)]),
            (Whom::Tenant, [Some(60), None]),
            (Whom::Account, [None, None]),
        ] {
            let gate = Gate::default();
            close(&gate, whom, Some(60));
            assert_eq!(shut(&gate, 1, ACME, 0), Some(60), "{whom:?}");
            assert_eq!(shut(&gate, 2, ACME, 0), other_account, "{whom:?}");
            assert_eq!(shut(&gate, 2, "other", 0), other_tenant, "{whom:?}");
            assert_eq!(shut(&gate, 1, ACME, 59), Some(1), "{whom:?}");
            assert_eq!(shut(&gate, 1, ACME, 60), None, "{whom:?}");
        }
    }

    /// F3: each failure doubles the wait; a success begins anew.
    #[test]
    fn failures_in_a_row_wait_longer_each_time() {
        let gate = Gate::default();
        let waits: Vec<_> = (0..12)
            .map(|_| {
                close(&gate, Whom::Account, None);
                shut(&gate, 1, ACME, 0).unwrap()
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 150, 150, 150, 150]);
        gate.open(account(1), ACME);
        assert_eq!(shut(&gate, 1, ACME, 0), None);
        close(&gate, Whom::Account, None);
        assert_eq!(shut(&gate, 1, ACME, 0), Some(1));
    }

    /// F16: a new credential is tried at once, and opens nothing else.
    #[test]
    fn a_new_credential_opens_what_the_old_one_shut() {
        let gate = Gate::default();
        gate.close(Whom::Everybody, (account(1), ACME), (None, true), NOW, 0);
        close(&gate, Whom::Account, Some(60));
        assert!(gate.shut(account(2), ACME, NOW).unwrap().misconfigured);
        gate.open_for_new_credential();
        assert_eq!(shut(&gate, 2, ACME, 0), None);
        assert_eq!(shut(&gate, 1, ACME, 0), Some(60));
    }

    /// F16: while Microsoft refuses the deployment one asks each time, and the others are told meanwhile.
    #[test]
    fn one_tries_whether_the_deployment_is_still_refused() {
        let gate = Gate::default();
        let pass = |number, later| gate.pass(account(number), ACME, NOW.plus(later));
        let signs_in = |later| gate.pass_for_everybody(NOW.plus(later));
        assert!(pass(1, 0).is_ok() && pass(2, 0).is_ok() && signs_in(0).is_ok());
        gate.close_for_everybody(NOW, 0);
        assert!(pass(1, 0).unwrap_err().misconfigured && signs_in(29).is_err());
        assert!(pass(1, 30).is_ok(), "one tries");
        for later in 30..90 {
            assert!(pass(2, later).unwrap_err().misconfigured && signs_in(later).is_err());
        }
        assert!(signs_in(90).is_ok(), "nothing was heard of it");
        assert!(pass(1, 91).is_err());
        gate.close_for_everybody(NOW.plus(92), 0);
        assert!(pass(1, 92 + 59).is_err(), "twice as long");
        assert!(pass(1, 92 + 60).is_ok());
        gate.open(account(1), ACME);
        assert!(pass(1, 153).is_ok() && pass(2, 153).is_ok());
    }

    /// A throttle is no refusal of the deployment: who signs in is not held up by it.
    #[test]
    fn a_throttle_holds_nobody_up_who_signs_in() {
        let gate = Gate::default();
        close(&gate, Whom::Everybody, Some(60));
        assert!(gate.pass(account(1), ACME, NOW).is_err());
        assert!(gate.pass_for_everybody(NOW).is_ok());
    }

    /// F40
    #[test]
    fn a_clock_put_back_shuts_nobody_out() {
        let gate = Gate::default();
        close(&gate, Whom::Everybody, Some(60));
        assert_eq!(shut(&gate, 1, ACME, -3_600), None);
    }

    /// D6
    #[test]
    fn memory_is_bounded() {
        let mut bars = HashMap::new();
        let bar = Bar {
            until: NOW.plus(60),
            failures: 1,
            misconfigured: false,
        };
        for key in 0..=MOST {
            insert(&mut bars, key, bar, NOW);
        }
        assert_eq!(bars.len(), MOST);
        insert(&mut bars, MOST, bar, NOW.plus(60));
        assert_eq!(bars.len(), 1);
    }

    proptest! {
        /// F5: whatever is asked and however often it failed.
        #[test]
        fn every_wait_is_within_reason(failures: u32, asked: Option<u32>, dice: u32) {
            let wait = wait(failures.max(1), 1, asked, dice);
            prop_assert!((1..=LONGEST).contains(&wait));
            prop_assert!(wait >= asked.unwrap_or(0).min(LONGEST));
        }
    }
}
