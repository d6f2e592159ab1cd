//! What a page would load instead of this package: small pages in `xtask/peers/src`, bundled and minified like ours.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Size, weigh};
use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::stop::{OrStop, Stop};

/// A package of others, in the use that a page makes of it to connect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Name on npm and version.
    pub(crate) name: String,
    /// What it is, from the first line of the page that uses it.
    pub(crate) what: String,
    /// Bundled and minified.
    pub(crate) size: Size,
}

/// Installs, bundles and weighs all of them, the lightest first.
///
/// # Errors
/// One cannot be installed or bundled.
pub(crate) fn measure(npm: &Npm, places: &Places) -> Result<Vec<Peer>, Stop> {
    let dir = places.peers();
    npm.install_locked(&dir)?;
    npm.install_locked(&places.npm_tools())?;
    let pages = pages(&dir.join("src"))?;
    let out = places.npm_out().join("peers");
    let mut esbuild = npm.node();
    esbuild
        .current_dir(&dir)
        .arg(places.npm_tools().join("node_modules/esbuild/bin/esbuild"))
        .args(BUNDLED)
        .arg(format!("--outdir={}", out.display()))
        .args(&pages);
    process::run(&mut esbuild)?;
    let names: Vec<_> = pages.iter().filter_map(|page| page.file_name()).collect();
    let names = names.iter().map(|name| name.to_string_lossy().into_owned());
    let sizes = weigh(npm, places, &out, &names.collect::<Vec<_>>())?;
    let peers = pages.iter().zip(sizes);
    let mut peers = peers
        .map(|(page, size)| read(page, size, &dir))
        .collect::<Result<Vec<_>, _>>()?;
    peers.sort_by_key(|peer| peer.size.brotli);
    Ok(peers)
}

fn pages(dir: &Path) -> Result<Vec<PathBuf>, Stop> {
    let entries = fs::read_dir(dir).or_stop(|| format!("cannot read {}", dir.display()))?;
    let mut pages: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    pages.sort();
    Ok(pages)
}

fn read(page: &Path, size: Size, dir: &Path) -> Result<Peer, Stop> {
    let text = fs::read_to_string(page).or_stop(|| format!("cannot read {}", page.display()))?;
    let told = told(&text);
    let (what, package) =
        told.ok_or_else(|| Stop::new(format!("{} says nothing of itself", page.display())))?;
    let manifest = dir.join("node_modules").join(package).join("package.json");
    let manifest = fs::read(&manifest).or_stop(|| format!("cannot read {}", manifest.display()))?;
    let manifest: Option<serde_json::Value> = serde_json::from_slice(&manifest).ok();
    let version = manifest.and_then(|manifest| Some(manifest.get("version")?.as_str()?.to_owned()));
    let version = version.ok_or_else(|| Stop::new(format!("{package} has no version")))?;
    Ok(Peer {
        name: format!("`{package}` {version}"),
        what: what.to_owned(),
        size,
    })
}

/// The comment of the first line, and the package that is imported.
fn told(page: &str) -> Option<(&str, &str)> {
    let what = page.lines().next()?.strip_prefix("// ")?;
    let (_, rest) = page.split_once(" from '")?;
    Some((what, rest.split_once('\'')?.0))
}

// As `shrink` does with our own scripts.
const BUNDLED: [&str; 6] = [
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--legal-comments=none",
    "--log-level=warning",
];

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_page_says_what_it_is_and_whose_package_it_uses() {
        let page = "// A thing\nimport { a } from '@b/c';\nexport const d = a;\n";
        assert_eq!(told(page), Some(("A thing", "@b/c")));
        assert_eq!(told("import { a } from '@b/c';"), None);
    }
}
