//! The walls inside the backend, read from the tokens of its sources.

use std::path::{Component, Path};

use connect_outlook_tests::house::{read, root_modules_used, rust_files};

/// `http` speaks to `app` alone, `app` sees every room, the others do not know each other.
#[test]
fn rooms_of_the_backend_use_only_what_they_may() {
    for file in rust_files(SOURCES) {
        let room = room_of(&file);
        if ENTRANCES.contains(&room.as_str()) {
            continue;
        }
        for used in root_modules_used(&file, &read(Path::new(SOURCES).join(&file))) {
            assert!(
                used == room || may_use(&room, &used),
                "{SOURCES}/{} uses crate::{used}: {}",
                file.display(),
                rule_for(&room)
            );
        }
    }
}

#[test]
fn every_module_of_the_backend_has_a_place_in_these_walls() {
    for file in rust_files(SOURCES) {
        let room = room_of(&file);
        let known = ENTRANCES.contains(&room.as_str())
            || GROUND.contains(&room.as_str())
            || ROOMS.iter().any(|(name, _)| *name == room);
        assert!(
            known,
            "{SOURCES}/{room}: say here which room it is",
            room = file.display()
        );
    }
}

/// A wall that nothing stands behind would hold whatever happened.
#[test]
fn the_rooms_of_these_walls_exist() {
    let files = rust_files(SOURCES);
    for (room, _) in ROOMS {
        assert!(
            files.iter().any(|file| room_of(file) == *room),
            "{SOURCES}/{room}"
        );
    }
}

/// SQL and sealing are the vault's alone; routes and cookies are the door's alone; requests go out of three rooms only.
#[test]
fn crates_with_a_room_of_their_own_are_used_in_that_room() {
    // A room's own tests may play the other side of the wire.
    for file in rust_files(SOURCES)
        .into_iter()
        .filter(|file| !is_test(file))
    {
        let room = room_of(&file);
        let source = read(Path::new(SOURCES).join(&file));
        for (library, rooms) in KEPT_IN {
            let used =
                !connect_outlook_tests::house::names_used(&file, &source, library).is_empty();
            assert!(
                !used || rooms.contains(&room.as_str()),
                "{SOURCES}/{} uses {library}, which belongs to {rooms:?}",
                file.display()
            );
        }
    }
}

fn is_test(file: &Path) -> bool {
    ["tests", "testing"]
        .iter()
        .any(|name| file.file_stem().is_some_and(|stem| stem == *name))
}

/// `lib`, `main`, or the first folder or file below `src`.
fn room_of(file: &Path) -> String {
    match file.components().next() {
        Some(Component::Normal(first)) => {
            first.to_string_lossy().trim_end_matches(".rs").to_owned()
        }
        _ => panic!("{}", file.display()),
    }
}

fn may_use(room: &str, used: &str) -> bool {
    if GROUND.contains(&used) {
        return true;
    }
    ROOMS
        .iter()
        .any(|(name, may)| *name == room && may.contains(&used))
}

fn rule_for(room: &str) -> String {
    match ROOMS.iter().find(|(name, _)| *name == room) {
        Some((_, may)) => format!("{room} may use {may:?} and the ground {GROUND:?}"),
        None => format!("{room} is ground and may use only the ground {GROUND:?}"),
    }
}

const SOURCES: &str = "backend/src";

/// Each room and the rooms it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("http", &["app"]),
    ("app", &["entra", "graph", "vault", "webhooks"]),
    ("entra", &[]),
    ("graph", &[]),
    ("vault", &[]),
    ("webhooks", &[]),
    ("config", &["entra", "vault", "webhooks"]),
    ("doctor", &["config", "entra", "registration", "vault"]),
    (
        "cli",
        &["Backend", "config", "doctor", "http", "vault", "webhooks"],
    ),
];

/// Below all rooms: knows none of them.
const GROUND: &[&str] = &[
    "clock",
    "log",
    "meters",
    "outbound",
    "random",
    "steps",
    "strict_json",
];

/// Where everything is put together; nobody uses these.
const ENTRANCES: &[&str] = &["lib", "main"];

/// Libraries that only some rooms may touch.
const KEPT_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["vault"]),
    ("chacha20poly1305", &["vault"]),
    ("aes_kw", &["vault"]),
    ("axum", &["http", "lib", "main"]),
    ("tower_http", &["http", "lib", "main"]),
    ("reqwest", &["entra", "graph", "outbound", "webhooks"]),
];
