//! Counting tests by kind, and the closing table.

use std::collections::BTreeMap;
use std::fmt;

use crate::verify::failed_tests::Failure;

/// Kinds of tests, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Inside the crates.
    Unit,
    /// Test programs beside the crates.
    Integration,
    /// Examples in documentation.
    Doc,
    /// The built npm package, run by Node.
    Wasm,
    /// Stories in a real browser.
    Browser,
    /// The core stories in Firefox and WebKit.
    OtherBrowsers,
    /// Unmodified clients of others, against the emulator.
    Clients,
    /// Examples of the npm package, built and driven in a browser.
    Examples,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Integration => "integration",
            Self::Doc => "doc",
            Self::Wasm => "wasm",
            Self::Browser => "browser",
            Self::OtherBrowsers => "other browsers",
            Self::Clients => "clients of others",
            Self::Examples => "examples",
        }
    }
}

/// How tests of one kind ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Ran and succeeded.
    pub(crate) passed: u64,
    /// Ran and failed, or were cut short.
    pub(crate) failed: u64,
    /// Did not run.
    pub(crate) skipped: u64,
}

/// What all steps came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<Kind, Count>,
    broken: Vec<String>,
    failures: Vec<Failure>,
}

impl Tally {
    /// With a row for every kind that must run at least one test.
    pub(crate) fn expecting(kinds: &[Kind]) -> Self {
        let counts = kinds.iter().map(|kind| (*kind, Count::default())).collect();
        Self {
            counts,
            ..Self::default()
        }
    }

    /// Adds tests of a kind.
    pub(crate) fn add(&mut self, kind: Kind, count: Count) {
        let sum = self.counts.entry(kind).or_default();
        sum.passed += count.passed;
        sum.failed += count.failed;
        sum.skipped += count.skipped;
    }

    /// Takes in what a step counted by itself.
    pub(crate) fn join(&mut self, other: Self) {
        for (kind, count) in other.counts {
            self.add(kind, count);
        }
        self.broken.extend(other.broken);
        self.failures.extend(other.failures);
    }

    /// Keeps what failed, in its own words.
    pub(crate) fn failed(&mut self, failures: Vec<Failure>) {
        self.failures.extend(failures);
    }

    /// Says of all that was kept that it failed in this step; of a step that kept nothing, what it said last.
    pub(crate) fn failed_in(&mut self, step: &str, last: impl FnOnce() -> Vec<String>) {
        if self.failures.is_empty() {
            self.failures.push(Failure::saying(last()));
        }
        for failure in &mut self.failures {
            failure.name = match failure.name.as_str() {
                "" => step.to_owned(),
                test => format!("{step}: {test}"),
            };
        }
    }

    /// What failed, in its own words.
    pub(crate) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Notes a step that failed for another reason than a failed test.
    pub(crate) fn broke(&mut self, step: &str) {
        self.broken.push(step.to_owned());
    }

    /// Tests that failed so far.
    pub(crate) fn failed_tests(&self) -> u64 {
        self.counts.values().map(|count| count.failed).sum()
    }

    /// Every expected kind ran, and nothing failed.
    pub(crate) fn is_good(&self) -> bool {
        self.broken.is_empty()
            && self.failed_tests() == 0
            && self.counts.values().all(|count| count.passed > 0)
    }
}

impl fmt::Display for Tally {
    /// One row a kind, then the sum as the last line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sum = Count {
            failed: self.broken.len() as u64,
            ..Count::default()
        };
        for (kind, count) in &self.counts {
            sum.passed += count.passed;
            sum.failed += count.failed;
            write!(
                f,
                "{}: {} passed, {} failed",
                kind.word(),
                count.passed,
                count.failed
            )?;
            if count.skipped > 0 {
                write!(f, ", {} skipped", count.skipped)?;
            }
            if count.passed + count.failed == 0 {
                sum.failed += 1;
                write!(f, " (none ran, which counts as one failure)")?;
            }
            writeln!(f)?;
        }
        for step in &self.broken {
            writeln!(f, "{step}: failed")?;
        }
        write!(f, "{} passed, {} failed", sum.passed, sum.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Failure, Kind, Tally};

    fn count(passed: u64, failed: u64, skipped: u64) -> Count {
        Count {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn the_last_line_is_the_sum_of_the_rows() {
        let mut tally = Tally::expecting(&[Kind::Unit, Kind::Browser]);
        tally.add(Kind::Unit, count(3, 1, 2));
        tally.add(Kind::Unit, count(4, 0, 0));
        tally.add(Kind::Browser, count(5, 0, 0));
        let shown = tally.to_string();
        assert_eq!(
            shown,
            "unit: 7 passed, 1 failed, 2 skipped\nbrowser: 5 passed, 0 failed\n12 passed, 1 failed"
        );
        assert!(!tally.is_good());
    }

    #[test]
    fn what_steps_counted_by_themselves_adds_up() {
        let mut tally = Tally::expecting(&[Kind::Unit]);
        for failed in [0, 2] {
            let mut step = Tally::default();
            step.add(Kind::Unit, count(1, failed, 0));
            step.broke("docs");
            tally.join(step);
        }
        let shown = tally.to_string();
        assert!(shown.starts_with("unit: 2 passed, 2 failed\n"), "{shown}");
        assert!(shown.ends_with("\n2 passed, 4 failed"), "{shown}");
    }

    #[test]
    fn what_failed_is_told_with_its_step_and_a_step_without_tests_by_its_last_lines() {
        let named = |name: &str| Failure {
            name: name.to_owned(),
            ..Failure::saying(Vec::new())
        };
        let mut tests = Tally::default();
        tests.failed(vec![named("a::b")]);
        tests.failed_in("Rust tests", || panic!("there is better"));
        let mut lints = Tally::default();
        lints.failed_in("clippy", || vec!["a lint".to_owned()]);
        tests.join(lints);
        let told: Vec<_> = tests.failures().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["── Rust tests: a::b", "── clippy\na lint"]);
    }

    #[test]
    fn a_kind_of_which_none_ran_is_a_failure() {
        let mut tally = Tally::expecting(&[Kind::Unit, Kind::Doc]);
        tally.add(Kind::Unit, count(1, 0, 0));
        assert!(!tally.is_good());
        assert!(tally.to_string().ends_with("\n1 passed, 1 failed"));
    }

    #[test]
    fn a_broken_step_is_a_failure_though_no_test_failed() {
        let mut tally = Tally::expecting(&[Kind::Unit]);
        tally.add(Kind::Unit, count(1, 0, 0));
        assert!(tally.is_good());
        tally.broke("clippy");
        assert!(!tally.is_good());
        assert!(
            tally
                .to_string()
                .ends_with("clippy: failed\n1 passed, 1 failed")
        );
    }
}
