//! `cargo verify`: every check and every test, then the counts by kind.

pub(crate) mod failed_tests;
pub(crate) mod floor;
pub(crate) mod node_tests;
pub(crate) mod prerequisites;
pub(crate) mod rust_tests;
pub(crate) mod side_by_side;
pub(crate) mod steps;
pub(crate) mod tally;

use std::sync::Arc;

use crate::clock::Stopwatch;
use crate::npm::Npm;
use crate::places::Places;
use crate::say;
use crate::stop::Stop;
use failed_tests::LastLines;
use floor::Floor;
use side_by_side::side_by_side;
use steps::{Step, Tools};
use tally::{Kind, Tally};

/// Which part of the house to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything; what continuous integration runs.
    All,
    /// Formatting, lints, documentation, Rust tests.
    Rust,
    /// The npm package and its weight.
    Wasm,
    /// The stories in the browser, with the package they need.
    Browser,
    /// Other people's clients against the emulator.
    Clients,
    /// The examples of the npm package.
    Examples,
}

impl Scope {
    fn steps(self) -> &'static [Step] {
        use Step::{
            BrowserStories, ClientsOfOthers, Clippy, Docs, Examples, Format, Generated,
            OtherBrowsers, Package, PackageTests, RustTests,
        };
        match self {
            Self::All => &[
                Format,
                Generated,
                Clippy,
                Package,
                Docs,
                PackageTests,
                RustTests,
                BrowserStories,
                Examples,
                ClientsOfOthers,
                OtherBrowsers,
            ],
            Self::Rust => &[Format, Generated, Clippy, Docs, RustTests],
            Self::Wasm => &[Generated, Package, PackageTests],
            Self::Browser => &[Package, BrowserStories, OtherBrowsers],
            Self::Clients => &[ClientsOfOthers],
            Self::Examples => &[Package, Examples],
        }
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::All => &[
                Kind::Unit,
                Kind::Integration,
                Kind::Doc,
                Kind::Wasm,
                Kind::Browser,
                Kind::OtherBrowsers,
                Kind::Clients,
                Kind::Examples,
            ],
            Self::Rust => &[Kind::Unit, Kind::Integration, Kind::Doc],
            Self::Wasm => &[Kind::Wasm],
            Self::Browser => &[Kind::Browser, Kind::OtherBrowsers],
            Self::Clients => &[Kind::Clients],
            Self::Examples => &[Kind::Examples],
        }
    }
}

/// Runs all steps of the scope, two at a time, also after one failed, and prints the table.
///
/// # Errors
/// A prerequisite is missing, something failed, or a kind ran no test.
pub(crate) fn run(places: &Places, scope: Scope) -> Result<(), Stop> {
    let whole = Stopwatch::start();
    let tools = prepare(places, scope)?;
    let floor = Arc::new(Floor::new(Arc::new(|line| println!("{line}"))));
    let ended = side_by_side(scope.steps(), AT_ONCE, |step| {
        carry_out(step, places, &tools, &floor)
    });
    let mut tally = Tally::expecting(scope.kinds());
    let mut times = Vec::new();
    for (_, (counted, time)) in ended {
        tally.join(counted);
        times.push(time);
    }
    if !tally.failures().is_empty() {
        heading("what failed");
    }
    for failure in tally.failures() {
        println!("\n{failure}");
    }
    heading(&format!("verified in {whole}"));
    println!("{}\n\n{tally}", times.join("\n"));
    if tally.is_good() {
        Ok(())
    } else {
        Err(Stop::new("verification failed"))
    }
}

/// Runs one step: what it counted, and its row in the table of times.
fn carry_out(step: Step, places: &Places, tools: &Tools, floor: &Arc<Floor>) -> (Tally, String) {
    let watch = Stopwatch::start();
    let mut tally = Tally::default();
    floor.open(step.title());
    let (ear, last) = (Arc::clone(floor), Arc::new(LastLines::default()));
    let noted = Arc::clone(&last);
    let heard = move |line: &str| {
        noted.note(line);
        ear.say(step.title(), line);
    };
    let outcome = say::to(Arc::new(heard), || step.run(places, tools, &mut tally));
    if let Err(stop) = &outcome {
        floor.say(step.title(), &format!("{}: {stop}", step.title()));
        if tally.failed_tests() == 0 {
            tally.broke(step.title());
        }
        tally.failed_in(step.title(), || last.and(stop));
    }
    floor.close(step.title());
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    (tally, format!("{:<17} {word:<8} {watch}", step.title()))
}

/// Everything that may have to be installed, before anything long starts.
fn prepare(places: &Places, scope: Scope) -> Result<Tools, Stop> {
    heading("prerequisites");
    if scope.kinds().contains(&Kind::Unit) {
        let postgres = prerequisites::postgres()?;
        say::line(&format!("PostgreSQL: {}", postgres.display()));
    }
    if scope == Scope::Rust {
        return Ok(Tools::default());
    }
    let npm = Npm::demanded()?;
    let mut tools = Tools {
        npm: Some(npm.clone()),
        chromium: None,
    };
    if scope != Scope::Wasm {
        let chromium = prerequisites::chromium()?;
        say::line(&format!("browser: {}", chromium.display()));
        tools.chromium = Some(chromium);
    }
    if scope.kinds().contains(&Kind::OtherBrowsers) {
        prerequisites::other_browsers()?;
    }
    // The examples are driven by the hands of the browser stories.
    if scope
        .kinds()
        .iter()
        .any(|kind| matches!(kind, Kind::Browser | Kind::Examples))
    {
        npm.install_locked(&places.browser_tests())?;
    }
    if scope.kinds().contains(&Kind::Clients) {
        npm.install_locked(&places.client_tests())?;
    }
    Ok(tools)
}

/// More would not be faster on two processors, and some of what is tested has to answer within seconds.
const AT_ONCE: usize = 2;

fn heading(text: &str) {
    println!("\n══ {text} ══");
}
