//! Where things stand in the checkout.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder with the workspace's `Cargo.toml`.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests stand in a folder of the workspace")
}

/// A file of the workspace as text; `path` is relative to [`root`].
///
/// # Panics
/// Without that file: a story cannot go on.
#[must_use]
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust source below `folder` (relative to [`root`]), relative to that folder, sorted.
#[must_use]
pub fn rust_files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let folder = root().join(folder);
    let mut found = Vec::new();
    collect(&folder, &mut found, &|path| {
        path.extension().is_some_and(|kind| kind == "rs")
    });
    let mut relative: Vec<_> = found
        .iter()
        .map(|path| {
            path.strip_prefix(&folder)
                .expect("it stands below")
                .to_owned()
        })
        .collect();
    relative.sort();
    assert!(
        !relative.is_empty(),
        "no sources below {}",
        folder.display()
    );
    relative
}

/// Every Markdown page that we wrote, relative to [`root`], sorted.
#[must_use]
pub fn markdown_pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(root(), &mut found, &|path| {
        path.extension().is_some_and(|kind| kind == "md")
    });
    let mut relative: Vec<_> = found
        .iter()
        .map(|path| {
            path.strip_prefix(root())
                .expect("it stands below")
                .to_owned()
        })
        .collect();
    relative.sort();
    relative
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>, wanted: &dyn Fn(&Path) -> bool) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let entry = entry.expect("a readable folder");
        let path = entry.path();
        let name = entry.file_name();
        let foreign = FOREIGN.iter().any(|folder| name == *folder);
        match entry.file_type().expect("a file type").is_dir() {
            true if !foreign => collect(&path, found, wanted),
            false if wanted(&path) => found.push(path),
            _ => {}
        }
    }
}

/// Folders with nothing of ours in them.
const FOREIGN: [&str; 4] = ["target", "node_modules", ".git", "pkg"];
