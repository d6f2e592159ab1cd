//! Refreshes: one at a time for an account over all processes, and none forgotten halfway.
//!
//! 1. [`begin_refresh`](super::Vault::begin_refresh) gives one caller the *lease* of the account and writes an *intent*, both
//!    in one row by one statement, before anything is sent (R80, R86). Then it reads the tokens: once, for the request and
//!    for the end. Everybody else waits, or finds that the work is done (R83).
//! 2. The leader asks Microsoft. The vault holds nothing open meanwhile (R85).
//! 3. One transaction ends it: [`complete_refresh`](super::Vault::complete_refresh) writes the tokens,
//!    [`refuse_refresh`](super::Vault::refuse_refresh) a judgement of Microsoft's,
//!    [`abandon_refresh`](super::Vault::abandon_refresh) neither. Each gives the lease back.
//!
//! A leader that dies leaves its lease, which lapses by the database's clock, and its intent. Whoever leads next reads
//! in [`Lease::unanswered`] that an answer may have been lost: a refusal then means less than usual and is met with one
//! try of the refresh token before ([`begin_recovery`](super::Vault::begin_recovery), R90).
//!
//! A leader that slept past its lease is told so when it wants to judge or to give back what is not its own any more
//! (R82). Tokens it brings home are different: they are taken as long as nothing newer is there. Where Microsoft honours
//! each refresh token once they are the only good ones, and the refusal that the next leader gets for the used-up one
//! then concerns tokens that are past (F37, F44).

mod begin;
mod end;
mod intents;

use begin::Taken;

pub use begin::BeginRefresh;
pub use end::{Answer, LEASE_LIFE};
pub use intents::OpenIntent;

pub(super) use end::forget_intent;

use super::grants::{GrantVersion, Outgoing, StoredTokens};
use super::id::{AccountId, RefreshId};
use crate::clock::UnixTime;

/// The right to ask for new tokens of one account.
#[derive(Debug)]
pub struct Lease {
    taken: Taken,
    outgoing: Box<Outgoing>,
}

/// Fencing numbers do not repeat: it is the same one or another.
impl PartialEq for Lease {
    fn eq(&self, other: &Self) -> bool {
        self.taken == other.taken
    }
}

impl Eq for Lease {}

impl Lease {
    /// Whose tokens.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.taken.account
    }

    /// Names this refresh in logs.
    #[must_use]
    pub const fn refresh(&self) -> RefreshId {
        self.taken.refresh
    }

    /// The tokens to be replaced.
    #[must_use]
    pub fn version(&self) -> GrantVersion {
        self.outgoing.tokens.version
    }

    /// As they were when the lease was taken.
    #[must_use]
    pub fn tokens(&self) -> &StoredTokens {
        &self.outgoing.tokens
    }

    /// From then on somebody else may lead: nothing is to be sent to Microsoft any more.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.taken.begun_at.plus(LEASE_LIFE)
    }

    /// How many refreshes with these same tokens began before this one and have no recorded answer. More than none:
    /// Microsoft may have issued tokens that nobody has.
    #[must_use]
    pub const fn unanswered(&self) -> i64 {
        self.taken.unanswered
    }
}

/// A lease that ends later than this was given by a clock that has been put back since. It counts as over, or nobody
/// would refresh until that time comes again (F40).
const fn longest_lease(now: UnixTime) -> UnixTime {
    now.plus(2 * LEASE_LIFE)
}
