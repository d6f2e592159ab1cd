//! How a command ends, for people and for scripts.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Why a command did not do what it was asked: one sentence, causes included.
#[derive(Debug)]
pub(super) struct Failure(String);

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All is well.
    Good,
    /// It found something that somebody should look at, and has said so.
    Findings,
}

impl Failure {
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    /// Causes are added unless the error's own sentence ends with them.
    fn from(error: E) -> Self {
        let mut sentence = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !sentence.ends_with(&text) {
                // Writing to a string does not fail.
                let _ = write!(sentence, ": {text}");
            }
            cause = error.source();
        }
        Self(sentence.replace('\n', " "))
    }
}

pub(super) fn exit_code(ended: Result<Ending, Failure>) -> ExitCode {
    match ended {
        Ok(Ending::Good) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(3),
        Err(Failure(sentence)) => {
            tell(&format!("connect-outlook: {sentence}"));
            ExitCode::FAILURE
        }
    }
}

/// A line of what was asked for. Whoever closed standard output does not want it.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// A line about it, for the person at the terminal.
pub(super) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the file does not open")]
    struct Outer(#[source] io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("the file does not open: {0}")]
    struct Telling(#[source] io::Error);

    #[test]
    fn a_cause_is_told_once() {
        let broken = || io::Error::other("broken\ndisk");
        for failure in [
            Failure::from(Outer(broken())),
            Failure::from(Telling(broken())),
        ] {
            assert_eq!(failure.0, "the file does not open: broken disk");
        }
    }
}
