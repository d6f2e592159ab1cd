//! The npm package `connect-outlook`, as it was built: `/sdk/…`.

use std::path::{Path, PathBuf};

use tower_http::services::ServeDir;

/// A folder that holds the built package.
#[derive(Clone, Debug)]
pub struct Package(PathBuf);

/// There is no package where it was looked for.
#[derive(Debug, thiserror::Error)]
#[error("there is no built package in {}: run `cargo demo`, or build it with `cargo xtask wasm`", .0.display())]
pub struct MissingPackage(PathBuf);

impl Package {
    /// The package in `folder`, or where the build puts it in this checkout.
    ///
    /// # Errors
    /// [`MissingPackage`].
    pub fn find(folder: Option<PathBuf>) -> Result<Self, MissingPackage> {
        let folder =
            folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk-wasm/pkg"));
        let complete = ENTRANCES.iter().all(|name| folder.join(name).is_file());
        match complete {
            true => Ok(Self(folder)),
            false => Err(MissingPackage(folder)),
        }
    }

    /// Serves its files, each with its type; WebAssembly as `application/wasm`.
    pub(super) fn service(&self) -> ServeDir {
        ServeDir::new(&self.0).append_index_html_on_directories(false)
    }
}

const ENTRANCES: [&str; 2] = ["index.js", "element.js"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_package_is_named_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Package::find(Some(folder.path().to_owned())).unwrap_err();
        let text = missing.to_string();
        assert!(
            text.contains("cargo xtask wasm") && text.contains(&*folder.path().to_string_lossy()),
            "{text}"
        );
    }
}
