//! How many took at most so long. From that whoever watches computes what one in a hundred waits (p99), over any time and any
//! number of processes.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::HistogramFn;

/// The durations recorded under one name with one set of labels.
#[derive(Debug, Default)]
pub(super) struct Durations {
    /// Those up to each of [`BOUNDS`] and above the one before; the last are longer than all.
    counts: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl HistogramFn for Durations {
    /// `value` is in seconds.
    fn record(&self, value: f64) {
        let place = BOUNDS.iter().position(|bound| value <= *bound);
        // A place is never beyond the last.
        if let Some(count) = self.counts.get(place.unwrap_or(BOUNDS.len())) {
            count.fetch_add(1, Ordering::AcqRel);
        }
        let microseconds = microseconds(value);
        self.microseconds.fetch_add(microseconds, Ordering::AcqRel);
    }
}

impl Durations {
    /// As Prometheus reads a histogram. `labels` are as they are written, without braces.
    pub(super) fn write(&self, text: &mut String, name: &str, labels: &str) {
        let (comma, mut so_far) = (if labels.is_empty() { "" } else { "," }, 0);
        let bounds = BOUNDS.iter().map(ToString::to_string);
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&self.counts) {
            so_far += count.load(Ordering::Acquire);
            // Writing to a string does not fail, here and below.
            let _ = writeln!(
                text,
                "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {so_far}"
            );
        }
        let microseconds = self.microseconds.load(Ordering::Acquire);
        let braced = match labels {
            "" => String::new(),
            labels => format!("{{{labels}}}"),
        };
        let (whole, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
        let _ = writeln!(text, "{name}_sum{braced} {whole}.{rest:06}");
        let _ = writeln!(text, "{name}_count{braced} {so_far}");
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is negative or no number counts as nothing, what is too long as the longest"
)]
fn microseconds(seconds: f64) -> u64 {
    (seconds * 1e6).round() as u64
}

/// Seconds. Nobody waits longer than the last but one for a turn of all, or than the last for one of a mailbox.
const BOUNDS: [f64; 14] = [
    0.0, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 30.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// D13: what one in a hundred waits can be read off.
    #[test]
    fn each_bound_counts_all_that_took_no_longer() {
        let durations = Durations::default();
        for value in [0.0, 0.0, 0.001, 0.3, 0.5, 40.0, f64::NAN, -1.0] {
            durations.record(value);
        }
        let mut text = String::new();
        durations.write(&mut text, "waits", "queue=\"mailbox\"");
        for line in [
            "waits_bucket{queue=\"mailbox\",le=\"0\"} 3",
            "waits_bucket{queue=\"mailbox\",le=\"0.001\"} 4",
            "waits_bucket{queue=\"mailbox\",le=\"0.25\"} 4",
            "waits_bucket{queue=\"mailbox\",le=\"0.5\"} 6",
            "waits_bucket{queue=\"mailbox\",le=\"30\"} 6",
            "waits_bucket{queue=\"mailbox\",le=\"+Inf\"} 8",
            "waits_sum{queue=\"mailbox\"} 40.801000",
            "waits_count{queue=\"mailbox\"} 8",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line}\n{text}"
            );
        }
        text.clear();
        durations.write(&mut text, "waits", "");
        assert!(text.starts_with("waits_bucket{le=\"0\"} 3\n"), "{text}");
        assert!(text.ends_with("waits_sum 40.801000\nwaits_count 8\n"));
    }
}
