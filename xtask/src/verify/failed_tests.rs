//! What failed tests had to say, picked from what `cargo test` and `node --test` print: by the end of a verification it
//! stands hundreds of lines above.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::stop::Stop;
use crate::verify::rust_tests::without_colours;

/// A failed test, or what else went wrong, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The test's name; nothing if it is no test.
    pub(crate) name: String,
    /// Its own message.
    pub(crate) said: Vec<String>,
}

impl Failure {
    /// One without a name.
    pub(crate) const fn saying(said: Vec<String>) -> Self {
        let name = String::new();
        Self { name, said }
    }
}

impl fmt::Display for Failure {
    /// Its name, then so much of its words that others are seen as well.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "── {}", self.name)?;
        for line in self.said.iter().take(LONGEST) {
            write!(f, "\n{line}")?;
        }
        if self.said.len() > LONGEST {
            write!(f, "\n… and more, see above")?;
        }
        Ok(())
    }
}

/// What a step said last: all there is of one that fails for another reason than a test.
#[derive(Debug, Default)]
pub(crate) struct LastLines(Mutex<VecDeque<String>>);

impl LastLines {
    /// Keeps a line, and forgets one that is too long ago.
    pub(crate) fn note(&self, line: &str) {
        let mut lines = self.lock();
        if lines.len() == LAST {
            lines.pop_front();
        }
        lines.push_back(without_colours(line));
    }

    /// They, and why the step stopped.
    pub(crate) fn and(&self, stop: &Stop) -> Vec<String> {
        let lines = self.lock();
        lines.iter().cloned().chain([stop.to_string()]).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const LONGEST: usize = 60;
const LAST: usize = 30;

/// Reads the sections `---- name stdout ----` between a test program's first line `failures:` and its second.
#[derive(Debug, Default)]
pub(crate) struct FailedRustTests {
    inside: bool,
    failures: Vec<Failure>,
}

impl FailedRustTests {
    /// Takes the next line.
    pub(crate) fn line(&mut self, line: &str) {
        let line = without_colours(line);
        if line == "failures:" {
            self.inside = !self.inside;
        } else if line.starts_with("test result: ") {
            self.inside = false;
        } else if self.inside {
            match (name(&line), self.failures.last_mut()) {
                (Some(name), _) => self.failures.push(Failure {
                    name: name.to_owned(),
                    said: Vec::new(),
                }),
                (None, Some(failure)) => failure.said.push(line),
                (None, None) => {}
            }
        }
    }

    /// All of them so far, each with what it said itself.
    pub(crate) fn all(self) -> Vec<Failure> {
        let own = |Failure { name, said }| {
            let said = own_words(&name, &said);
            Failure { name, said }
        };
        self.failures.into_iter().map(own).collect()
    }
}

/// Reads what follows the line `failing tests:` at the end of `node --test`, in its spec form: `test at …`, and its message.
#[derive(Debug, Default)]
pub(crate) struct FailedNodeTests {
    inside: bool,
    failures: Vec<Failure>,
}

impl FailedNodeTests {
    /// Takes the next line.
    pub(crate) fn line(&mut self, line: &str) {
        let line = without_colours(line);
        self.inside |= line.trim() == "✖ failing tests:";
        if !self.inside || line.is_empty() || is_frame_of_node(&line) {
            return;
        }
        match (line.strip_prefix("test at "), self.failures.last_mut()) {
            (Some(place), _) => self.failures.push(Failure {
                name: place.to_owned(),
                said: Vec::new(),
            }),
            (None, Some(failure)) => failure.said.push(line),
            (None, None) => {}
        }
    }

    /// All of them so far.
    pub(crate) fn all(self) -> Vec<Failure> {
        self.failures
    }
}

fn is_frame_of_node(line: &str) -> bool {
    line.trim_start().starts_with("at ") && line.contains("node:")
}

/// `---- name stdout ----`, and without its second word where the program does not keep what tests print.
fn name(line: &str) -> Option<&str> {
    let name = line.strip_prefix("---- ")?.strip_suffix(" ----")?;
    Some(name.strip_suffix(" stdout").unwrap_or(name))
}

/// Without backtraces; and of several threads that broke off only the test's own, if it is among them.
fn own_words(test: &str, said: &[String]) -> Vec<String> {
    let (mut all, mut own) = (Vec::new(), Vec::new());
    let (mut is_own, mut is_trace) = (false, false);
    for line in said {
        if let Some(thread) = thread(line) {
            is_own = thread == test;
            is_trace = false;
        } else if line.starts_with("stack backtrace:") {
            is_trace = true;
        } else if !line.starts_with(char::is_whitespace) {
            is_trace = false;
        }
        if !is_trace && !line.starts_with("note: ") {
            all.push(line.clone());
            if is_own {
                own.push(line.clone());
            }
        }
    }
    let mut words = if own.is_empty() { all } else { own };
    while words.last().is_some_and(String::is_empty) {
        words.pop();
    }
    words
}

/// Of `thread 'name' (123) panicked at …` the name.
fn thread(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix("thread '")?.split_once('\'')?;
    rest.contains("panicked at").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{FailedNodeTests, FailedRustTests, Failure};

    fn failure(name: &str, said: &[&str]) -> Failure {
        Failure {
            name: name.to_owned(),
            said: said.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    #[test]
    fn each_failed_test_is_told_by_its_own_panic_without_backtraces_and_other_threads() {
        let output = "\
test a::b ... FAILED

failures:

---- a::b stdout ----

thread 'tokio-rt-worker' (8) panicked at src/transport.rs:1:2:
no answer
stack backtrace:
   0: begin
             at /src/x.rs:1:2

thread 'a::b' (7) panicked at tests/a.rs:3:4:
assertion `left == right` failed
  left: 1
 right: 2
stack backtrace:
   0: begin
note: Some details are omitted

---- c stdout ----
Error: no file

failures:
    a::b
    c

test result: FAILED. 0 passed; 2 failed
failures:

---- sqlite::d ----
I4: refreshes

test result: FAILED. 0 passed; 1 failed
";
        let mut tests = FailedRustTests::default();
        output.lines().for_each(|line| tests.line(line));
        let panicked = [
            "thread 'a::b' (7) panicked at tests/a.rs:3:4:",
            "assertion `left == right` failed",
            "  left: 1",
            " right: 2",
        ];
        assert_eq!(
            tests.all(),
            [
                failure("a::b", &panicked),
                failure("c", &["Error: no file"]),
                failure("sqlite::d", &["I4: refreshes"]),
            ]
        );
    }

    #[test]
    fn what_node_says_of_failing_tests_is_kept_without_frames_of_its_own() {
        let output = "\
✖ a story (3ms)
ℹ fail 1

\u{1b}[31m✖ failing tests:\u{1b}[39m

test at stories/a.test.js:1:1
✖ a story (3ms)
  AssertionError: no button
      at file:///a.test.js:3:4
      at async Test.run (node:internal/test_runner/test:1:2)
";
        let mut tests = FailedNodeTests::default();
        output.lines().for_each(|line| tests.line(line));
        let said = [
            "✖ a story (3ms)",
            "  AssertionError: no button",
            "      at file:///a.test.js:3:4",
        ];
        assert_eq!(tests.all(), [failure("stories/a.test.js:1:1", &said)]);
        assert_eq!(FailedNodeTests::default().all(), []);
    }
}
