//! What the package weighs, and the budget it must keep.

pub(crate) mod page;
mod peers;

use std::fmt;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::stop::{OrStop, Stop};
use crate::wasm::MODULE;

/// Bytes as shipped and as compressed for the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    raw: u64,
    /// gzip, level 9.
    gzip: u64,
    /// Brotli, quality 11.
    brotli: u64,
}

impl std::ops::Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }
}

/// The weight of every file that a page may load.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    files: Vec<(String, Size)>,
}

impl Report {
    /// Weighs `sdk-wasm/pkg` and writes the figures to `target/npm/size.json`.
    ///
    /// # Errors
    /// A file is missing, or Node failed.
    pub(crate) fn measure(npm: &Npm, places: &Places) -> Result<Self, Stop> {
        let names = loaded_files(places)?;
        let sizes = weigh(npm, places, &places.package(), &names)?;
        let report = Self {
            files: names.into_iter().zip(sizes).collect(),
        };
        let out = places.npm_out();
        fs::create_dir_all(&out)
            .and_then(|()| fs::write(out.join("size.json"), format!("{:#}\n", report.json())))
            .or_stop(|| "cannot write target/npm/size.json".to_owned())?;
        Ok(report)
    }

    /// Fails when module, glue and loader together exceed the budget.
    ///
    /// # Errors
    /// They do; the sentence has both figures.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        let weight = self.core().brotli;
        if weight <= BUDGET {
            return Ok(());
        }
        Err(Stop::new(format!(
            "module, glue and loader weigh {} brotli, more than their budget of {}",
            kilobytes(weight),
            kilobytes(BUDGET)
        )))
    }

    /// Module, glue and loader together.
    fn core(&self) -> Size {
        self.sum(|name| CORE.contains(&name))
    }

    fn sum(&self, counts: impl Fn(&str) -> bool) -> Size {
        let chosen = self.files.iter().filter(|(name, _)| counts(name));
        chosen.fold(Size::default(), |sum, (_, size)| sum + *size)
    }

    /// What a page pays before anybody shows intent; what comes with it; everything.
    fn sums(&self) -> [(&'static str, Size); 3] {
        [
            (
                "before intent",
                self.sum(|name| BEFORE_INTENT.contains(&name)),
            ),
            ("module, glue and loader", self.core()),
            (
                "all of it, in English",
                self.sum(|name| CORE.contains(&name) || SHOWN.contains(&name)),
            ),
        ]
    }

    fn json(&self) -> serde_json::Value {
        let row = |size: Size| json!({ "raw": size.raw, "gzip": size.gzip, "brotli": size.brotli });
        let files = self
            .files
            .iter()
            .map(|(name, size)| (name.clone(), row(*size)));
        let sums = self.sums().map(|(name, size)| (name.to_owned(), row(size)));
        json!({
            "unit": "bytes",
            "goal": { "module, glue and loader": { "brotli": GOAL } },
            "limit": { "module, glue and loader": { "brotli": BUDGET } },
            "files": serde_json::Map::from_iter(files),
            "sums": serde_json::Map::from_iter(sums),
        })
    }
}

impl fmt::Display for Report {
    /// A table: one row a file, then the sums.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<30} {:>10} {:>10} {:>10}",
            "", "raw", "gzip 9", "brotli 11"
        )?;
        let files = self.files.iter().map(|(name, size)| (name.as_str(), *size));
        for (name, size) in files.chain(self.sums()) {
            let [raw, gzip, brotli] = [size.raw, size.gzip, size.brotli].map(kilobytes);
            writeln!(f, "{name:<30} {raw:>10} {gzip:>10} {brotli:>10}")?;
        }
        write!(
            f,
            "{:<30} {:>32}",
            "goal and limit of those three",
            format!("{} and {}", kilobytes(GOAL), kilobytes(BUDGET))
        )
    }
}

fn loaded_files(places: &Places) -> Result<Vec<String>, Stop> {
    let mut loaded = Vec::new();
    for (dir, prefix) in [("", ""), ("lang", "lang/")] {
        let dir = places.package().join(dir);
        let entries = fs::read_dir(&dir).or_stop(|| format!("cannot read {}", dir.display()))?;
        let names = entries.flatten().map(|entry| entry.file_name());
        loaded.extend(names.map(|name| format!("{prefix}{}", name.to_string_lossy())));
    }
    loaded.retain(|name| LOADED.iter().any(|kind| name.ends_with(kind)));
    loaded.sort();
    Ok(loaded)
}

/// The sizes of these files of `dir`, in their order.
fn weigh(npm: &Npm, places: &Places, dir: &Path, names: &[String]) -> Result<Vec<Size>, Stop> {
    let mut node = npm.node();
    node.current_dir(dir)
        .arg(places.npm_tools().join("measure.mjs"));
    let told = process::capture(node.args(names))?;
    let sizes = parse(&told).filter(|sizes| sizes.len() == names.len());
    sizes.ok_or_else(|| Stop::new("cannot read the measured sizes"))
}

fn parse(told: &str) -> Option<Vec<Size>> {
    let rows: Vec<[u64; 3]> = serde_json::from_str(told).ok()?;
    Some(
        rows.into_iter()
            .map(|[raw, gzip, brotli]| Size { raw, gzip, brotli })
            .collect(),
    )
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

const LOADED: [&str; 4] = [".js", ".wasm", ".css", ".html"];
const BEFORE_INTENT: [&str; 2] = ["index.js", "element.js"];
const CORE: [&str; 3] = ["index.js", "client.js", MODULE];
const SHOWN: [&str; 3] = ["element.js", "view.js", "words.js"];
/// Brotli, in bytes: module, glue and loader together are not to weigh more.
const GOAL: u64 = 30_000;
/// Above this, verification fails.
const BUDGET: u64 = 36_000;

#[cfg(test)]
mod tests {
    use super::{BUDGET, MODULE, Report, Size, parse};

    fn weighing(files: &[(&str, u64)]) -> Report {
        let size = |brotli| Size {
            raw: 3 * brotli,
            gzip: brotli + 1,
            brotli,
        };
        Report {
            files: files
                .iter()
                .map(|(name, brotli)| ((*name).to_owned(), size(*brotli)))
                .collect(),
        }
    }

    #[test]
    fn the_budget_itself_is_allowed_and_more_is_not() {
        assert_eq!(
            weighing(&[(MODULE, BUDGET - 10), ("index.js", 10)]).check(),
            Ok(())
        );
        let refusal = weighing(&[(MODULE, BUDGET), ("client.js", 100)])
            .check()
            .unwrap_err();
        let refusal = refusal.to_string();
        assert!(
            refusal.contains("36.1 KB") && refusal.contains("36.0 KB"),
            "{refusal}"
        );
    }

    #[test]
    fn what_is_shown_is_outside_the_budget_and_variants_are_in_no_sum() {
        let report = weighing(&[
            (MODULE, BUDGET),
            ("element.js", 2000),
            ("view.js", 500),
            ("inline.js", 40_000),
        ]);
        assert_eq!(report.check(), Ok(()));
        assert_eq!(
            report.sums().map(|(_, size)| size.brotli),
            [2000, BUDGET, BUDGET + 2500]
        );
    }

    #[test]
    fn measured_sizes_are_read_in_order() {
        let sizes = parse("[[3,2,1],[30,20,10]]\n").unwrap();
        assert_eq!(
            sizes[1],
            Size {
                raw: 30,
                gzip: 20,
                brotli: 10
            }
        );
        assert_eq!(
            sizes[0] + sizes[1],
            Size {
                raw: 33,
                gzip: 22,
                brotli: 11
            }
        );
        assert_eq!(parse("[[3,2]]"), None);
    }

    #[test]
    fn the_report_is_a_table_and_json_of_the_same_figures() {
        let report = weighing(&[(MODULE, 12_345)]);
        assert!(report.to_string().contains("12.3 KB"), "{report}");
        let sum = &report.json()["sums"]["all of it, in English"];
        assert_eq!(sum["brotli"], 12_345);
        assert_eq!(report.json()["files"][MODULE]["brotli"], 12_345);
    }
}
