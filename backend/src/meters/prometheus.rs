//! What was counted, in Prometheus' text format: counters, gauges, and histograms of durations.
//!
//! Written here because the exporter of the field brings thirty crates, among them a third generation of random numbers,
//! for what is a map and a few lines of text.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::durations::Durations;
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Metadata, Recorder, SharedString, Unit,
};

/// All that was counted. Copies count together.
#[derive(Clone, Debug, Default)]
pub struct Meters(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    descriptions: HashMap<String, SharedString>,
    /// By name, in the order of the alphabet.
    counters: BTreeMap<String, Vec<Series>>,
    gauges: BTreeMap<String, Vec<Series>>,
    durations: BTreeMap<String, Vec<Series<Durations>>>,
}

/// One name with one set of labels.
#[derive(Debug)]
struct Series<T = AtomicU64> {
    labels: Vec<Label>,
    /// A whole number for a counter, the bits of a floating one for a gauge.
    value: Arc<T>,
}

impl Meters {
    /// All of it as text.
    #[must_use]
    pub fn render(&self) -> String {
        let inside = self.inside();
        let mut text = String::new();
        let whole = |value: u64| value.to_string();
        let float = |value: u64| number(f64::from_bits(value));
        for (name, series) in &inside.counters {
            inside.write(&mut text, name, "counter", series, whole);
        }
        for (name, series) in &inside.gauges {
            inside.write(&mut text, name, "gauge", series, float);
        }
        for (name, all) in &inside.durations {
            inside.head(&mut text, name, "histogram");
            for series in all {
                series.value.write(&mut text, name, &series.labels());
            }
        }
        text
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, description: SharedString) {
        let name = name.as_str().to_owned();
        self.inside().descriptions.insert(name, description);
    }
}

impl Inside {
    fn write(
        &self,
        text: &mut String,
        name: &str,
        kind: &str,
        all: &[Series],
        show: impl Fn(u64) -> String,
    ) {
        self.head(text, name, kind);
        for series in all {
            let labels = match series.labels() {
                labels if labels.is_empty() => labels,
                labels => format!("{{{labels}}}"),
            };
            let value = show(series.value.load(Ordering::Acquire));
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }

    fn head(&self, text: &mut String, name: &str, kind: &str) {
        if let Some(description) = self.descriptions.get(name) {
            // Writing to a string does not fail, here and below.
            let _ = writeln!(text, "# HELP {name} {description}");
        }
        let _ = writeln!(text, "# TYPE {name} {kind}");
    }
}

impl<T> Series<T> {
    /// As they are written between braces.
    fn labels(&self) -> String {
        let labels: Vec<_> = self.labels.iter().map(shown).collect();
        labels.join(",")
    }
}

fn find<T: Default>(all: &mut BTreeMap<String, Vec<Series<T>>>, key: &Key) -> Arc<T> {
    let series = all.entry(key.name().to_owned()).or_default();
    let known = series
        .iter()
        .find(|series| series.labels.iter().eq(key.labels()));
    if let Some(known) = known {
        return Arc::clone(&known.value);
    }
    let value = Arc::new(T::default());
    series.push(Series {
        labels: key.labels().cloned().collect(),
        value: Arc::clone(&value),
    });
    value
}

fn shown(label: &Label) -> String {
    let value = label
        .value()
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('\n', r"\n");
    format!("{}=\"{value}\"", label.key())
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => value.to_string(),
    }
}

impl Recorder for Meters {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&name, description);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&name, description);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&name, description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(find(&mut self.inside().counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(find(&mut self.inside().gauges, key))
    }

    /// Those of libraries are not kept: they may be of anything but seconds.
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        if !key.name().starts_with(OURS) {
            return Histogram::noop();
        }
        Histogram::from_arc(find(&mut self.inside().durations, key))
    }
}

const OURS: &str = "connect_outlook_";

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Prometheus' own page on its text format.
    #[test]
    fn text_and_numbers_are_written_as_prometheus_reads_them() {
        let meters = Meters::default();
        metrics::with_local_recorder(&meters, || {
            let path = r"C:\DIR\FILE.TXT";
            let error = "Cannot find file:\n\"FILE.TXT\"";
            metrics::gauge!("msdos_file_access_time_seconds", "path" => path, "error" => error)
                .set(1.458_255_915e9);
            metrics::gauge!("something_weird", "problem" => "division by zero").set(f64::INFINITY);
            metrics::gauge!("nothing").set(f64::NAN);
            metrics::counter!("metric_without_timestamp_and_labels").increment(12);
            metrics::histogram!("left_out").record(1.0);
        });
        let expected = [
            "# TYPE metric_without_timestamp_and_labels counter",
            "metric_without_timestamp_and_labels 12",
            "# TYPE msdos_file_access_time_seconds gauge",
            r#"msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1458255915"#,
            "# TYPE nothing gauge",
            "nothing NaN",
            "# TYPE something_weird gauge",
            r#"something_weird{problem="division by zero"} +Inf"#,
        ];
        assert_eq!(meters.render().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_same_labels_are_the_same_series() {
        let meters = Meters::default();
        metrics::with_local_recorder(&meters, || {
            for status in ["200", "503", "200"] {
                metrics::counter!("answers", "status" => status).increment(1);
            }
        });
        let text = meters.render();
        assert!(text.contains("answers{status=\"200\"} 2"), "{text}");
        assert!(text.contains("answers{status=\"503\"} 1"), "{text}");
    }
}
