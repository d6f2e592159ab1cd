//! How far a long operation is.

/// Told after every batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows dealt with.
    pub done: u64,
    /// Rows there were at the beginning. Others may come and go meanwhile.
    pub total: u64,
}

impl Progress {
    pub(super) const fn of(total: u64) -> Self {
        Self { done: 0, total }
    }
}
