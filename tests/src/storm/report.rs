//! What a storm ends with: one line of JSON, and which promises were broken.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    Options, Rotation,
    callers::{Answered, Told},
    evidence::{Asked, Outbox},
};

/// The line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Refreshes that reached Microsoft.
    token_requests: usize,
    /// Who asked for mail.
    callers: usize,
    /// Who got mail, or was told truly that somebody has to sign in again.
    answered: usize,
    /// Who got something else.
    failed: usize,
    /// Refreshes that Microsoft refused for good.
    invalid_grant: usize,
    /// Milliseconds that half of the callers waited at most.
    p50_ms: u64,
    /// Milliseconds that all but one of a hundred waited at most.
    p99_ms: u64,
    /// Accounts that need a new sign-in.
    needs_user: usize,
    /// Rows in the outbox, beyond the news that each account was connected.
    events: usize,
    /// Who was told to come back, or found nobody, and asked again.
    came_back: usize,
    /// What those who failed got, and how many got it; not there where nobody failed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    failures: BTreeMap<String, usize>,
    #[serde(skip)]
    accounts: usize,
    #[serde(skip)]
    kills: usize,
    #[serde(skip)]
    troubles: Vec<String>,
}

/// What a storm has gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) callers: Vec<Answered>,
    pub(super) asked: Asked,
    pub(super) outbox: Outbox,
    /// What each account's mail said when all was over.
    pub(super) afterwards: Vec<Told>,
    pub(super) kills: usize,
}

impl Report {
    pub(super) fn of(gathered: &Gathered) -> Self {
        let mut took: Vec<_> = gathered.callers.iter().map(|caller| caller.took).collect();
        took.sort_unstable();
        let mut troubles = gathered.outbox.wrong.clone();
        if gathered.outbox.lost > 0 {
            let lost = gathered.outbox.lost;
            troubles.push(format!(
                "{lost} accounts are neither connected nor ask for their user"
            ));
        }
        let others = |told: &Told| match told {
            Told::Other(reason) => Some(reason.clone()),
            Told::Mail | Told::NeedsUser => None,
        };
        let mut failures = BTreeMap::new();
        for reason in gathered.callers.iter().filter_map(|one| others(&one.told)) {
            *failures.entry(reason).or_default() += 1;
        }
        let failed = failures.values().sum();
        let afterwards = gathered.afterwards.iter().filter_map(others);
        troubles.extend(afterwards.map(|reason| format!("afterwards: {reason}")));
        Self {
            token_requests: gathered.asked.token_requests,
            callers: took.len(),
            answered: took.len() - failed,
            failed,
            invalid_grant: gathered.asked.invalid_grant,
            p50_ms: percentile(&took, 50),
            p99_ms: percentile(&took, 99),
            needs_user: gathered.outbox.needs_user,
            events: gathered.outbox.events,
            came_back: gathered.callers.iter().filter(|one| one.came_back).count(),
            failures,
            accounts: gathered.afterwards.len(),
            kills: gathered.kills,
            troubles,
        }
    }

    /// The report as one line of JSON.
    ///
    /// # Panics
    /// Never: it is made of numbers and names.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("numbers and names")
    }

    /// What should have been and was not, a sentence each; none if all is well.
    #[must_use]
    pub fn broken_promises(&self, options: &Options) -> Vec<String> {
        let mut broken = self.troubles.clone();
        let mut promise = |kept: bool, sentence: String| {
            if !kept {
                broken.push(sentence);
            }
        };
        for (reason, count) in &self.failures {
            promise(false, format!("{count} callers failed: {reason}"));
        }
        promise(
            self.events == self.needs_user,
            format!("{} events for {} accounts", self.events, self.needs_user),
        );
        // A process that dies between answer and commit takes the only copy of a strictly rotated token with it.
        let losable = match options.rotation {
            Rotation::Strict => self.kills * self.accounts,
            Rotation::Entra | Rotation::Grace => 0,
        };
        promise(
            self.needs_user <= losable,
            format!("{} accounts lost their connection", self.needs_user),
        );
        if self.kills == 0 {
            let (asked, accounts) = (self.token_requests, self.accounts);
            promise(
                asked == accounts,
                format!("{asked} token requests for {accounts} accounts"),
            );
        }
        broken
    }
}

/// Milliseconds, of durations in order.
fn percentile(took: &[Duration], percent: usize) -> u64 {
    let place = (took.len() * percent).div_ceil(100).saturating_sub(1);
    let found = took.get(place).copied().unwrap_or_default();
    u64::try_from(found.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_callers_own_times() {
        let took: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!((percentile(&took, 50), percentile(&took, 99)), (100, 198));
        assert_eq!(percentile(&[], 99), 0);
    }
}
