//! Reading the summary at the end of `node --test`, in its spec or TAP form.

use crate::verify::rust_tests::without_colours;
use crate::verify::tally::Count;

/// Remembers how far into a summary we are: anything a test prints could look like one
/// line of it, so only the full sequence counts.
#[derive(Debug, Default)]
pub(crate) struct NodeTests {
    next: usize,
    count: Count,
}

impl NodeTests {
    /// Takes the next line; the last line of a summary gives the count.
    pub(crate) fn line(&mut self, line: &str) -> Option<Count> {
        let Some((word, number)) = summary_line(&without_colours(line)) else {
            self.next = 0;
            return None;
        };
        if word != ORDER[self.next] {
            self.next = usize::from(word == ORDER[0]);
            return None;
        }
        match word.as_str() {
            "tests" => self.count = Count::default(),
            "pass" => self.count.passed = number,
            "fail" | "cancelled" => self.count.failed += number,
            "skipped" | "todo" => self.count.skipped += number,
            _ => {}
        }
        self.next = (self.next + 1) % ORDER.len();
        (self.next == 0).then_some(self.count)
    }
}

/// `ℹ pass 3` and `# pass 3`.
fn summary_line(line: &str) -> Option<(String, u64)> {
    let rest = line
        .strip_prefix("ℹ ")
        .or_else(|| line.strip_prefix("# "))?;
    let (word, number) = rest.trim().split_once(' ')?;
    Some((word.to_owned(), number.parse().ok()?))
}

const ORDER: [&str; 7] = [
    "tests",
    "suites",
    "pass",
    "fail",
    "cancelled",
    "skipped",
    "todo",
];

#[cfg(test)]
mod tests {
    use super::NodeTests;
    use crate::verify::tally::Count;

    fn read(output: &str) -> Vec<Count> {
        let mut tests = NodeTests::default();
        output.lines().filter_map(|line| tests.line(line)).collect()
    }

    fn summary(sign: &str) -> String {
        [
            "tests 9",
            "suites 1",
            "pass 5",
            "fail 2",
            "cancelled 1",
            "skipped 1",
            "todo 0",
            "duration_ms 4.2",
        ]
        .map(|line| format!("{sign} {line}\n"))
        .concat()
    }

    #[test]
    fn both_forms_of_the_summary_are_read_and_cut_short_counts_as_failed() {
        let count = Count {
            passed: 5,
            failed: 3,
            skipped: 1,
        };
        assert_eq!(read(&summary("#")), [count]);
        assert_eq!(read(&summary("ℹ")), [count]);
        assert_eq!(
            read(&summary("\u{1b}[34mℹ").replace('\n', "\u{1b}[39m\n")),
            [count]
        );
    }

    #[test]
    fn two_summaries_are_two_counts() {
        assert_eq!(read(&(summary("ℹ") + &summary("ℹ"))).len(), 2);
    }

    #[test]
    fn a_test_that_prints_such_a_line_changes_nothing() {
        assert_eq!(read("# pass 100\n# fail 0\n"), []);
        assert_eq!(read("# tests 1\nsomething\n# pass 100\n"), []);
    }
}
