//! `cargo xtask coverage`: the table of what the emulator reproduces and which test shows it, made from the tests.

mod items;
mod tests_of;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use items::Item;
use tests_of::tests_of;

use crate::places::Places;
use crate::say;
use crate::stop::Stop;

/// Writes the table anew.
///
/// # Errors
/// A file cannot be read or written, or a line has neither test nor reason.
pub(crate) fn write(places: &Places) -> Result<(), Stop> {
    let (table, bare) = made(places)?;
    let path = places.coverage();
    fs::write(&path, table).map_err(|error| Stop::new(format!("{}: {error}", path.display())))?;
    say::line(&format!("{} is fresh", path.display()));
    match bare.as_slice() {
        [] => Ok(()),
        bare => Err(unshown(places, bare)),
    }
}

/// Fails when the table is not the one that the tests make.
///
/// # Errors
/// It is not, or a line has neither test nor reason.
pub(crate) fn check(places: &Places) -> Result<(), Stop> {
    let (table, bare) = made(places)?;
    if let [_, ..] = bare.as_slice() {
        return Err(unshown(places, &bare));
    }
    if read(&places.coverage())? == table {
        return Ok(());
    }
    Err(Stop::new(
        "emulator/COVERAGE.md is stale: run `cargo xtask coverage` and commit the table",
    ))
}

fn unshown(places: &Places, bare: &[Item]) -> Stop {
    Stop::new(format!(
        "neither tested nor given a reason in {}: {}",
        places.coverage_reasons().display(),
        listed(bare)
    ))
}

/// The table, and the lines that have neither a test nor a reason to have none.
fn made(places: &Places) -> Result<(String, Vec<Item>), Stop> {
    let shown = shown(places)?;
    let reasons = reasons(places)?;
    let mut table = HEAD.to_owned();
    let mut bare = Vec::new();
    for item in Item::all() {
        if item == Item::Graph(1) {
            table += GRAPH_HEAD;
        }
        let tests = shown.get(&item);
        let reason = reasons.get(&item.to_string());
        if tests.is_none() && reason.is_none() {
            bare.push(item);
        }
        let tests = tests.into_iter().flatten().map(|(file, names)| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("{file}: {}", names.join(", "))
        });
        let cells: Vec<String> = reason.cloned().into_iter().chain(tests).collect();
        table += &format!("| {item} | {} |\n", cells.join("<br>"));
    }
    Ok((table, bare))
}

/// The tests of each line, by file.
type Shown = BTreeMap<Item, BTreeMap<String, Vec<String>>>;

fn shown(places: &Places) -> Result<Shown, Stop> {
    let mut shown = Shown::new();
    for (folder, inherit) in [("tests", true), ("src", false)] {
        let folder = places.emulator().join(folder);
        for path in rust_files(&folder)? {
            let source = read(&path)?;
            let name = path.strip_prefix(places.emulator()).unwrap_or(&path);
            for test in tests_of(&source, inherit) {
                for item in test.items {
                    let files = shown.entry(item).or_default();
                    let names = files.entry(name.display().to_string()).or_default();
                    names.push(test.name.clone());
                }
            }
        }
    }
    Ok(shown)
}

/// Why some lines have no test, or less than a whole one: by the line's name.
fn reasons(places: &Places) -> Result<BTreeMap<String, String>, Stop> {
    let path = places.coverage_reasons();
    serde_json::from_str(&read(&path)?)
        .map_err(|error| Stop::new(format!("{}: {error}", path.display())))
}

/// The Rust files below `folder`, sorted.
pub(crate) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let told = |error: std::io::Error| Stop::new(format!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path).map_err(|error| Stop::new(format!("{}: {error}", path.display())))
}

fn listed(items: &[Item]) -> String {
    let names: Vec<String> = items.iter().map(Item::to_string).collect();
    names.join(", ")
}

const HEAD: &str = "# What the emulator reproduces, and which test shows it

Made from the tests by `cargo xtask coverage`; a test of the build helper fails when it is stale, or when a line has neither a test nor a
reason. A test shows the lines that its comment names. Reasons stand in `coverage.json`. The numbers are those of the fact sheets from
which the emulator was built.

## The identity platform

| line | shown by |
| --- | --- |
";
const GRAPH_HEAD: &str = "
## Graph mail

| line | shown by |
| --- | --- |
";

#[cfg(test)]
mod tests {
    use super::{check, reasons};
    use crate::coverage::items::Item;
    use crate::places::Places;

    #[test]
    fn the_table_is_fresh_and_every_line_has_a_test_or_a_reason() {
        assert_eq!(check(&Places::here()), Ok(()));
    }

    #[test]
    fn reasons_are_given_for_lines_that_exist() {
        let known: Vec<String> = Item::all().map(|item| item.to_string()).collect();
        for name in reasons(&Places::here()).unwrap().keys() {
            assert!(known.contains(name), "{name}");
        }
    }
}
