//! One round of a client, and its pages.

use super::{options::Options, state::Position};
use crate::graph::notifications::ChangeType;

/// A round, and where in it a page begins.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// It tells what changed after this; everything if there is nothing before it.
    pub(crate) since: Option<u64>,
    /// And up to this.
    pub(crate) until: u64,
    /// Where the round before ended.
    began: Option<u64>,
    after: Option<Rank>,
    told: usize,
}

/// Something a round may have to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<T> {
    /// Its place in the round.
    pub(crate) rank: Rank,
    /// What happened to it.
    pub(crate) kind: ChangeType,
    /// The thing.
    pub(crate) thing: T,
}

/// The order of a round: what is there before what is gone, and then by two numbers. It does not change for something that
/// is there, so that pages neither repeat nor leave out anything when the mailbox changes between them.
pub(crate) type Rank = (bool, i64, i64);

/// A page of a round.
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// What it tells.
    pub(crate) entries: Vec<Candidate<T>>,
    /// Where the client stands after it.
    pub(crate) position: Position,
}

impl Round {
    /// The first round, of a mailbox whose journal is at `now`.
    pub(crate) fn first(now: u64) -> Self {
        Self {
            since: None,
            until: now,
            began: None,
            after: None,
            told: 0,
        }
    }

    /// The round that goes on from `position`; once more with what the last one told, if that is wanted (E51).
    pub(crate) fn from(position: &Position, now: u64, replays: bool) -> Self {
        match *position {
            Position::Within {
                since,
                began,
                until,
                after,
                told,
            } => Self {
                since,
                until,
                began,
                after: Some(after),
                told,
            },
            Position::Done { until, began } => Self {
                since: began.filter(|_| replays).or(Some(until)),
                until: now,
                began: Some(until),
                after: None,
                told: 0,
            },
        }
    }

    /// The page of `length` things at most that comes next.
    pub(crate) fn page<T>(
        &self,
        mut candidates: Vec<Candidate<T>>,
        options: &Options,
        length: usize,
    ) -> Page<T> {
        let is_first = self.since.is_none();
        candidates.retain(|candidate| {
            self.after.is_none_or(|after| candidate.rank > after)
                && (is_first || options.wants(candidate.kind))
        });
        candidates.sort_by_key(|candidate| candidate.rank);
        let room = options.most().saturating_sub(self.told);
        candidates.truncate(room);
        let is_last = candidates.len() <= length;
        candidates.truncate(length);
        let position = match candidates.last() {
            Some(last) if !is_last => Position::Within {
                since: self.since,
                began: self.began,
                until: self.until,
                after: last.rank,
                told: self.told + candidates.len(),
            },
            _ => Position::Done {
                until: self.until,
                began: self.began,
            },
        };
        Page {
            entries: candidates,
            position,
        }
    }
}
