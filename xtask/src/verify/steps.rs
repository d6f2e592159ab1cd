//! The steps of a verification, each with what it runs.

use std::fs;
use std::io::{self, IsTerminal};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;

use crate::coverage;
use crate::demo;
use crate::faults;
use crate::npm::Npm;
use crate::package;
use crate::places::Places;
use crate::process;
use crate::reference;
use crate::release;
use crate::say;
use crate::size::page;
use crate::stop::{OrStop, Stop};
use crate::stream::stream;
use crate::verify::failed_tests::{FailedNodeTests, FailedRustTests};
use crate::verify::node_tests::NodeTests;
use crate::verify::rust_tests::RustTests;
use crate::verify::tally::{Kind, Tally};

/// What was found or installed beforehand.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    /// For packing and for the browser stories.
    pub(crate) npm: Option<Npm>,
    /// The browser of the stories.
    pub(crate) chromium: Option<PathBuf>,
}

/// One step, in a sensible order of speed and need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// rustfmt.
    Format,
    /// What is made from the code and committed: the same as made now. Early, because it takes seconds and everybody
    /// forgets it.
    Generated,
    /// Lints as errors.
    Clippy,
    /// rustdoc, with broken links as errors.
    Docs,
    /// The npm package: files and weight.
    Package,
    /// The built package's own tests, in Node.
    PackageTests,
    /// Unit, integration and documentation tests.
    RustTests,
    /// Stories in a real browser.
    BrowserStories,
    /// The core stories in Firefox and WebKit.
    OtherBrowsers,
    /// Unmodified clients of others, against the emulator.
    ClientsOfOthers,
    /// Examples of the npm package, from the packed tarball to a listed inbox.
    Examples,
}

impl Step {
    /// The heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Generated => "generated pages",
            Self::Clippy => "clippy",
            Self::Docs => "documentation",
            Self::Package => "npm package",
            Self::PackageTests => "package tests",
            Self::RustTests => "Rust tests",
            Self::BrowserStories => "browser stories",
            Self::OtherBrowsers => "other browsers",
            Self::ClientsOfOthers => "clients of others",
            Self::Examples => "examples",
        }
    }

    /// What has to be over before it begins: the package that pages and examples load, and that the demo's tests find.
    pub(crate) fn needs(self) -> &'static [Self] {
        match self {
            Self::Format
            | Self::Generated
            | Self::Clippy
            | Self::Docs
            | Self::Package
            | Self::ClientsOfOthers => &[],
            Self::PackageTests
            | Self::RustTests
            | Self::BrowserStories
            | Self::OtherBrowsers
            | Self::Examples => &[Self::Package],
        }
    }

    /// Does it, counting tests as they end.
    ///
    /// # Errors
    /// It failed; what was wrong has been printed.
    pub(crate) fn run(self, places: &Places, tools: &Tools, tally: &mut Tally) -> Result<(), Stop> {
        match self {
            Self::Format => show(cargo(places).args(["fmt", "--all", "--check"])),
            Self::Generated => generated(places, tools),
            Self::Clippy => show(
                cargo(places)
                    .args(["clippy", "--workspace", "--all-targets", "--locked"])
                    .args(["--", "-D", "warnings"]),
            ),
            Self::Docs => show(cargo(places).env("RUSTDOCFLAGS", "-D warnings").args([
                "doc",
                "--workspace",
                "--no-deps",
                "--locked",
            ])),
            Self::Package => npm_package(places, tools),
            Self::PackageTests => package_tests(places, tools, tally),
            Self::RustTests => rust_tests(places, tally),
            Self::BrowserStories => browser_stories(places, tools, "test", Kind::Browser, tally),
            Self::OtherBrowsers => {
                browser_stories(places, tools, "test:others", Kind::OtherBrowsers, tally)
            }
            Self::ClientsOfOthers => clients_of_others(places, tools, tally),
            Self::Examples => examples(places, tools, tally),
        }
    }
}

/// All of them are looked at, so that one verification tells of each.
fn generated(places: &Places, tools: &Tools) -> Result<(), Stop> {
    let mut checks = vec![coverage::check(places), faults::check(places)];
    if let Some(npm) = &tools.npm {
        checks.push(reference::check(npm, places));
    }
    let stale: Vec<_> = checks.into_iter().filter_map(Result::err).collect();
    if stale.is_empty() {
        return Ok(());
    }
    let stale: Vec<_> = stale.iter().map(Stop::to_string).collect();
    Err(Stop::new(stale.join("; ")))
}

fn rust_tests(places: &Places, tally: &mut Tally) -> Result<(), Stop> {
    let (mut tests, mut failed) = (RustTests::default(), FailedRustTests::default());
    let mut command = cargo(places);
    command.args(["test", "--workspace", "--no-fail-fast", "--locked"]);
    // Many of them wait, for a database or for a process to start: twice as many at once as there are processors.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        command.env("RUST_TEST_THREADS", (2 * processors).to_string());
    }
    let succeeded = stream(&mut command, |line| {
        say::result(line);
        failed.line(line);
        if let Some((kind, count)) = tests.line(line) {
            tally.add(kind, count);
        }
    })?;
    tally.failed(failed.all());
    ended(succeeded)
}

fn npm_package(places: &Places, tools: &Tools) -> Result<(), Stop> {
    let npm = tools.npm.as_ref().ok_or_else(|| Stop::new("no npm"))?;
    let report = package::package(places)?;
    release::rehearse(npm, places)?;
    page::check(npm, places, &report)
}

fn package_tests(places: &Places, tools: &Tools, tally: &mut Tally) -> Result<(), Stop> {
    let npm = tools.npm.as_ref().ok_or_else(|| Stop::new("no npm"))?;
    let dir = places.package_tests();
    npm.install_locked(&dir)?;
    let entries = fs::read_dir(&dir).or_stop(|| format!("cannot read {}", dir.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut command = npm.node();
    // File by file: how Node takes a directory differs between versions.
    node_tests(
        command.args(["--test", "--test-reporter=spec"]).args(files),
        Kind::Wasm,
        tally,
    )
}

fn browser_stories(
    places: &Places,
    tools: &Tools,
    script: &str,
    kind: Kind,
    tally: &mut Tally,
) -> Result<(), Stop> {
    let (Some(npm), Some(chromium)) = (&tools.npm, &tools.chromium) else {
        return Err(Stop::new("no npm or no browser"));
    };
    let demo = demo::build(places)?;
    let mut command = npm.npm();
    command
        .current_dir(places.browser_tests())
        .env("DEMO_BINARY", demo)
        .env("SERVER_BINARY", server(places)?)
        .env("EMULATOR_BINARY", emulator(places)?)
        .env("EMULATOR_KEYS", places.emulator_keys())
        .env("CHROMIUM", chromium)
        .args(["run", script, "--loglevel=error"]);
    node_tests(&mut command, kind, tally)
}

fn clients_of_others(places: &Places, tools: &Tools, tally: &mut Tally) -> Result<(), Stop> {
    let (Some(npm), Some(chromium)) = (&tools.npm, &tools.chromium) else {
        return Err(Stop::new("no npm or no browser"));
    };
    let mut command = npm.npm();
    command
        .current_dir(places.client_tests())
        .env("EMULATOR_BINARY", emulator(places)?)
        .env("EMULATOR_KEYS", places.emulator_keys())
        .env("SERVER_BINARY", server(places)?)
        .env("CHROMIUM", chromium)
        .args(["test", "--loglevel=error"]);
    node_tests(&mut command, Kind::Clients, tally)
}

fn examples(places: &Places, tools: &Tools, tally: &mut Tally) -> Result<(), Stop> {
    let (Some(npm), Some(chromium)) = (&tools.npm, &tools.chromium) else {
        return Err(Stop::new("no npm or no browser"));
    };
    let mut command = npm.npm();
    command
        .current_dir(places.example_tests())
        .env("EMULATOR_BINARY", emulator(places)?)
        .env("EMULATOR_KEYS", places.emulator_keys())
        .env("SERVER_BINARY", server(places)?)
        .env("CHROMIUM", chromium)
        .args(["test", "--loglevel=error"]);
    say::line("Each example's packages are installed once: 5-60 s each, two at a time.");
    node_tests(&mut command, Kind::Examples, tally)
}

fn server(places: &Places) -> Result<PathBuf, Stop> {
    demo::build_program(places, "connect-outlook", "the server")
}

fn emulator(places: &Places) -> Result<PathBuf, Stop> {
    demo::build_program(places, "connect-outlook-emulator", "the emulator")
}

fn node_tests(command: &mut Command, kind: Kind, tally: &mut Tally) -> Result<(), Stop> {
    let (mut tests, mut failed) = (NodeTests::default(), FailedNodeTests::default());
    let succeeded = stream(command, |line| {
        say::result(line);
        failed.line(line);
        if let Some(count) = tests.line(line) {
            tally.add(kind, count);
        }
    })?;
    tally.failed(failed.all());
    ended(succeeded)
}

fn cargo(places: &Places) -> Command {
    let mut cargo = process::cargo();
    cargo.current_dir(places.root());
    if io::stdout().is_terminal() {
        cargo.env("CARGO_TERM_COLOR", "always");
    }
    cargo
}

fn show(command: &mut Command) -> Result<(), Stop> {
    ended(stream(command, say::result)?)
}

fn ended(succeeded: bool) -> Result<(), Stop> {
    if succeeded {
        Ok(())
    } else {
        Err(Stop::new("failed, see above"))
    }
}
