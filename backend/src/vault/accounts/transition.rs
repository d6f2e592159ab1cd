//! What becomes of a state: decided here and nowhere else, without a database.
//!
//! | from \ by | sign-in | refresh | finding | disconnect |
//! | --- | --- | --- | --- | --- |
//! | nothing | connected | | | |
//! | `connected` | connected, told | | what was found | disconnected |
//! | `expiring` | connected | | what was found | disconnected |
//! | `needs_user`, `needs_admin`, `blocked_by_policy` | connected | connected | what was found, but for `expiring` | disconnected |
//! | `disconnected` | connected | | | |
//!
//! An empty field changes nothing and tells nobody; so does a finding of the state that holds already. Every other one
//! is one event.

use super::{AccountState, Finding};
use crate::vault::events::EventKind;

/// What happens to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its owner signed in at Microsoft.
    SignedIn,
    /// New tokens came without anybody's doing.
    Refreshed,
    /// Somebody learned something about its tokens.
    Found(Finding),
    /// Its owner ended it.
    Disconnected,
}

/// What that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Nothing: the state stays with its data and its age, and nobody is told.
    Stays(AccountState),
    /// There is a new state, and one event says so (R92).
    Becomes(AccountState, EventKind),
}

impl AccountState {
    /// The state of somebody who has just signed in.
    #[must_use]
    pub const fn signed_in(known_before: bool) -> (Self, EventKind) {
        if known_before {
            (Self::Connected, EventKind::Reconnected)
        } else {
            (Self::Connected, EventKind::Connected)
        }
    }

    /// What becomes of this state.
    #[must_use]
    pub fn after(self, change: Change) -> Transition {
        use Transition::{Becomes, Stays};
        match change {
            Change::SignedIn => {
                let (state, event) = Self::signed_in(true);
                Becomes(state, event)
            }
            Change::Refreshed if self.needs_somebody() => {
                Becomes(Self::Connected, EventKind::Reconnected)
            }
            Change::Disconnected if self != Self::Disconnected => {
                Becomes(Self::Disconnected, EventKind::Disconnected)
            }
            Change::Refreshed | Change::Disconnected => Stays(self),
            Change::Found(finding) => {
                let found = Self::from(finding);
                if self.learns(&found) {
                    let event = EventKind::entering(&found);
                    Becomes(found, event)
                } else {
                    Stays(self)
                }
            }
        }
    }

    /// Who is in trouble is not helped by hearing when it would have ended anyway.
    fn learns(&self, found: &Self) -> bool {
        let news = self.name() != found.name() && *self != Self::Disconnected;
        news && !(self.needs_somebody() && matches!(found, Self::Expiring { .. }))
    }

    const fn needs_somebody(&self) -> bool {
        matches!(
            self,
            Self::NeedsUser { .. } | Self::NeedsAdmin { .. } | Self::BlockedByPolicy { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::UnixTime;

    fn findings() -> [Finding; 4] {
        let code = || "code".to_owned();
        [
            Finding::Expiring {
                reconnect_by: UnixTime(9),
            },
            Finding::NeedsUser {
                code: code(),
                claims: None,
            },
            Finding::NeedsAdmin { code: code() },
            Finding::BlockedByPolicy { code: code() },
        ]
    }

    /// Connected, expiring, needs_user, needs_admin, blocked_by_policy, disconnected.
    fn states() -> Vec<AccountState> {
        let [expiring, user, admin, policy] = findings().map(AccountState::from);
        let (first, last) = (AccountState::Connected, AccountState::Disconnected);
        vec![first, expiring, user, admin, policy, last]
    }

    /// The same order as [`states`], with the findings in the middle.
    fn changes() -> Vec<Change> {
        let found = findings().map(Change::Found);
        let mut changes = vec![Change::SignedIn, Change::Refreshed];
        changes.extend(found);
        changes.push(Change::Disconnected);
        changes
    }

    /// The table, in full: six states, seven changes.
    #[test]
    fn every_state_answers_every_change_as_written() {
        const TABLE: [[&str; 7]; 6] = [
            ["c", "", "e", "u", "a", "p", "d"],
            ["c", "", "", "u", "a", "p", "d"],
            ["c", "c", "", "", "a", "p", "d"],
            ["c", "c", "", "u", "", "p", "d"],
            ["c", "c", "", "u", "a", "", "d"],
            ["c", "", "", "", "", "", ""],
        ];
        let letters = ["c", "e", "u", "a", "p", "d"];
        for (state, row) in states().into_iter().zip(TABLE) {
            for (change, expected) in changes().into_iter().zip(row) {
                let case = format!("{state:?} after {change:?}");
                match state.clone().after(change) {
                    Transition::Stays(same) => {
                        assert_eq!((same, ""), (state.clone(), expected), "{case}");
                    }
                    Transition::Becomes(new, event) => {
                        let at = states().iter().position(|known| *known == new).unwrap();
                        assert_eq!(letters[at], expected, "{case}");
                        assert_eq!(event, EventKind::entering(&new), "{case}");
                    }
                }
            }
        }
    }

    fn any_change() -> impl Strategy<Value = Change> {
        proptest::sample::select(changes())
    }

    proptest! {
        /// R92: hearing something twice tells nothing new.
        #[test]
        fn the_same_finding_twice_is_one_event(
            before in proptest::collection::vec(any_change(), 0..12),
            finding in proptest::sample::select(findings().to_vec()),
        ) {
            let mut state = AccountState::Connected;
            for change in before.into_iter().chain([Change::Found(finding.clone())]) {
                state = match state.after(change) {
                    Transition::Stays(state) | Transition::Becomes(state, _) => state,
                };
            }
            let again = state.clone().after(Change::Found(finding));
            prop_assert_eq!(again, Transition::Stays(state));
        }

        /// Whatever happened: a sign-in makes it work, and only a sign-in undoes a disconnect.
        #[test]
        fn a_sign_in_mends_everything(changes in proptest::collection::vec(any_change(), 0..12)) {
            let mut state = AccountState::Disconnected;
            for change in changes {
                let was_over = state == AccountState::Disconnected;
                let signed_in = change == Change::SignedIn;
                state = match state.after(change) {
                    Transition::Stays(state) | Transition::Becomes(state, _) => state,
                };
                prop_assert!(!was_over || signed_in || state == AccountState::Disconnected);
                prop_assert!(!signed_in || state == AccountState::Connected);
            }
        }
    }
}
