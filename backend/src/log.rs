//! The log: one event a line to standard error, escaped, without secrets, addresses or query strings (L1–L6, L13).

use std::io;

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}

/// Begins to log what `filter` lets through (`info`, or `connect_outlook_backend=debug,warn`), and says where a panic
/// happened instead of what it said.
///
/// # Errors
/// [`ParseError`] for a filter that is none.
pub fn start(format: LogFormat, filter: &str) -> Result<(), ParseError> {
    let filtered = registry().with(filter.parse::<Targets>()?);
    let lines = layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        // It would tell of a log that cannot be written by writing to it, and panic.
        .log_internal_errors(false);
    // A program that logs already keeps its way.
    let _ = match format {
        LogFormat::Text => filtered.with(lines).try_init(),
        LogFormat::Json => filtered.with(lines.json().flatten_event(true)).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panic");
    }));
    Ok(())
}
