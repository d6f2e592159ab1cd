//! `cargo xtask release v1.2.3`: whether what lies here may be published under this tag, and the tarball for it.

use std::fs;

use crate::npm::Npm;
use crate::package;
use crate::places::Places;
use crate::process;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::wasm;

/// Checks tag, version and changelog, then builds the package twice from nothing.
///
/// # Errors
/// The tag names another version than the workspace, the changelog says nothing of it, the two tarballs differ, or npm
/// would not take it.
pub(crate) fn release(places: &Places, tag: &str) -> Result<(), Stop> {
    let changelog = places.root().join("CHANGELOG.md");
    let changelog = fs::read_to_string(&changelog)
        .or_stop(|| format!("cannot read {}", changelog.display()))?;
    check_names(tag, VERSION, &changelog)?;
    let first = built(places)?;
    wasm::forget(places)?;
    if built(places)? != first {
        return Err(Stop::new(
            "two builds of the npm package differ, so nobody could check it",
        ));
    }
    say::line(&format!(
        "connect-outlook {VERSION} can be published: two builds are the same {} bytes",
        first.len()
    ));
    Ok(())
}

/// What npm says to the tarball without publishing it.
///
/// # Errors
/// It would not take it.
pub(crate) fn rehearse(npm: &Npm, places: &Places) -> Result<(), Stop> {
    let mut publish = npm.npm();
    publish
        .current_dir(places.npm_out())
        .args([
            "publish",
            "--dry-run",
            "--access=public",
            "--tag=latest",
            "--loglevel=error",
        ])
        .arg(format!("./{}", package::tarball()));
    process::capture(&mut publish).map(|_| ())
}

fn built(places: &Places) -> Result<Vec<u8>, Stop> {
    package::package(places)?;
    let tarball = places.npm_out().join(package::tarball());
    fs::read(&tarball).or_stop(|| format!("cannot read {}", tarball.display()))
}

/// Tag, workspace and changelog name one version.
fn check_names(tag: &str, version: &str, changelog: &str) -> Result<(), Stop> {
    if tag != format!("v{version}") {
        return Err(Stop::new(format!(
            "the tag {tag} is not that of the workspace's version {version}"
        )));
    }
    let heading = format!("## {version}");
    let told = |line: &str| {
        let rest = line.strip_prefix(&heading);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if changelog.lines().any(told) {
        return Ok(());
    }
    Err(Stop::new(format!(
        "CHANGELOG.md has no heading \"{heading}\""
    )))
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod tests {
    use super::check_names;

    const CHANGELOG: &str = "# Changelog\n\n## Unreleased\n\n## 1.2.3 (2026-11-26)\n\n## 1.2.2\n";

    #[test]
    fn a_tag_is_the_workspaces_version_and_the_changelog_tells_of_it() {
        assert_eq!(check_names("v1.2.3", "1.2.3", CHANGELOG), Ok(()));
        assert_eq!(check_names("v1.2.2", "1.2.2", CHANGELOG), Ok(()));
    }

    #[test]
    fn another_tag_and_a_silent_changelog_are_named() {
        for (tag, version, said) in [
            ("v1.2.4", "1.2.3", "v1.2.4"),
            ("1.2.3", "1.2.3", "tag 1.2.3"),
            ("v1.2", "1.2", "no heading \"## 1.2\""),
            ("v1.3.0", "1.3.0", "no heading"),
        ] {
            let refusal = check_names(tag, version, CHANGELOG).unwrap_err();
            assert!(refusal.to_string().contains(said), "{refusal}");
        }
    }
}
