//! I1 in everything that the PostgreSQL server keeps: tables, write-ahead log, its own log. One pass at the end, since all
//! stories share the server.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use connect_outlook_tests::{canaries::Secret, sought::Sought};
use connect_outlook_throwaway_postgres::data_folder;

/// Remembers what must not be found.
pub(crate) fn keep(secrets: Vec<Secret>) {
    SECRETS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(secrets);
}

/// Where the server keeps any of the secrets in any spelling.
pub(crate) fn of_the_server() -> Vec<String> {
    let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    if secrets.is_empty() {
        return Vec::new();
    }
    of_folder(&data_folder().expect("the server"), &secrets)
}

/// The same of a server that a story has for itself.
pub(crate) fn of_folder(folder: &Path, secrets: &[Secret]) -> Vec<String> {
    let sought = Sought::new(secrets);
    let mut hits = Vec::new();
    for file in files(folder) {
        // The server removes and renames files as it goes.
        let Ok(bytes) = fs::read(&file) else { continue };
        hits.extend(sought.hits(&bytes, &file.display().to_string()));
    }
    hits
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

static SECRETS: Mutex<Vec<Secret>> = Mutex::new(Vec::new());
