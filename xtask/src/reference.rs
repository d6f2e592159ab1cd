//! `cargo xtask reference`: the npm package's reference in `sdk-wasm/docs`, made from its types. A verification makes it
//! anew and fails when the pages say something else, or an export has no documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::say;
use crate::stop::{OrStop, Stop};

/// Writes the pages anew.
///
/// # Errors
/// An export is not documented, or a page cannot be written.
pub(crate) fn write(places: &Places) -> Result<(), Stop> {
    let (made, dir) = (made(&Npm::demanded()?, places)?, places.reference());
    for name in pages(&dir)?.keys().filter(|name| !made.contains_key(*name)) {
        fs::remove_file(dir.join(name)).or_stop(|| format!("cannot remove {name}"))?;
    }
    for (name, text) in &made {
        fs::write(dir.join(name), text).or_stop(|| format!("cannot write {name}"))?;
    }
    say::line(&format!("{} is fresh", dir.display()));
    Ok(())
}

/// Fails when the pages are not those that the types make.
///
/// # Errors
/// They are not, or an export is not documented.
pub(crate) fn check(npm: &Npm, places: &Places) -> Result<(), Stop> {
    let (made, said) = (made(npm, places)?, pages(&places.reference())?);
    match differing(&said, &made) {
        None => Ok(()),
        Some(name) => Err(Stop::new(format!(
            "sdk-wasm/docs/{name} is stale: run `cargo xtask reference`"
        ))),
    }
}

type Pages = BTreeMap<String, String>;

fn made(npm: &Npm, places: &Places) -> Result<Pages, Stop> {
    let tools = places.reference_tools();
    npm.install_locked(&tools)?;
    let out = places.npm_out().join("reference");
    let mut typedoc = npm.node();
    typedoc
        .current_dir(&tools)
        .args([
            "node_modules/typedoc/bin/typedoc",
            "--logLevel",
            "Warn",
            "--out",
        ])
        .arg(&out);
    process::run(&mut typedoc)?;
    pages(&out)
}

/// All but the first page, which is written by hand.
fn pages(dir: &Path) -> Result<Pages, Stop> {
    let entries = fs::read_dir(dir).or_stop(|| format!("cannot read {}", dir.display()))?;
    let mut pages = Pages::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".md") && name != "README.md" {
            let text =
                fs::read_to_string(&path).or_stop(|| format!("cannot read {}", path.display()))?;
            pages.insert(name.into_owned(), text);
        }
    }
    Ok(pages)
}

/// The first page that only one of them has, or that says another thing.
fn differing(said: &Pages, made: &Pages) -> Option<String> {
    let names = said.keys().chain(made.keys());
    let mut differing = names.filter(|name| said.get(*name) != made.get(*name));
    differing.next().cloned()
}

#[cfg(test)]
mod tests {
    use super::{Pages, differing};

    fn pages(all: &[(&str, &str)]) -> Pages {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        all.iter().map(owned).collect()
    }

    #[test]
    fn a_page_that_changed_came_or_went_is_named() {
        let said = pages(&[("a.md", "x"), ("b.md", "y")]);
        assert_eq!(differing(&said, &said), None);
        for made in [
            pages(&[("a.md", "x"), ("b.md", "z")]),
            pages(&[("a.md", "x")]),
        ] {
            assert_eq!(differing(&said, &made).as_deref(), Some("b.md"));
        }
        let made = pages(&[("a.md", "x"), ("b.md", "y"), ("c.md", "")]);
        assert_eq!(differing(&said, &made).as_deref(), Some("c.md"));
    }
}
