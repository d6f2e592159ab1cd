//! What the package weighs, and the budget it must keep.

use std::fmt;
use std::fs;

use serde_json::json;

use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::stop::{OrStop, Stop};
use crate::wasm::{GLUE, MODULE};

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

/// The weight of the package's three parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// Hand-written JavaScript: what a page pays before anybody shows intent.
    shell: Size,
    /// JavaScript around the module.
    glue: Size,
    /// The module.
    wasm: Size,
}

impl Report {
    /// Weighs `sdk-wasm/pkg` and writes the figures to `target/npm/size.json`.
    ///
    /// # Errors
    /// A file is missing, or Node failed.
    pub(crate) fn measure(npm: &Npm, places: &Places) -> Result<Self, Stop> {
        let shell = shell_files(places)?;
        let mut node = npm.node();
        node.current_dir(places.package())
            .arg(places.npm_tools().join("measure.mjs"));
        let told = process::capture(node.args([GLUE, MODULE]).args(&shell))?;
        let sizes = parse(&told).ok_or_else(|| Stop::new("cannot read the measured sizes"))?;
        let [glue, wasm, rest @ ..] = sizes.as_slice() else {
            return Err(Stop::new("the measured sizes are incomplete"));
        };
        let shell = rest.iter().fold(Size::default(), |sum, size| sum + *size);
        let report = Self {
            shell,
            glue: *glue,
            wasm: *wasm,
        };
        let out = places.npm_out();
        fs::create_dir_all(&out)
            .and_then(|()| fs::write(out.join("size.json"), format!("{:#}\n", report.json())))
            .or_stop(|| "cannot write target/npm/size.json".to_owned())?;
        Ok(report)
    }

    /// Fails when all parts together exceed the budget.
    ///
    /// # Errors
    /// They do; the sentence has both figures.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        let total = self.total().brotli;
        if total <= BUDGET {
            return Ok(());
        }
        Err(Stop::new(format!(
            "the npm package weighs {} brotli, more than its budget of {}",
            kilobytes(total),
            kilobytes(BUDGET)
        )))
    }

    fn total(&self) -> Size {
        self.shell + self.glue + self.wasm
    }

    fn rows(&self) -> [(&'static str, Size); 4] {
        [
            ("shell", self.shell),
            ("glue", self.glue),
            ("wasm", self.wasm),
            ("total", self.total()),
        ]
    }

    fn json(&self) -> serde_json::Value {
        let row = |size: Size| json!({ "raw": size.raw, "gzip": size.gzip, "brotli": size.brotli });
        let rows: serde_json::Map<_, _> = self
            .rows()
            .into_iter()
            .map(|(name, size)| (name.to_owned(), row(size)))
            .collect();
        json!({ "unit": "bytes", "budget_brotli": BUDGET, "sizes": rows })
    }
}

impl fmt::Display for Report {
    /// A table, one row a part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<6} {:>10} {:>10} {:>10}",
            "part", "raw", "gzip 9", "brotli 11"
        )?;
        for (name, size) in self.rows() {
            let [raw, gzip, brotli] = [size.raw, size.gzip, size.brotli].map(kilobytes);
            writeln!(f, "{name:<6} {raw:>10} {gzip:>10} {brotli:>10}")?;
        }
        write!(f, "budget {:>32}", kilobytes(BUDGET))
    }
}

fn shell_files(places: &Places) -> Result<Vec<String>, Stop> {
    let entries =
        fs::read_dir(places.package()).or_stop(|| "cannot read sdk-wasm/pkg".to_owned())?;
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut shell: Vec<_> = names
        .filter(|name| name.ends_with(".js") && name != GLUE)
        .collect();
    shell.sort();
    Ok(shell)
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

/// Brotli, in bytes: all parts together may not weigh more.
const BUDGET: u64 = 36_000;

#[cfg(test)]
mod tests {
    use super::{BUDGET, Report, Size, parse};

    fn weighing(brotli: u64) -> Report {
        let size = Size {
            raw: 3 * brotli,
            gzip: brotli + 1,
            brotli,
        };
        Report {
            shell: Size::default(),
            glue: Size::default(),
            wasm: size,
        }
    }

    #[test]
    fn the_budget_itself_is_allowed_and_one_byte_more_is_not() {
        assert_eq!(weighing(BUDGET).check(), Ok(()));
        let refusal = weighing(BUDGET + 100).check().unwrap_err().to_string();
        assert!(
            refusal.contains("36.1 KB") && refusal.contains("36.0 KB"),
            "{refusal}"
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
        let report = weighing(12_345);
        assert!(report.to_string().contains("12.3 KB"), "{report}");
        assert_eq!(report.json()["sizes"]["total"]["brotli"], 12_345);
    }
}
