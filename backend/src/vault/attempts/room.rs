//! How many attempts may begin before the open ones are counted again (D4): a count reads an index of all of them, and
//! costs more than the rest of a beginning once there are thousands.

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::UnixTime;

/// Copies share it.
#[derive(Clone, Debug, Default)]
pub(in crate::vault) struct Room(Arc<Mutex<Known>>);

/// How the next attempt begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// There is room.
    Freely,
    /// There may be none: its own statement counts.
    Counted,
    /// Once it is known how many are open.
    NotKnown,
}

#[derive(Debug, Default)]
struct Known {
    /// The cap that was counted against, and when.
    of_all: u32,
    since: Option<UnixTime>,
    /// So many may begin [freely](Next::Freely), and so many [counted](Next::Counted) after them, until it is counted again.
    freely: u32,
    counted: u32,
}

impl Room {
    /// For one that begins now.
    pub(super) fn next(&self, of_all: u32, now: UnixTime) -> Next {
        let mut known = self.known();
        let is_new = |since| (0..GOOD_FOR).contains(&now.since(since));
        if known.of_all != of_all || !known.since.is_some_and(is_new) {
            return Next::NotKnown;
        }
        if known.freely > 0 {
            known.freely -= 1;
            Next::Freely
        } else if known.counted > 0 {
            known.counted -= 1;
            Next::Counted
        } else {
            Next::NotKnown
        }
    }

    /// So many are open.
    pub(super) fn counted(&self, open: u32, of_all: u32, now: UnixTime) {
        let freely = of_all.saturating_sub(open) / SHARES;
        *self.known() = Known {
            of_all,
            since: Some(now),
            freely,
            // Where there is room the next count finds more of it.
            counted: if freely == 0 { SHARES } else { 0 },
        };
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of the room that a count finds this process gives out one share. Where no more processes than this share a vault, all of
/// them together stay within the cap.
const SHARES: u32 = 16;
/// Seconds. The others fill the vault meanwhile.
const GOOD_FOR: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_790_000_000);

    fn many(room: &Room, now: UnixTime) -> Vec<Next> {
        (0..1_000)
            .map(|_| room.next(10_000, now))
            .take_while(|next| *next != Next::NotKnown)
            .collect()
    }

    #[test]
    fn nothing_is_known_at_first_nor_of_another_cap_nor_for_long() {
        let room = Room::default();
        assert_eq!(room.next(10_000, NOW), Next::NotKnown);
        room.counted(0, 10_000, NOW);
        assert_eq!(room.next(9_999, NOW), Next::NotKnown);
        assert_eq!(room.next(10_000, NOW.plus(59)), Next::Freely);
        assert_eq!(room.next(10_000, NOW.plus(60)), Next::NotKnown);
        assert_eq!(room.next(10_000, NOW.plus(-1)), Next::NotKnown);
    }

    /// D4: sixteen processes that counted in the same moment leave the cap whole.
    #[test]
    fn each_process_gives_out_its_share() {
        for open in [0, 5_000, 9_984, 9_985, 10_000, 10_001] {
            let room = Room::default();
            room.counted(open, 10_000, NOW);
            let begun = many(&room, NOW);
            let freely = begun.iter().filter(|next| **next == Next::Freely).count() as u32;
            assert!(
                open.max(10_000) >= open + 16 * freely,
                "{freely} beside {open}"
            );
            let counted = begun.len() as u32 - freely;
            assert_eq!(
                counted,
                if freely == 0 { 16 } else { 0 },
                "{freely} beside {open}"
            );
        }
    }
}
