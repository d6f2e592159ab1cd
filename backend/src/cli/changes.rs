//! Whether files have changed, without reading them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What some files looked like at one moment. A file that is not there looks like none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look(Vec<Option<File>>);

#[derive(Debug, PartialEq, Eq)]
struct File {
    /// Another one once the file was replaced, also by a link that leads elsewhere now.
    number: u64,
    length: u64,
    written: Option<SystemTime>,
}

impl Look {
    pub(super) fn at(files: &[PathBuf]) -> Self {
        Self(files.iter().map(|path| look_at(path)).collect())
    }
}

fn look_at(path: &Path) -> Option<File> {
    let metadata = fs::metadata(path).ok()?;
    Some(File {
        #[cfg(unix)]
        number: std::os::unix::fs::MetadataExt::ino(&metadata),
        #[cfg(not(unix))]
        number: 0,
        length: metadata.len(),
        written: metadata.modified().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_replaced_or_gone_looks_different() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let files = [path.clone()];
        let mut looks = vec![Look::at(&files)];
        fs::write(&path, "one").unwrap();
        looks.push(Look::at(&files));
        assert_eq!(Look::at(&files), looks[1]);
        fs::write(&path, "longer").unwrap();
        looks.push(Look::at(&files));
        let beside = folder.path().join("beside");
        fs::write(&beside, "second").unwrap();
        fs::rename(&beside, &path).unwrap();
        looks.push(Look::at(&files));
        for pair in looks.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
