//! The file that holds the key-encryption keys (R121).

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::KeyRingError;

/// Reads the file if nobody but its owner may. The permissions are those of the opened file, not of a name that could
/// be exchanged in between.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, KeyRingError> {
    let failed = |source| KeyRingError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(failed(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        )));
    }
    if metadata.len() > LONGEST {
        return Err(failed(io::Error::new(
            io::ErrorKind::InvalidInput,
            "too long for a key file",
        )));
    }
    refuse_exposed(path, &metadata)?;
    let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize));
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(text)
}

/// Writes a new file with mode 0600 and sees it safely on the disk; what is there already stays.
pub(super) fn create(path: &Path, text: &str) -> Result<(), KeyRingError> {
    let write = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|source| KeyRingError::File {
        path: path.to_owned(),
        source,
    })
}

/// Puts `text` in place of the file's content, all at once: written beside it with mode 0600, then renamed.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), KeyRingError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    create(beside, text)?;
    let rename = || -> io::Result<()> {
        std::fs::rename(beside, path)?;
        // The new name is on the disk once its folder is.
        #[cfg(unix)]
        File::open(match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        })?
        .sync_all()?;
        Ok(())
    };
    rename().map_err(|source| KeyRingError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, metadata: &std::fs::Metadata) -> Result<(), KeyRingError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyRingError::Exposed {
            path: path.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &std::fs::Metadata) -> Result<(), KeyRingError> {
    Ok(())
}

/// Bytes: room for hundreds of keys with comments.
const LONGEST: u64 = 64 * 1024;

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::vault::seal::KeyRing;

    /// R121: group and world have no business there.
    #[test]
    fn a_key_file_that_others_may_touch_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        KeyRing::create_file(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o660, 0o777] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = KeyRing::from_file(&path).unwrap_err();
            assert!(matches!(error, KeyRingError::Exposed { mode: found, .. } if found == mode));
        }
        for mode in [0o600, 0o400] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(KeyRing::from_file(&path).is_ok());
        }
    }

    /// R121: what we make is 0600 from the start, and a key is never overwritten.
    #[test]
    fn a_made_key_file_is_private_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let made = KeyRing::create_file(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(matches!(
            KeyRing::create_file(&path),
            Err(KeyRingError::File { .. })
        ));
        assert_eq!(
            KeyRing::from_file(&path).unwrap().current_id(),
            made.current_id()
        );
    }

    /// F50: gone, empty, a folder or far too long, and the start is refused.
    #[test]
    fn an_unusable_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        assert!(matches!(
            KeyRing::from_file(&path),
            Err(KeyRingError::File { .. })
        ));
        assert!(matches!(
            KeyRing::from_file(folder.path()),
            Err(KeyRingError::File { .. })
        ));
        create(&path, "").unwrap();
        assert!(matches!(
            KeyRing::from_file(&path),
            Err(KeyRingError::Empty)
        ));
        std::fs::write(&path, " ".repeat(LONGEST as usize + 1)).unwrap();
        assert!(matches!(
            KeyRing::from_file(&path),
            Err(KeyRingError::File { .. })
        ));
    }
}
