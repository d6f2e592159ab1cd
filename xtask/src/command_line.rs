//! The words after `cargo xtask`.

use std::ffi::OsString;

use crate::stop::Stop;
use crate::verify::Scope;

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// `wasm`: build the npm package's directory.
    Wasm,
    /// `package-sdk`: build, pack, check, weigh.
    PackageSdk,
    /// `release TAG`: whether this may be published under the tag.
    Release(String),
    /// `reference`: the npm package's reference, written anew from its types.
    Reference,
    /// `size`: what the npm package weighs, written anew.
    Size,
    /// `coverage`: which test shows what of the emulator, written anew.
    Coverage,
    /// `faults`: which test shows what becomes of which fault, written anew.
    Faults,
    /// `demo [arguments …]`: build and start the demo with these arguments.
    Demo(Vec<OsString>),
    /// `verify [--only rust|wasm|browser|clients|examples]`: check and test.
    Verify(Scope),
}

/// Reads the arguments.
///
/// # Errors
/// They are not of the form above; the sentence shows it.
pub(crate) fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Task, Stop> {
    let word = arguments.next().unwrap_or_default();
    let mut rest: Vec<OsString> = arguments.collect();
    match (word.to_str(), rest.is_empty()) {
        (Some("wasm"), true) => Ok(Task::Wasm),
        (Some("package-sdk"), true) => Ok(Task::PackageSdk),
        (Some("release"), _) => match rest.as_slice() {
            [tag] => Ok(Task::Release(tag.to_string_lossy().into_owned())),
            _ => Err(usage()),
        },
        (Some("reference"), true) => Ok(Task::Reference),
        (Some("size"), true) => Ok(Task::Size),
        (Some("coverage"), true) => Ok(Task::Coverage),
        (Some("faults"), true) => Ok(Task::Faults),
        (Some("demo"), _) => {
            // `cargo demo -- --port 1` is as good as `cargo demo --port 1`.
            if rest.first().is_some_and(|first| first == "--") {
                rest.remove(0);
            }
            Ok(Task::Demo(rest))
        }
        (Some("verify"), _) => scope(&rest).map(Task::Verify),
        _ => Err(usage()),
    }
}

fn scope(rest: &[OsString]) -> Result<Scope, Stop> {
    let words: Option<Vec<&str>> = rest.iter().map(|word| word.to_str()).collect();
    match words.as_deref() {
        Some([]) => Ok(Scope::All),
        Some(["--only", "rust"] | ["--only=rust"]) => Ok(Scope::Rust),
        Some(["--only", "wasm"] | ["--only=wasm"]) => Ok(Scope::Wasm),
        Some(["--only", "browser"] | ["--only=browser"]) => Ok(Scope::Browser),
        Some(["--only", "clients"] | ["--only=clients"]) => Ok(Scope::Clients),
        Some(["--only", "examples"] | ["--only=examples"]) => Ok(Scope::Examples),
        _ => Err(usage()),
    }
}

fn usage() -> Stop {
    Stop::new(
        "usage: cargo demo [ARGUMENTS …] | cargo verify [--only rust|wasm|browser|clients|examples] | cargo package-sdk | cargo xtask wasm | cargo xtask release TAG | cargo xtask size | cargo xtask reference | cargo xtask coverage | cargo xtask faults",
    )
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Task, read};
    use crate::stop::Stop;
    use crate::verify::Scope;

    fn told(line: &str) -> Result<Task, Stop> {
        read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn every_command_is_understood() {
        assert_eq!(told("wasm"), Ok(Task::Wasm));
        assert_eq!(
            told("release v1.2.3"),
            Ok(Task::Release("v1.2.3".to_owned()))
        );
        assert_eq!(told("reference"), Ok(Task::Reference));
        assert_eq!(told("size"), Ok(Task::Size));
        assert_eq!(told("coverage"), Ok(Task::Coverage));
        assert_eq!(told("faults"), Ok(Task::Faults));
        assert_eq!(told("package-sdk"), Ok(Task::PackageSdk));
        assert_eq!(told("verify"), Ok(Task::Verify(Scope::All)));
        assert_eq!(
            told("verify --only browser"),
            Ok(Task::Verify(Scope::Browser))
        );
        assert_eq!(told("verify --only=rust"), Ok(Task::Verify(Scope::Rust)));
        assert_eq!(
            told("verify --only clients"),
            Ok(Task::Verify(Scope::Clients))
        );
        assert_eq!(
            told("verify --only examples"),
            Ok(Task::Verify(Scope::Examples))
        );
    }

    #[test]
    fn the_demos_arguments_are_passed_on_untouched() {
        let expected = Ok(Task::Demo(vec!["--port".into(), "8080".into()]));
        assert_eq!(told("demo --port 8080"), expected);
        assert_eq!(told("demo -- --port 8080"), expected);
    }

    #[test]
    fn anything_else_shows_the_usage() {
        for line in [
            "",
            "wasm now",
            "verify --only",
            "verify everything",
            "release",
            "fly",
        ] {
            assert!(
                told(line).unwrap_err().to_string().starts_with("usage:"),
                "{line}"
            );
        }
    }
}
