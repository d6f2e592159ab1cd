//! Dice that fall the same way in every run.

use crate::graph::store::Uid;

/// A stream of numbers fixed by its seed (SplitMix64). For believable variety, not for secrets.
#[derive(Clone, Debug)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// Dice for the thing that `uid` names.
    pub(super) fn seeded(uid: &Uid) -> Self {
        let fold = |state: u64, byte: &u8| state.rotate_left(8) ^ u64::from(*byte);
        Self {
            state: uid.as_bytes().iter().fold(0, fold),
        }
    }

    /// A number from 0 to `sides` - 1; 0 if there are no sides.
    pub(super) fn below(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % sides).unwrap_or(0)
    }

    /// A number of seconds from `least` to `most`.
    pub(super) fn seconds(&mut self, least: i64, most: i64) -> i64 {
        let spread = usize::try_from(most - least).unwrap_or(0) + 1;
        least + i64::try_from(self.below(spread)).unwrap_or(0)
    }

    /// True `percent` times out of a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Puts `things` into another order.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for end in (1..things.len()).rev() {
            things.swap(end, self.below(end + 1));
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Uid};

    #[test]
    fn the_same_seed_rolls_the_same_numbers() {
        let roll = |name: &[u8]| {
            let mut dice = Dice::seeded(&Uid::derived(&[name]));
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(roll(b"ada"), roll(b"ada"));
        assert_ne!(roll(b"ada"), roll(b"grace"));
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut things: Vec<usize> = (0..30).collect();
        Dice::seeded(&Uid::derived(&[b"x"])).shuffle(&mut things);
        assert_ne!(things, (0..30).collect::<Vec<_>>());
        things.sort_unstable();
        assert_eq!(things, (0..30).collect::<Vec<_>>());
    }
}
