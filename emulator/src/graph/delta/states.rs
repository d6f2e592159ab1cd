//! Which sync states are still good.

use std::{collections::HashMap, sync::Mutex};

use crate::{lock::lock, world::PersonId};

/// The generation of everybody's sync states; those of an older one are no longer known (E50).
#[derive(Debug, Default)]
pub(crate) struct SyncStates {
    generations: Mutex<HashMap<PersonId, u64>>,
}

impl SyncStates {
    /// The generation of sync states made now for the mailbox of `owner`.
    pub(crate) fn generation(&self, owner: &PersonId) -> u64 {
        lock(&self.generations).get(owner).copied().unwrap_or(FIRST)
    }

    /// Forgets all sync states made so far for the mailbox of `owner`.
    pub(crate) fn forget(&self, owner: &PersonId) {
        let next = self.generation(owner) + 1;
        lock(&self.generations).insert(owner.clone(), next);
    }
}

const FIRST: u64 = 1;
