//! Everything this process logs, at the finest level, kept for the search; and a trap for whoever logs a certain line.

use std::{
    fmt::Debug,
    io::{self, Write},
    sync::{Mutex, Once, PoisonError},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    filter::LevelFilter,
    fmt::MakeWriter,
    layer::{Context, Layer, SubscriberExt as _},
};

/// Begins to keep every event and span of the process; calling it again changes nothing.
///
/// # Panics
/// If somebody else listens already: then nothing would be kept.
pub fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(Kept)
            .finish()
            .with(Traps);
        tracing::subscriber::set_global_default(subscriber).expect("the first subscriber");
    });
}

/// Whoever says `message` about `account` next panics there, once: as if a line of the program were wrong.
pub fn panic_at(message: &'static str, account: &str) {
    let mut traps = TRAPS.lock().unwrap_or_else(PoisonError::into_inner);
    traps.push((message, account.to_owned()));
}

/// How much was kept so far: where what comes next will stand.
pub fn end() -> usize {
    LOG.lock().unwrap_or_else(PoisonError::into_inner).len()
}

/// What was kept from there on. Only that is copied: by the end of a test program there are hundreds of megabytes.
///
/// # Panics
/// If so much was not kept yet.
pub fn kept_from(begin: usize) -> Vec<u8> {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log[begin..].to_vec()
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

struct Traps;

impl<S: Subscriber> Layer<S> for Traps {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if !springs(event) {
            return;
        }
        panic!("on purpose");
    }
}

/// Whether it is a line for which a trap is set, which is gone then.
fn springs(event: &Event<'_>) -> bool {
    let mut traps = TRAPS.lock().unwrap_or_else(PoisonError::into_inner);
    if traps.is_empty() {
        return false;
    }
    let mut said = Said::default();
    event.record(&mut said);
    let trap = traps
        .iter()
        .position(|(message, account)| said.message == *message && said.account == *account);
    trap.map(|trap| traps.remove(trap)).is_some()
}

#[derive(Default)]
struct Said {
    message: String,
    account: String,
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "account" => self.account = format!("{value:?}"),
            _ => {}
        }
    }
}

static TRAPS: Mutex<Vec<(&str, String)>> = Mutex::new(Vec::new());
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
