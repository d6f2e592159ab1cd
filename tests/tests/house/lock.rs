//! What the lock files may hold.

use connect_outlook_tests::house::{read, root};
use toml::Table;

/// One cryptographic provider: everything else is kept out of the build, not just unused.
#[test]
fn no_other_cryptography_than_ring_is_linked() {
    for (name, _) in packages() {
        assert!(!REFUSED.contains(&name.as_str()), "Cargo.lock holds {name}");
    }
}

/// D10: patterns are matched in linear time: no engine that goes back and tries again.
#[test]
fn no_engine_for_patterns_that_takes_for_ever_is_linked() {
    for (name, _) in packages() {
        let refused = [
            "fancy-regex",
            "onig",
            "onig_sys",
            "pcre",
            "pcre2",
            "pcre2-sys",
            "regress",
        ];
        assert!(!refused.contains(&name.as_str()), "Cargo.lock holds {name}");
    }
}

/// S4: nothing from a repository's branch or a foreign registry.
#[test]
fn every_package_comes_from_the_registry() {
    for package in lock()["package"].as_array().unwrap() {
        let source = package.get("source").and_then(toml::Value::as_str);
        let ours = source.is_none();
        assert!(ours || source == Some(REGISTRY), "{package}");
        assert!(ours || package.get("checksum").is_some(), "{package}");
    }
}

/// S5: versions below these have known holes.
#[test]
fn packages_stand_above_their_floors() {
    for (name, version) in packages() {
        let floor = FLOORS.iter().find(|(floored, _)| *floored == name);
        if let Some((_, floor)) = floor {
            assert!(
                numbers(&version) >= numbers(floor),
                "{name} {version} is below {floor}"
            );
        }
    }
}

#[test]
fn the_floors_are_about_packages_that_are_there() {
    let present: Vec<_> = packages().into_iter().map(|(name, _)| name).collect();
    for (name, _) in FLOORS {
        assert!(
            present.iter().any(|package| package == name),
            "{name} has left: drop its floor"
        );
    }
}

#[test]
fn versions_are_compared_as_numbers() {
    assert!(numbers("0.4.9") < numbers("0.4.16"));
    assert!(numbers("1.0.0") > numbers("0.103.13"));
    assert!(numbers("1.44.2+build") == numbers("1.44.2"));
}

/// S7: what npm installs for the suites is pinned by content, from wherever a mirror serves it.
#[test]
fn npm_packages_are_pinned_by_content() {
    let examples = root().join("sdk-wasm/examples").read_dir().unwrap();
    let examples = examples.map(|entry| entry.unwrap().path().join("package-lock.json"));
    let suites = [
        "tests/browser/package-lock.json",
        "tests/clients/package-lock.json",
        "xtask/npm/package-lock.json",
        "xtask/peers/package-lock.json",
        "xtask/docs/package-lock.json",
        "sdk-wasm/js-tests/package-lock.json",
    ];
    let locks = suites
        .iter()
        .map(|path| root().join(path))
        .chain(examples.filter(|path| path.exists()));
    for path in locks {
        let lock: serde_json::Value = serde_json::from_str(&read(&path)).unwrap();
        let path = path.display();
        for (name, package) in lock["packages"].as_object().unwrap() {
            let ours = name.is_empty();
            assert!(
                ours || package["integrity"].is_string(),
                "{path}: {name} has no integrity"
            );
            assert!(
                package.get("resolved").is_none(),
                "{path}: {name} names one mirror"
            );
        }
    }
}

fn lock() -> Table {
    read("Cargo.lock").parse().unwrap()
}

fn packages() -> Vec<(String, String)> {
    let lock = lock();
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    let all = lock["package"].as_array().unwrap().iter();
    all.map(|package| (text(package, "name"), text(package, "version")))
        .collect()
}

/// The numbers of a version, without pre-release and build.
fn numbers(version: &str) -> Vec<u64> {
    let core = version.split(['-', '+']).next().unwrap();
    core.split('.')
        .map(|number| number.parse().unwrap())
        .collect()
}

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

const REFUSED: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "aws-lc-fips-sys",
    "boring",
    "boring-sys",
    "native-tls",
    "openssl",
    "openssl-src",
    "openssl-sys",
];

const FLOORS: &[(&str, &str)] = &[
    ("bytes", "1.11.1"),
    ("h2", "0.4.16"),
    ("idna", "1.0.0"),
    ("rustls", "0.23.18"),
    ("rustls-webpki", "0.103.13"),
    ("sqlx", "0.8.1"),
    ("time", "0.3.47"),
    ("tokio", "1.44.2"),
    ("tracing-subscriber", "0.3.20"),
];
