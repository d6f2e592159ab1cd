//! Why the server does not start: each a sentence that names the setting.

use std::path::PathBuf;

/// A setting that cannot stand. The text is for the operator, names the setting, and never repeats a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Needed and not given.
    #[error("setting `{name}` is missing: {hint} (in the file `{name}`, in the environment CONNECT_OUTLOOK_{})", .name.to_uppercase())]
    Missing {
        /// Its name.
        name: &'static str,
        /// What it is.
        hint: &'static str,
    },
    /// Given, and not usable.
    #[error("setting `{name}` {problem} (from {origin})")]
    Wrong {
        /// Its name.
        name: &'static str,
        /// What is wrong, beginning with a verb.
        problem: String,
        /// Where it was read.
        origin: String,
    },
    /// There is no such setting.
    #[error("there is no setting `{name}` (from {origin})")]
    Unknown {
        /// As it was written.
        name: String,
        /// Where it was read.
        origin: String,
    },
    /// Given as a value and as a file at the same place.
    #[error("setting `{name}` is given twice: as value and as `{name}_file` (from {origin})")]
    Twice {
        /// Its name.
        name: &'static str,
        /// Where it was read.
        origin: String,
    },
    /// The configuration file cannot be used.
    #[error("the configuration file {} {problem}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, beginning with a verb.
        problem: String,
    },
}
