//! `connect-outlook keys`: the file that holds the key-encryption keys.

use std::path::PathBuf;

use clap::Subcommand;

use super::ending::say;
use super::{Ending, Failure};
use crate::vault::KeyRing;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Write a new key to a new file that only you can read. What is there already stays.
    New {
        /// The file.
        file: PathBuf,
    },
    /// Put a new key before those of a key file: it seals from then on, the others still open. A running server takes
    /// it up by itself; `connect-outlook vault rotate` then brings everything under it.
    Add {
        /// The file.
        file: PathBuf,
    },
    /// Name the keys of a file, the one that seals first.
    List {
        /// The file.
        file: PathBuf,
    },
}

pub(super) fn run(command: Keys) -> Result<Ending, Failure> {
    match command {
        Keys::New { file } => {
            let ring = KeyRing::create_file(&file)?;
            let (key, file) = (ring.current_id(), file.display());
            say(&format!(
                "Wrote the new key {key} to {file}. Back it up apart from the database."
            ));
        }
        Keys::Add { file } => {
            let ring = KeyRing::add_to_file(&file)?;
            let (key, file) = (ring.current_id(), file.display());
            say(&format!(
                "Put the new key {key} first in {file}. Back the file up; then `connect-outlook vault rotate`."
            ));
        }
        Keys::List { file } => {
            let ring = KeyRing::from_file(&file)?;
            for (position, key) in ring.ids().enumerate() {
                let what = if position == 0 {
                    "seals and opens"
                } else {
                    "opens"
                };
                say(&format!("{key}  {what}"));
            }
        }
    }
    Ok(Ending::Good)
}
