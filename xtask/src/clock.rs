//! The only file here that looks at a clock: how long a step took.

use std::fmt;
use std::time::Instant;

/// Runs from its creation.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "measures the wall time of build steps, decides nothing"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

impl fmt::Display for Stopwatch {
    /// The time passed, as `0.4 s` or `2 min 05 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_words(self.0.elapsed().as_secs_f64()))
    }
}

fn in_words(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let minutes = (seconds / 60.0).floor();
    let rest = (seconds - minutes * 60.0).floor();
    format!("{minutes:.0} min {rest:02.0} s")
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn short_times_show_tenths_and_long_ones_minutes() {
        assert_eq!(in_words(0.44), "0.4 s");
        assert_eq!(in_words(60.0), "1 min 00 s");
        assert_eq!(in_words(125.9), "2 min 05 s");
    }
}
