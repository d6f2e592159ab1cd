//! `cargo xtask faults`: which test shows what becomes of which fault, and on which database, made from the tests.

mod shown;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use shown::{Shown, shown_in};

use crate::coverage::{read, rust_files};
use crate::places::Places;
use crate::say;
use crate::stop::Stop;

/// Writes the table anew.
///
/// # Errors
/// A file cannot be read or written, or a fault is shown on both databases by no test and no reason is given.
pub(crate) fn write(places: &Places) -> Result<(), Stop> {
    let (table, bare) = made(places)?;
    let path = places.faults();
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
/// It is not, or a fault is shown on both databases by no test and no reason is given.
pub(crate) fn check(places: &Places) -> Result<(), Stop> {
    let (table, bare) = made(places)?;
    if let [_, ..] = bare.as_slice() {
        return Err(unshown(places, &bare));
    }
    if read(&places.faults())? == table {
        return Ok(());
    }
    Err(Stop::new(
        "tests/FAULTS.md is stale: run `cargo xtask faults` and commit the table",
    ))
}

fn unshown(places: &Places, bare: &[String]) -> Stop {
    Stop::new(format!(
        "neither shown on both databases nor given a reason in {}: {}",
        places.faults_named().display(),
        bare.join(", ")
    ))
}

/// What is said of a fault beside its tests: `what` goes wrong, and `why` it is not shown on both databases.
type Named = BTreeMap<String, BTreeMap<String, String>>;

/// The table, and the faults that are neither shown on both databases nor given a reason.
fn made(places: &Places) -> Result<(String, Vec<String>), Stop> {
    let (named, shown) = (named(places)?, shown(places)?);
    let (mut table, mut bare) = (HEAD.to_owned(), Vec::new());
    for number in numbers() {
        let name = format!("F{number}");
        let said = |word| named.get(&name).and_then(|said| said.get(word));
        let tests = shown.get(&number);
        let cell = |both: bool| {
            let of_file = tests.into_iter().flatten();
            let lines = of_file.filter_map(|(file, tests)| line(file, tests, both));
            lines.collect::<Vec<_>>()
        };
        let (both, elsewhere, why) = (cell(true), cell(false), said("why"));
        if both.is_empty() && why.is_none() {
            bare.push(name.clone());
        }
        let elsewhere: Vec<_> = why.cloned().into_iter().chain(elsewhere).collect();
        let what = said("what").map_or("", String::as_str);
        let (both, elsewhere) = (both.join("<br>"), elsewhere.join("<br>"));
        table += &format!("| {name} | {what} | {both} | {elsewhere} |\n");
    }
    Ok((table, bare))
}

fn line(file: &str, tests: &[Shown], both: bool) -> Option<String> {
    let names = tests.iter().filter(|test| test.on_both == both);
    let names: Vec<_> = names.map(|test| format!("`{}`", test.name)).collect();
    (!names.is_empty()).then(|| format!("{file}: {}", names.join(", ")))
}

/// The tests of each fault, by file.
fn shown(places: &Places) -> Result<BTreeMap<u32, BTreeMap<String, Vec<Shown>>>, Stop> {
    let mut all = BTreeMap::<u32, BTreeMap<String, Vec<Shown>>>::new();
    for folder in FOLDERS {
        for path in rust_files(&places.root().join(folder))? {
            let name = path.strip_prefix(places.root()).unwrap_or(&path);
            let name = name.display().to_string();
            for (faults, test) in shown_in(&read(&path)?) {
                for fault in faults {
                    let files = all.entry(fault).or_default();
                    files.entry(name.clone()).or_default().push(test.clone());
                }
            }
        }
    }
    Ok(all)
}

fn named(places: &Places) -> Result<Named, Stop> {
    parse(&places.faults_named())
}

fn parse(path: &Path) -> Result<Named, Stop> {
    serde_json::from_str(&read(path)?)
        .map_err(|error| Stop::new(format!("{}: {error}", path.display())))
}

fn numbers() -> impl Iterator<Item = u32> {
    1..=72
}

const FOLDERS: [&str; 5] = [
    "backend/src",
    "backend/tests",
    "protocol/src",
    "tests/src",
    "tests/tests",
];

const HEAD: &str = "# What goes wrong, and which test shows what becomes of it

Made from the tests by `cargo xtask faults`; a test of the build helper fails when it is stale, or when a fault is neither shown on both
databases nor given a reason. Stories under `tests/tests/faults` and the vault's contract run on SQLite and on PostgreSQL by the same code;
the former check after each fault that no secret lies around, nobody sees another's mailbox, each account works or says once who must act,
Microsoft was asked no more often than allowed, the vault is whole, and the server is alive. `cargo test -p connect-outlook-tests --test faults`
runs them and ends with how each ended on either database. Where the order of things decides, a story is told under several seeds: 100 where one costs
milliseconds (the vault's contract), 10 where it costs a world, 2 where it costs processes; the variable `FAULT_SEEDS` says otherwise, and a failure says
which seed it was. Reasons stand in `faults.json`.

| fault | what goes wrong | shown on SQLite and PostgreSQL by | shown elsewhere, or why not |
| --- | --- | --- | --- |
";

#[cfg(test)]
mod tests {
    use super::{check, named, numbers};
    use crate::places::Places;

    #[test]
    fn the_table_is_fresh_and_every_fault_is_shown_or_has_a_reason() {
        assert_eq!(check(&Places::here()), Ok(()));
    }

    #[test]
    fn every_fault_says_what_goes_wrong_and_nothing_else_is_named() {
        let mut names: Vec<_> = numbers().map(|number| format!("F{number}")).collect();
        names.sort();
        let named = named(&Places::here()).unwrap();
        assert_eq!(named.keys().cloned().collect::<Vec<_>>(), names);
        for (name, said) in named {
            assert!(said.contains_key("what"), "{name}");
            let known = said.keys().all(|word| word == "what" || word == "why");
            assert!(known, "{name}: {said:?}");
        }
    }
}
