//! How far a long step is: a line that rewrites itself on a terminal, a line every tenth of the way elsewhere.

use std::io::{self, IsTerminal as _, Write as _};

use crate::vault::Progress;

/// Tells about one step.
pub(super) struct Bar {
    what: &'static str,
    terminal: bool,
    /// Tenths told so far.
    told: u64,
}

impl Bar {
    /// `what` is done to rows: "verified", "written".
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            what,
            terminal: io::stderr().is_terminal(),
            told: 0,
        }
    }

    /// To be called as often as one likes.
    pub(super) fn tell(&mut self, progress: Progress) {
        if let Some(line) = self.line(progress) {
            // Whoever closed standard error does not want to know.
            let _ = write!(io::stderr(), "{line}");
        }
    }

    fn line(&mut self, progress: Progress) -> Option<String> {
        let Progress { done, total } = progress;
        let total = total.max(done);
        let tenths = (done * 10).checked_div(total).unwrap_or(10);
        let line = format!("{} {done} of {total}", self.what);
        if self.terminal {
            let end = if done == total { "\n" } else { "" };
            return Some(format!("\r{line}{end}"));
        }
        let further = tenths > self.told;
        self.told = tenths;
        further.then(|| format!("{line}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(terminal: bool) -> Bar {
        Bar {
            what: "verified",
            terminal,
            told: 0,
        }
    }

    #[test]
    fn a_log_gets_at_most_ten_lines() {
        let mut bar = bar(false);
        let lines: Vec<_> = (0..=1_000)
            .filter_map(|done| bar.line(Progress { done, total: 1_000 }))
            .collect();
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[9], "verified 1000 of 1000\n");
    }

    #[test]
    fn a_terminal_sees_every_step_on_one_line() {
        let mut bar = bar(true);
        let line = bar.line(Progress { done: 1, total: 2 });
        assert_eq!(line.unwrap(), "\rverified 1 of 2");
        let line = bar.line(Progress { done: 2, total: 2 });
        assert_eq!(line.unwrap(), "\rverified 2 of 2\n");
    }

    /// Rows come while they are counted.
    #[test]
    fn more_than_was_there_is_no_trouble() {
        let more = Progress { done: 3, total: 2 };
        assert_eq!(bar(false).line(more).unwrap(), "verified 3 of 3\n");
        assert_eq!(
            bar(false).line(Progress::default()).unwrap(),
            "verified 0 of 0\n"
        );
    }
}
