//! How somebody proved who they are. It travels from the sign-in to the code, and on to every token made from it, so that
//! what happens later (a revocation, a new demand for a second factor) can be judged against it.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// A point in the order of events. The clock has whole seconds and can be moved back; this only goes forward, so that
/// "before" and "after" mean something within a second too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(u64);

impl Moment {
    /// A moment after all others so far.
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Its number, for people and JSON.
    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

/// What is known of the sign-in behind a code or token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Names the authorization behind it: one for each code, shared by all refresh tokens that descend from it.
    pub(crate) family: Moment,
    /// When the password was given.
    pub(crate) signed_in: Moment,
    /// The same by the clock, unix seconds.
    pub(crate) signed_in_at: i64,
    /// When a second factor was given, if one was.
    pub(crate) second_factor: Option<Moment>,
    /// The authentication contexts (`acrs`) it satisfies.
    pub(crate) contexts: BTreeSet<String>,
}

impl Proof {
    /// The proof of somebody who gives the password now; `now` in unix seconds.
    pub(crate) fn by_password(now: i64) -> Self {
        Self {
            signed_in: Moment::next(),
            signed_in_at: now,
            ..Self::default()
        }
    }

    /// The same proof as the beginning of a new family.
    pub(crate) fn founding(&self) -> Self {
        Self {
            family: Moment::next(),
            ..self.clone()
        }
    }

    /// Adds a second factor, given now for these contexts.
    pub(crate) fn strengthen(&mut self, contexts: impl IntoIterator<Item = String>) {
        self.second_factor = Some(Moment::next());
        self.contexts.extend(contexts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_only_go_forward() {
        let earlier = Moment::next();
        assert!(Moment::next() > earlier && earlier > Moment::default());
    }
}
