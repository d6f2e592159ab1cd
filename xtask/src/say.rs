//! What the person at the keyboard reads while a command works. Everything goes to
//! standard error, so that standard output belongs to the demo and to results.

use crate::clock::Stopwatch;
use crate::stop::Stop;

/// One line.
pub(crate) fn line(text: &str) {
    eprintln!("{text}");
}

/// Announces a long step with its usual duration, does it, and says how long it took.
///
/// # Errors
/// Whatever the step stops with.
pub(crate) fn step<T>(
    what: &str,
    usually: &str,
    work: impl FnOnce() -> Result<T, Stop>,
) -> Result<T, Stop> {
    line(&format!("▸ {what} ({usually}) …"));
    let watch = Stopwatch::start();
    let done = work()?;
    line(&format!("✓ {what}: {watch}"));
    Ok(done)
}
