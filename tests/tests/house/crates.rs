//! The walls between crates, read from their manifests.

use std::collections::BTreeMap;

use connect_outlook_tests::house::{names_used, read, rust_files};
use toml::Table;

/// design: dependencies point one way, and the emulator stands on none of ours.
#[test]
fn dependencies_between_our_crates_point_one_way() {
    for (folder, allowed) in MAY_USE {
        let of_ours: Vec<_> = dependencies(&manifest(folder))
            .into_keys()
            .filter_map(|name| FOLDER_OF.iter().find(|(package, _)| *package == name))
            .map(|(_, folder)| *folder)
            .collect();
        for used in of_ours {
            assert!(
                allowed.contains(&used),
                "{folder}/Cargo.toml uses {used}: it may use {allowed:?}"
            );
        }
    }
}

#[test]
fn every_member_of_the_workspace_has_a_place_in_these_walls() {
    let workspace = manifest("");
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let mut members: Vec<_> = members
        .iter()
        .map(|member| member.as_str().unwrap())
        .collect();
    let mut known: Vec<_> = MAY_USE.iter().map(|(folder, _)| *folder).collect();
    members.sort_unstable();
    known.sort_unstable();
    assert_eq!(members, known);
    for (package, folder) in FOLDER_OF {
        assert_eq!(manifest(folder)["package"]["name"].as_str(), Some(*package));
    }
}

#[test]
fn what_is_shipped_needs_no_test_server() {
    for (folder, _) in MAY_USE.iter().filter(|(folder, _)| *folder != "tests") {
        let manifest = manifest(folder);
        let shipped = manifest.get("dependencies").and_then(toml::Value::as_table);
        assert!(
            shipped.is_none_or(|table| !table.contains_key("connect-outlook-throwaway-postgres")),
            "{folder}/Cargo.toml"
        );
    }
}

/// Else cargo would build programs and tests from two sets of dependencies, each compiled on its own.
#[test]
fn programs_and_tests_are_built_of_the_same_dependencies() {
    let stories = manifest("tests");
    for (folder, _) in MAY_USE {
        let manifest = manifest(folder);
        let for_tests = manifest.get("dev-dependencies");
        let needed = for_tests.and_then(toml::Value::as_table).into_iter();
        for (name, needed) in needed.flat_map(Table::iter) {
            let known = stories["dependencies"].get(name);
            let known =
                known.unwrap_or_else(|| panic!("tests/Cargo.toml lacks {name} of {folder}"));
            let (needed, known) = (needed.get("features"), known.get("features"));
            assert!(needed.is_none() || needed == known, "{name}: {known:?}");
        }
    }
    let workspace = manifest("");
    let dev = &workspace["profile"]["dev"];
    assert_eq!(dev["build-override"]["debug"], dev["debug"]);
}

/// A path, a registry's or a repository's address in a manifest would go around the walls and the lock file's rules.
#[test]
fn crates_take_their_dependencies_from_the_workspace() {
    for (folder, _) in MAY_USE {
        for (name, value) in dependencies(&manifest(folder)) {
            let from_workspace = value.get("workspace").and_then(toml::Value::as_bool);
            assert_eq!(from_workspace, Some(true), "{folder}/Cargo.toml: {name}");
        }
    }
}

/// S1: no unsafe code, and no crate that leaves the house's lints out.
#[test]
fn every_crate_keeps_the_lints_of_the_house() {
    let workspace = manifest("");
    let lints = &workspace["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (folder, _) in MAY_USE {
        let inherits = manifest(folder)["lints"]["workspace"].as_bool();
        assert_eq!(inherits, Some(true), "{folder}/Cargo.toml");
    }
}

/// The contract is pure: nothing it depends on does IO, tells the time or rolls dice.
#[test]
fn protocol_depends_on_nothing_that_does_io() {
    let manifest = manifest("protocol");
    let table = manifest["dependencies"].as_table().unwrap();
    for name in table.keys() {
        assert!(
            PURE.contains(&name.as_str()),
            "protocol uses {name}: if it does no IO and knows neither clock nor dice, list it here"
        );
    }
}

#[test]
fn protocol_names_nothing_of_the_operating_system() {
    for file in rust_files("protocol/src") {
        let source = read(std::path::Path::new("protocol/src").join(&file));
        for name in names_used(&file, &source, "std") {
            assert!(
                !IMPURE_STD.contains(&name.as_str()),
                "{}: std::{name}",
                file.display()
            );
        }
    }
}

/// What only a server needs would weigh on every page.
#[test]
fn the_page_takes_no_server_part_of_the_protocol() {
    let protocol = &dependencies(&manifest("sdk-wasm"))["connect-outlook-protocol"];
    assert!(protocol.get("features").is_none(), "{protocol}");
    let workspace = manifest("");
    let shared = &workspace["workspace"]["dependencies"]["connect-outlook-protocol"];
    assert!(shared.get("features").is_none(), "{shared}");
}

/// S6: keys made by `rsa` are the emulator's throwaway ones.
#[test]
fn only_the_emulator_makes_rsa_keys() {
    for (folder, _) in MAY_USE.iter().filter(|(folder, _)| *folder != "emulator") {
        let all = dependencies(&manifest(folder));
        assert!(
            !all.contains_key("rsa") && !all.contains_key("rand"),
            "{folder}/Cargo.toml"
        );
    }
}

fn manifest(folder: &str) -> Table {
    let path = std::path::Path::new(folder).join("Cargo.toml");
    read(&path)
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All dependencies of a manifest, of whatever kind and for whatever target.
fn dependencies(manifest: &Table) -> BTreeMap<String, toml::Value> {
    let mut all = BTreeMap::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else {
            continue;
        };
        if key.ends_with("dependencies") {
            all.extend(table.clone());
        } else if key == "target" {
            table
                .values()
                .for_each(|target| all.extend(dependencies(target.as_table().unwrap())));
        }
    }
    all
}

const FOLDER_OF: &[(&str, &str)] = &[
    ("connect-outlook-protocol", "protocol"),
    ("connect-outlook-sdk", "sdk-wasm"),
    ("connect-outlook-backend", "backend"),
    ("connect-outlook-emulator", "emulator"),
    ("connect-outlook-demo", "demo"),
    ("connect-outlook-tests", "tests"),
    ("connect-outlook-throwaway-postgres", "tests/postgres"),
    ("xtask", "xtask"),
];

const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("sdk-wasm", &["protocol"]),
    // The server of `tests/postgres` only for its tests: see `what_is_shipped_needs_no_test_server`.
    ("backend", &["protocol", "tests/postgres"]),
    ("emulator", &[]),
    ("demo", &["protocol", "backend", "emulator"]),
    (
        "tests",
        &["protocol", "backend", "emulator", "demo", "tests/postgres"],
    ),
    ("tests/postgres", &[]),
    ("xtask", &[]),
];

const PURE: &[&str] = &[
    "base64",
    "hmac",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "zeroize",
];

const IMPURE_STD: &[&str] = &[
    "env", "fs", "io", "net", "os", "path", "process", "random", "thread", "time", "*",
];
