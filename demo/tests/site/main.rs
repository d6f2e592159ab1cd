//! The site as a browser meets it: the real router, with a real emulator and a real backend behind it.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop as tests do")]

mod control;
mod documents;
mod names;
mod site;
mod starting;
