//! News that this process wrote itself. It told its own watchers when the commit was over, and need not be told again by
//! the row: that would drop copies which are newer than the news.
//!
//! Only of a commit that is known to have gone through. Where the answer was lost the row may come to be seen after
//! somebody has kept what it outdates: then it is heard like anybody's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By the ids of their rows.
#[derive(Clone, Debug, Default)]
pub(in crate::vault) struct Own(Arc<Mutex<HashMap<String, Stage>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    UnderWay,
    Committed,
}

/// What to do with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// It is to be told.
    Others,
    /// It was told.
    Ours,
    /// It is seen, and whoever wrote it does not know yet: look again.
    NotSaid,
}

impl Own {
    /// The commit of these begins. Without room nothing is noted, and they are told twice.
    pub(in crate::vault) fn begin(&self, ids: &[String]) {
        let mut own = self.own();
        if own.len() + ids.len() <= MOST {
            own.extend(ids.iter().map(|id| (id.clone(), Stage::UnderWay)));
        }
    }

    /// It is over. `went_through` is false also where nobody knows.
    pub(in crate::vault) fn end(&self, ids: &[String], went_through: bool) {
        let mut own = self.own();
        for id in ids {
            if !went_through {
                own.remove(id);
            } else if let Some(stage) = own.get_mut(id) {
                *stage = Stage::Committed;
            }
        }
    }

    /// Whose the row with this id is. What is ours is forgotten by the answer.
    pub(super) fn whose(&self, id: &str) -> Whose {
        let mut own = self.own();
        match own.get(id) {
            None => Whose::Others,
            Some(Stage::UnderWay) => Whose::NotSaid,
            Some(Stage::Committed) => {
                own.remove(id);
                Whose::Ours
            }
        }
    }

    fn own(&self) -> MutexGuard<'_, HashMap<String, Stage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kept in mind at most: what some seconds bring, and what a program writes that never listens.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// The row may be seen before its writer hears that it is there, and after its writer has given up.
    #[test]
    fn only_what_is_known_to_be_committed_is_our_own() {
        let (own, ids) = (Own::default(), ["a".to_owned(), "b".to_owned()]);
        own.begin(&ids);
        assert_eq!(own.whose("a"), Whose::NotSaid);
        assert_eq!(own.whose("c"), Whose::Others);
        own.end(&ids[..1], true);
        own.end(&ids[1..], false);
        assert_eq!(own.whose("a"), Whose::Ours);
        assert_eq!(own.whose("b"), Whose::Others);
        assert_eq!(own.whose("a"), Whose::Others, "forgotten");
    }

    #[test]
    fn who_never_listens_does_not_fill_the_memory() {
        let own = Own::default();
        for number in 0..MOST + 5 {
            let id = [number.to_string()];
            own.begin(&id);
            own.end(&id, true);
        }
        assert_eq!(own.own().len(), MOST);
    }
}
