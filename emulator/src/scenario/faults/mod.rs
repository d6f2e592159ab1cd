//! Faults of single requests: slow, refused, garbled or broken off, whatever the emulated Microsoft would have said.

mod answers;
mod rewrite;
mod spoil;

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

pub(crate) use spoil::{Ending, spoil_answer, spoil_connection};

use super::{ScenarioName, Target, who::Seen};
use tokio::sync::Notify;

use crate::{lock::lock, tokens::Moment};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FaultKind {
    /// The request waits this long before anything else.
    Delay {
        /// How long.
        milliseconds: u64,
    },
    /// An answer of this status in the JSON of the endpoint, without processing.
    Status {
        /// HTTP status, 400 to 599.
        status: u16,
        /// `Retry-After` in seconds, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<i64>,
    },
    /// The same, with `Retry-After` as an HTTP date instead of seconds.
    StatusUntil {
        /// HTTP status, 400 to 599.
        status: u16,
        /// Seconds from now until the date.
        retry_after: i64,
    },
    /// An answer of this status with a page of HTML, without processing.
    Html {
        /// HTTP status, 400 to 599.
        status: u16,
    },
    /// The connection breaks before the request is processed.
    ResetBefore,
    /// The connection breaks after it was processed and before the answer.
    ResetAfter,
    /// The answer breaks off in its middle.
    Truncate,
    /// The answer's head comes at once, half of its body too, and the rest this much later.
    SlowBody {
        /// How long the second half takes.
        milliseconds: u64,
    },
    /// The request waits, in flight, until this fault is removed; without being processed.
    Hold,
    /// A refusal carries an AADSTS number that nobody knows, and no `error_uri`.
    UnknownNumber,
    /// A refusal is worded otherwise.
    ChangedProse,
    /// A refusal carries no `error_uri`.
    WithoutErrorUri,
    /// Graph no longer knows a delta token (410).
    DeltaGone,
}

impl FaultKind {
    /// Whether its numbers make sense.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Status { status, .. }
            | Self::StatusUntil { status, .. }
            | Self::Html { status } => (400..=599).contains(status),
            Self::Delay { milliseconds } | Self::SlowBody { milliseconds } => {
                *milliseconds <= LONGEST_DELAY
            }
            _ => true,
        }
    }
}

/// Ten minutes.
const LONGEST_DELAY: u64 = 600_000;

/// A fault, and the requests it spoils.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Part of the paths it is about; empty for all.
    pub path: String,
    /// Part of the queries it is about; empty for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Whose requests: told by tokens, codes, `login_hint` and client ids in them.
    #[serde(flatten)]
    pub target: Target,
    /// How many requests are still to be spoiled; none for all until it is removed.
    pub times: Option<u32>,
}

impl Fault {
    /// A fault of the next request to a path with `path` in it, whoever sends it.
    pub fn next(kind: FaultKind, path: &str) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            query: String::new(),
            target: Target::default(),
            times: Some(1),
        }
    }

    fn concerns(&self, seen: &Seen) -> bool {
        self.times != Some(0)
            && seen.path.contains(&self.path)
            && seen.query.contains(&self.query)
            && self
                .target
                .covers(seen.person.as_ref(), seen.client_id.as_ref())
    }
}

/// A fault that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetFault {
    /// Its number, to remove it by.
    pub id: u64,
    /// The scenario that set it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ScenarioName>,
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
}

/// What goes wrong with one request.
#[derive(Debug, Default)]
struct Struck {
    kinds: Vec<FaultKind>,
    /// Faults whose removal it waits for.
    held_by: Vec<u64>,
}

/// All faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    set: Mutex<Vec<SetFault>>,
    /// Tells those who wait that a fault was removed.
    removed: Notify,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault, name: Option<ScenarioName>) -> SetFault {
        let set = SetFault {
            id: Moment::next().number(),
            name,
            fault,
        };
        lock(&self.set).push(set.clone());
        set
    }

    pub(crate) fn all(&self) -> Vec<SetFault> {
        lock(&self.set).clone()
    }

    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut set = lock(&self.set);
        let before = set.len();
        set.retain(|fault| fault.id != id);
        self.removed.notify_waiters();
        set.len() < before
    }

    pub(crate) fn clear(&self) {
        lock(&self.set).clear();
        self.removed.notify_waiters();
    }

    /// Waits until none of these is set any more.
    async fn until_removed(&self, ids: &[u64]) {
        loop {
            // Listening begins before looking, so that no removal is missed in between.
            let removed = self.removed.notified();
            tokio::pin!(removed);
            removed.as_mut().enable();
            if !lock(&self.set).iter().any(|fault| ids.contains(&fault.id)) {
                return;
            }
            removed.await;
        }
    }

    /// Whether none is set, so that nobody needs to ask who sends a request.
    fn is_empty(&self) -> bool {
        lock(&self.set).is_empty()
    }

    /// What goes wrong with this request. Each fault that does has one request less to spoil.
    fn strike(&self, seen: &Seen) -> Struck {
        let mut set = lock(&self.set);
        let mut struck = Struck::default();
        for fault in set
            .iter_mut()
            .filter(|candidate| candidate.fault.concerns(seen))
        {
            struck.kinds.push(fault.fault.kind.clone());
            if fault.fault.kind == FaultKind::Hold {
                struck.held_by.push(fault.id);
            }
            fault.fault.times = fault.fault.times.map(|left| left.saturating_sub(1));
        }
        // What holds requests stays until somebody lets them go.
        set.retain(|fault| fault.fault.times != Some(0) || fault.fault.kind == FaultKind::Hold);
        struck
    }
}
