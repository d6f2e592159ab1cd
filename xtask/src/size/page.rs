//! `sdk-wasm/SIZES.md`: what every entry weighs, with the peers beside it. Written by `cargo xtask size`; a
//! verification measures anew and fails when the page says something else.

use std::fmt::Write as _;
use std::fs;

use super::peers::{self, Peer};
use super::{Report, Size};
use crate::compiler::Compiler;
use crate::npm::Npm;
use crate::places::Places;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::wasm::{self, MODULE, Shrinking};

/// Builds, weighs and writes the page anew.
///
/// # Errors
/// Something cannot be built or weighed, or the page cannot be written.
pub(crate) fn write(places: &Places) -> Result<(), Stop> {
    wasm::build(places, Shrinking::Demanded)?;
    let npm = Npm::demanded()?;
    let page = made(&npm, places, &Report::measure(&npm, places)?)?;
    let path = places.sizes();
    fs::write(&path, page).or_stop(|| format!("cannot write {}", path.display()))?;
    say::line(&format!("{} is fresh", path.display()));
    Ok(())
}

/// Fails when the page does not say what `report` and the peers weigh now.
///
/// # Errors
/// It does not; the sentence has the first line that differs.
pub(crate) fn check(npm: &Npm, places: &Places, report: &Report) -> Result<(), Stop> {
    let path = places.sizes();
    let page = fs::read_to_string(&path).or_stop(|| format!("cannot read {}", path.display()))?;
    match stale(&page, &made(npm, places, report)?) {
        None => Ok(()),
        Some(line) => Err(Stop::new(format!(
            "sdk-wasm/SIZES.md is stale (run `cargo xtask size`); now: {line}"
        ))),
    }
}

fn made(npm: &Npm, places: &Places, report: &Report) -> Result<String, Stop> {
    let peers = peers::measure(npm, places)?;
    Ok(text(report, &peers, &Compiler::version()))
}

fn text(report: &Report, peers: &[Peer], compiler: &str) -> String {
    let mut page = HEAD.to_owned();
    page += &format!("\n{MEASURED}{compiler}.\n\n## What a page pays\n\n{COLUMNS}");
    for (name, size) in report.sums() {
        page += &row(&format!("**{name}**"), size);
    }
    page += LIMITS;
    page += &format!("\n## Entries\n\n{ENTRY_COLUMNS}");
    for (entry, at_once, later) in ENTRIES {
        let sum = |files: &[&str]| report.sum(|name| files.contains(&name));
        let [before, after] = [sum(at_once), sum(later)].map(cells);
        _ = writeln!(page, "| `{entry}` | {before} | {after} |");
    }
    page += &format!("\n## Files\n\n{COLUMNS}");
    for (name, size) in &report.files {
        page += &row(&format!("`{name}`"), *size);
    }
    page += &format!("{PEERS}{PEER_COLUMNS}");
    let ours = Peer {
        name: "**`connect-outlook`**".to_owned(),
        what: OURS.to_owned(),
        size: report.core(),
    };
    let lighter = peers.partition_point(|peer| peer.size.brotli < ours.size.brotli);
    let (before, after) = peers.split_at(lighter);
    for Peer { name, what, size } in before.iter().chain([&ours]).chain(after) {
        _ = writeln!(page, "| {name} | {what} | {} |", cells(*size));
    }
    page
}

fn row(name: &str, size: Size) -> String {
    format!("| {name} | {} |\n", cells(size))
}

fn cells(size: Size) -> String {
    let [raw, gzip, brotli] = [size.raw, size.gzip, size.brotli].map(tenths);
    format!("{raw} | {gzip} | {brotli}")
}

fn tenths(bytes: u64) -> String {
    let tenths = (bytes + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The first line of `now` that `page` does not say. Another compiler makes another module and another zlib packs
/// otherwise, so figures may differ a little: by a tenth, or by one in twenty where the page names another compiler.
fn stale(page: &str, now: &str) -> Option<String> {
    let compiler = |text: &str| {
        text.lines()
            .find(|line| line.starts_with(MEASURED))
            .map(str::to_owned)
    };
    let share = if compiler(page) == compiler(now) {
        0.0
    } else {
        0.05
    };
    let lines = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with(MEASURED));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let (said, now) = (lines(page), lines(now));
    let fits =
        |line: &str, said: Option<&String>| said.is_some_and(|said| close(said, line, share));
    let odd = now
        .iter()
        .enumerate()
        .find(|(at, line)| !fits(line, said.get(*at)));
    let missing = || (said.len() > now.len()).then(|| "fewer lines".to_owned());
    odd.map(|(_, line)| line.clone()).or_else(missing)
}

fn close(said: &str, now: &str, share: f64) -> bool {
    let (said, now): (Vec<_>, Vec<_>) = (said.split(' ').collect(), now.split(' ').collect());
    let near = |(a, b): (&&str, &&str)| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => (x - y).abs() <= 0.11 + share * x.max(y),
        _ => a == b,
    };
    said.len() == now.len() && said.iter().zip(&now).all(near)
}

const HEAD: &str = "# What the package weighs

Made by `cargo xtask size`; `cargo verify` measures anew and fails when a figure has moved. Kilobytes of 1,000 bytes: as
shipped, by gzip 9, by Brotli 11. Scripts are minified; source maps, types and the npm page are not counted, since no page
loads them.
";
const MEASURED: &str = "The module of these figures was compiled by ";
const COLUMNS: &str = "| | raw | gzip | Brotli |\n| --- | ---: | ---: | ---: |\n";
const ENTRY_COLUMNS: &str =
    "Before anybody means to connect, and with the first call or a pointer that comes near. Other \
languages than English add one file each, letters and attachments `mail.js`.

| import | at once, raw | gzip | Brotli | then, raw | gzip | Brotli |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
";
const LIMITS: &str = "
Module, glue and loader are to weigh 30.0 (Brotli), and verification fails above 36.0; before intent a page pays at most
3.0 (gzip).
";
const PEERS: &str = "
## Beside others

What a page would load instead, in the use that `xtask/peers/src` makes of it, bundled and minified by the same esbuild
with the same settings.

";
const OURS: &str = "Module, glue and loader, with the mail client; the tokens are the server's";
const PEER_COLUMNS: &str =
    "| package | what it is | raw | gzip | Brotli |\n| --- | --- | ---: | ---: | ---: |\n";
const ENTRIES: [(&str, &[&str], &[&str]); 6] = [
    ("connect-outlook", &["index.js"], &["client.js", MODULE]),
    (
        "connect-outlook/element",
        &["index.js", "element.js"],
        &["client.js", MODULE, "view.js", "words.js"],
    ),
    (
        "connect-outlook/inline",
        &["index.js", "inline.js"],
        &["client.js"],
    ),
    ("connect-outlook/standalone", &["connect-outlook.js"], &[]),
    (
        "connect-outlook/callback",
        &["index.js", "callback.js"],
        &["client.js", MODULE],
    ),
    ("connect-outlook/testing", &["index.js", "testing.js"], &[]),
];

#[cfg(test)]
mod tests {
    use super::{MEASURED, stale};

    fn page(compiler: &str, figures: &str) -> String {
        format!("# Head\n\n{MEASURED}{compiler}.\n\n| `a` | {figures} |\n| `b` | 1.0 | 2.0 |\n")
    }

    #[test]
    fn a_figure_that_moved_is_stale_and_a_rounding_is_not() {
        let said = page("rustc 1", "64.6 | 26.6");
        assert_eq!(stale(&said, &said), None);
        assert_eq!(stale(&said, &page("rustc 1", "64.7 | 26.5")), None);
        let now = page("rustc 1", "64.6 | 26.9");
        assert_eq!(stale(&said, &now).unwrap(), "| `a` | 64.6 | 26.9 |");
    }

    #[test]
    fn another_compiler_may_differ_by_one_in_twenty() {
        let said = page("rustc 1", "64.6 | 26.6");
        assert_eq!(stale(&said, &page("rustc 2", "66.0 | 27.5")), None);
        assert!(stale(&said, &page("rustc 2", "70.0 | 26.6")).is_some());
    }

    #[test]
    fn other_words_and_other_rows_are_stale() {
        let said = page("rustc 1", "64.6");
        assert!(stale(&said, &said.replace("`b`", "`c`")).is_some());
        assert!(stale(&said, &(said.clone() + "| `c` | 1.0 |\n")).is_some());
        assert!(stale(&(said.clone() + "| `c` | 1.0 |\n"), &said).is_some());
    }
}
