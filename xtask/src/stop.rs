//! The one way a command ends early: a sentence for the person at the keyboard.

use std::fmt;

/// Why a command cannot go on, in one sentence that also says what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stop(String);

impl Stop {
    /// A stop with this sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns any failure into a [`Stop`] that says what was being done.
pub(crate) trait OrStop<T> {
    /// The value, or a stop reading "`doing`: `cause`".
    fn or_stop(self, doing: impl FnOnce() -> String) -> Result<T, Stop>;
}

impl<T, E: fmt::Display> OrStop<T> for Result<T, E> {
    fn or_stop(self, doing: impl FnOnce() -> String) -> Result<T, Stop> {
        self.map_err(|cause| Stop::new(format!("{}: {cause}", doing())))
    }
}
