//! Finding the server's programs.

use std::path::{Path, PathBuf};

use super::NoServer;

/// The folder of `initdb`, `pg_ctl` and `postgres`: the one on `PATH`, or Debian's newest, which is not on it.
pub(super) fn folder() -> Result<PathBuf, NoServer> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter_map(|folder| behind_links(&folder))
        .chain(newest_of_debian())
        .find(|folder| is_complete(folder))
        .ok_or(NoServer::NotInstalled)
}

/// Where `initdb` really lies: the server's other programs are beside it, whoever linked it to `PATH`.
fn behind_links(folder: &Path) -> Option<PathBuf> {
    let program = folder.join("initdb").canonicalize().ok()?;
    program.parent().map(Path::to_owned)
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().ok()?;
    versions
        .flatten()
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, folder)| is_complete(folder))
        .max()
        .map(|(_, folder)| folder)
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}
