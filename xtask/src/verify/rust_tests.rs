//! Reading what `cargo test` prints, line by line.

use crate::verify::tally::{Count, Kind};

/// Remembers which kind of test program runs at the moment.
#[derive(Debug, Default)]
pub(crate) struct RustTests {
    running: Option<Kind>,
}

impl RustTests {
    /// Takes the next line; a line that closes a test program gives its count.
    pub(crate) fn line(&mut self, line: &str) -> Option<(Kind, Count)> {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(program) = line.strip_prefix("Running ") {
            let unit = program.starts_with("unittests ");
            self.running = Some(if unit { Kind::Unit } else { Kind::Integration });
        } else if line.starts_with("Doc-tests ") {
            self.running = Some(Kind::Doc);
        } else if let Some(result) = line.strip_prefix("test result: ") {
            return Some((self.running?, count(result)));
        }
        None
    }
}

/// Reads `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; …`.
fn count(result: &str) -> Count {
    let number = |word: &str| {
        let part = result
            .split([';', '.'])
            .find_map(|part| part.trim().strip_suffix(word));
        part.and_then(|number| number.trim().parse().ok())
            .unwrap_or(0)
    };
    Count {
        passed: number("passed"),
        failed: number("failed"),
        skipped: number("ignored"),
    }
}

/// The line without terminal colours, which cargo and Node add on request.
pub(crate) fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut parts = line.split("\u{1b}[");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let after = part
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or("", |end| &part[end + 1..]);
        plain.push_str(after);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{RustTests, without_colours};
    use crate::verify::tally::{Count, Kind};

    fn read(output: &str) -> Vec<(Kind, Count)> {
        let mut tests = RustTests::default();
        output.lines().filter_map(|line| tests.line(line)).collect()
    }

    #[test]
    fn every_kind_is_counted_where_it_ran() {
        let output = "\
   Compiling x v0.1.0 (/x)
     Running unittests src/lib.rs (target/debug/deps/x-1)
running 2 tests
test a ... ok
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
     Running tests/stories.rs (target/debug/deps/stories-2)
test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s
   Doc-tests x
test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
";
        let count = |passed, failed, skipped| Count {
            passed,
            failed,
            skipped,
        };
        assert_eq!(
            read(output),
            [
                (Kind::Unit, count(2, 0, 0)),
                (Kind::Integration, count(3, 1, 2)),
                (Kind::Doc, count(5, 0, 0)),
            ]
        );
    }

    #[test]
    fn colours_do_not_hide_a_result() {
        let output = "\u{1b}[1m\u{1b}[32m     Running\u{1b}[0m unittests src/main.rs (t)\n\
            test result: \u{1b}[31mFAILED\u{1b}[0m. 0 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            read(output),
            [(
                Kind::Unit,
                Count {
                    failed: 4,
                    ..Count::default()
                }
            )]
        );
    }

    #[test]
    fn colour_codes_cut_short_do_no_harm() {
        assert_eq!(without_colours("a\u{1b}[3"), "a");
    }
}
