//! Two terminals may build at once; they must not write the same files at once.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::say;
use crate::stop::{OrStop, Stop};

/// Held while building; the system gives it back even if the holder is killed.
#[must_use = "the lock is given back when this is dropped"]
#[derive(Debug)]
pub(crate) struct Turn {
    _file: File,
}

impl Turn {
    /// Waits until nobody else builds in `dir`, and says so if it has to wait.
    ///
    /// # Errors
    /// The lock file could not be made.
    pub(crate) fn wait_for(dir: &Path) -> Result<Self, Stop> {
        let path = dir.join("lock");
        let file = fs::create_dir_all(dir)
            .and_then(|()| File::create(&path))
            .or_stop(|| format!("cannot create {}", path.display()))?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            say::line("wasm: waiting for another build to end");
            file.lock()
                .or_stop(|| format!("cannot lock {}", path.display()))?;
        }
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, TryLockError};

    use super::Turn;

    #[test]
    fn only_one_has_the_turn_and_leaving_gives_it_back() {
        let dir = std::env::temp_dir().join(format!("connect-outlook-turn-{}", std::process::id()));
        let turn = Turn::wait_for(&dir).unwrap();
        let other = File::create(dir.join("lock")).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(turn);
        assert!(other.try_lock().is_ok());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
