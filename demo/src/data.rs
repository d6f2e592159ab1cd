//! The folder of `--data`: the vault's file and its key.

use std::path::{Path, PathBuf};
use std::{fs, io};

use connect_outlook_backend::vault::{KeyRing, KeyRingError};

/// A folder that is ready for a vault.
#[derive(Clone, Debug)]
pub struct Data(PathBuf);

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be made, read or emptied.
    #[error("the folder {}, given with --data, cannot be used: {source}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The key cannot be made there.
    #[error("no key can be made in the folder given with --data: {0}")]
    Key(#[from] KeyRingError),
}

impl Data {
    /// Makes the folder and a key in it, unless they are there already. Only the owner may look inside.
    ///
    /// # Errors
    /// [`DataError`].
    pub fn prepare(folder: &Path) -> Result<Self, DataError> {
        let failed = |source| DataError::Folder {
            folder: folder.to_owned(),
            source,
        };
        private_folder(folder).map_err(failed)?;
        // Settings are text, and the vault's address must not depend on where the demo was started.
        let folder = folder.canonicalize().map_err(failed)?;
        let data = Self(folder);
        if !data.key_path().exists() {
            KeyRing::create_file(&data.key_path())?;
        }
        Ok(data)
    }

    /// Removes the vault from `folder`. The key stays: it seals nothing any more.
    ///
    /// # Errors
    /// [`DataError::Folder`].
    pub fn empty(folder: &Path) -> Result<(), DataError> {
        let failed = |source| DataError::Folder {
            folder: folder.to_owned(),
            source,
        };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // With SQLite's own files beside it.
            if name.starts_with(VAULT) {
                fs::remove_file(&path).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The setting `database`.
    #[must_use]
    pub fn database(&self) -> String {
        format!("sqlite:{}", self.0.join(VAULT).display())
    }

    /// The setting `key_file`.
    #[must_use]
    pub fn key_file(&self) -> String {
        self.key_path().display().to_string()
    }

    fn key_path(&self) -> PathBuf {
        self.0.join("key")
    }
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

const VAULT: &str = "vault.sqlite";

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// R121
    #[test]
    fn folder_and_key_are_private_and_a_key_is_made_once() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("a/b");
        let first = Data::prepare(&folder).unwrap();
        let key = fs::read(first.key_file()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&folder), mode(Path::new(&first.key_file()))),
            (0o700, 0o600)
        );
        let second = Data::prepare(&folder).unwrap();
        assert_eq!(fs::read(second.key_file()).unwrap(), key);
    }

    #[test]
    fn emptying_takes_the_vault_and_leaves_the_rest() {
        let scratch = tempfile::tempdir().unwrap();
        for name in ["vault.sqlite", "vault.sqlite-wal", "key", "diary.txt"] {
            fs::write(scratch.path().join(name), "x").unwrap();
        }
        Data::empty(scratch.path()).unwrap();
        let mut left: Vec<_> = fs::read_dir(scratch.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["diary.txt", "key"]);
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = Data::prepare(&file).unwrap_err().to_string();
        assert!(
            error.contains("--data") && error.contains("file"),
            "{error}"
        );
    }
}
