//! `cargo package-sdk`: the tarball for npm, its list of files and its weight.

use std::fs;

use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::say;
use crate::size::Report;
use crate::stop::{OrStop, Stop};
use crate::wasm::{self, Shrinking};

/// Builds, packs, checks and weighs the npm package.
///
/// # Errors
/// It cannot be built, a file is missing or should not be there, or it is too heavy.
pub(crate) fn package(places: &Places) -> Result<Report, Stop> {
    wasm::build(places, Shrinking::Demanded)?;
    let npm = Npm::demanded()?;
    let packed = pack(&npm, places)?;
    check_files(&packed.files)?;
    if packed.tarball != tarball() {
        return Err(Stop::new(format!(
            "npm packed {}, not the workspace's version",
            packed.tarball
        )));
    }
    say::line(&format!(
        "target/npm/{} holds {} files",
        packed.tarball,
        packed.files.len()
    ));
    let report = Report::measure(&npm, places)?;
    say::result(&report.to_string());
    report.check()?;
    Ok(report)
}

/// The tarball's name in `target/npm`.
pub(crate) fn tarball() -> String {
    concat!("connect-outlook-", env!("CARGO_PKG_VERSION"), ".tgz").to_owned()
}

/// What npm packed.
#[derive(Debug, PartialEq, Eq)]
struct Packed {
    tarball: String,
    files: Vec<String>,
}

fn pack(npm: &Npm, places: &Places) -> Result<Packed, Stop> {
    let out = places.npm_out();
    fs::create_dir_all(&out).or_stop(|| format!("cannot create {}", out.display()))?;
    let mut command = npm.npm();
    command
        .args(["pack", "--json", "--loglevel=error", "--pack-destination"])
        .arg(&out);
    let told = process::capture(command.current_dir(places.package()))?;
    read_packed(&told).ok_or_else(|| Stop::new("cannot read what npm says it packed"))
}

fn read_packed(told: &str) -> Option<Packed> {
    let all: serde_json::Value = serde_json::from_str(told).ok()?;
    let one = all.get(0)?;
    let files = one.get("files")?.as_array()?.iter();
    let files: Option<Vec<_>> = files
        .map(|file| Some(file.get("path")?.as_str()?.to_owned()))
        .collect();
    Some(Packed {
        tarball: one.get("filename")?.as_str()?.to_owned(),
        files: files?,
    })
}

/// The package holds exactly what this file names: nothing slips in, nothing gets lost.
fn check_files(files: &[String]) -> Result<(), Stop> {
    let missing = FILES
        .iter()
        .filter(|name| !files.iter().any(|file| file == *name));
    let missing: Vec<_> = missing.copied().collect();
    let extra = files.iter().filter(|file| !FILES.contains(&file.as_str()));
    let extra: Vec<_> = extra.map(String::as_str).collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    let list = |names: &[&str]| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    };
    Err(Stop::new(format!(
        "the npm package's files are not those listed in xtask/src/package.rs (missing: {}; not listed: {})",
        list(&missing),
        list(&extra)
    )))
}

const FILES: [&str; 49] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "callback.d.ts",
    "callback.html",
    "callback.js",
    "callback.js.map",
    "client.js",
    "client.js.map",
    "connect-outlook.css",
    "connect-outlook.js",
    "connect-outlook.js.map",
    "custom-elements.json",
    "element.d.ts",
    "element.js",
    "element.js.map",
    "frame.js",
    "frame.js.map",
    "index.d.ts",
    "index.js",
    "index.js.map",
    "inline.js",
    "inline.js.map",
    "lang/ar.js",
    "lang/ar.js.map",
    "lang/de.js",
    "lang/de.js.map",
    "lang/es.js",
    "lang/es.js.map",
    "lang/fr.js",
    "lang/fr.js.map",
    "lang/ja.js",
    "lang/ja.js.map",
    "mail.js",
    "mail.js.map",
    "package.json",
    "react.d.ts",
    "server.js",
    "server.js.map",
    "svelte.d.ts",
    "testing.d.ts",
    "testing.js",
    "testing.js.map",
    "view.js",
    "view.js.map",
    "vue.d.ts",
    "words.js",
    "words.js.map",
    wasm::MODULE,
];

#[cfg(test)]
mod tests {
    use super::{FILES, Packed, check_files, read_packed};

    fn all() -> Vec<String> {
        FILES.map(str::to_owned).to_vec()
    }

    #[test]
    fn exactly_the_listed_files_pass() {
        assert_eq!(check_files(&all()), Ok(()));
    }

    #[test]
    fn a_stray_file_is_named() {
        let mut files = all();
        files.push(".env".to_owned());
        assert!(
            check_files(&files)
                .unwrap_err()
                .to_string()
                .contains("not listed: .env")
        );
    }

    #[test]
    fn a_lost_file_is_named() {
        let mut files = all();
        files.retain(|file| file != "index.d.ts");
        assert!(
            check_files(&files)
                .unwrap_err()
                .to_string()
                .contains("missing: index.d.ts")
        );
    }

    #[test]
    fn npms_answer_is_read() {
        let told =
            r#"[{"filename":"x-0.1.0.tgz","files":[{"path":"index.js","size":1,"mode":420}]}]"#;
        let packed = Packed {
            tarball: "x-0.1.0.tgz".to_owned(),
            files: vec!["index.js".to_owned()],
        };
        assert_eq!(read_packed(told), Some(packed));
        assert_eq!(read_packed("[]"), None);
    }
}
