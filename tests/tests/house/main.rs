//! The house keeps its own rules: walls between rooms, dependencies, commands and examples of the pages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken rule must stop the run with its name"
)]

mod crates;
mod lock;
mod package;
mod pages;
mod rooms;
mod vault;
mod workflows;
