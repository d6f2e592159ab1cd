//! What the person at the keyboard reads while a command works. By itself it goes to standard error, so that standard
//! output belongs to the demo and to results.

use std::cell::RefCell;
use std::sync::Arc;

use crate::clock::Stopwatch;
use crate::stop::Stop;

/// Takes the lines of work that goes on beside other work.
pub(crate) type Ear = Arc<dyn Fn(&str) + Send + Sync>;

thread_local! {
    static EAR: RefCell<Option<Ear>> = const { RefCell::new(None) };
}

/// One line.
pub(crate) fn line(text: &str) {
    match EAR.with_borrow(Clone::clone) {
        Some(ear) => ear(text),
        None => eprintln!("{text}"),
    }
}

/// A result: lines for standard output.
pub(crate) fn result(text: &str) {
    match EAR.with_borrow(Clone::clone) {
        Some(ear) => text.lines().for_each(|line| ear(line)),
        None => println!("{text}"),
    }
}

/// Does `work`, whose every line goes to `ear`, as far as this thread says it.
pub(crate) fn to<T>(ear: Ear, work: impl FnOnce() -> T) -> T {
    EAR.set(Some(ear));
    let done = work();
    EAR.set(None);
    done
}

/// Whether somebody else takes what this thread says: programs must not write past them.
pub(crate) fn is_taken() -> bool {
    EAR.with_borrow(Option::is_some)
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
