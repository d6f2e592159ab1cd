//! Putting the package together: generated and hand-written files, licences, version.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::places::Places;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::wasm::Generated;

/// Makes `sdk-wasm/pkg` hold exactly the package. Files that stay the same keep their
/// modification time.
///
/// # Errors
/// A file could not be read or written, or `package.json` has no version.
pub(crate) fn assemble(places: &Places, generated: &Generated) -> Result<(), Stop> {
    let mut files = BTreeMap::new();
    collect(&places.sdk_js(), "", &mut files)?;
    let bundled = generated.dir.join("index.js").exists();
    files.retain(|name, _| is_shipped(name, bundled));
    if let Some(manifest) = files.get_mut("package.json") {
        *manifest = with_version(&String::from_utf8_lossy(manifest), VERSION)?.into_bytes();
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files.insert(licence.to_owned(), read(&places.root().join(licence))?);
    }
    // Over the hand-written ones: what was generated may be those, minified.
    let mut made = BTreeMap::new();
    collect(&generated.dir, "", &mut made)?;
    made.retain(|name, _| !name.starts_with(SOURCES));
    files.append(&mut made);
    let package = places.package();
    remove_others(&package, "", &files)?;
    for (name, bytes) in &files {
        write_if_changed(&package.join(name), bytes)?;
    }
    say::line(&format!("wasm: sdk-wasm/pkg holds {} files", files.len()));
    Ok(())
}

/// What was bundled is inside the scripts that use it; without a bundler, what cannot do without is left out.
fn is_shipped(name: &str, bundled: bool) -> bool {
    match name {
        "standalone.js" => false,
        "inline.js" => bundled,
        _ => !(bundled && name.starts_with("inner/")),
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn collect(dir: &Path, prefix: &str, files: &mut Files) -> Result<(), Stop> {
    for (path, name) in entries(dir, prefix) {
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            files.insert(name, read(&path)?);
        }
    }
    Ok(())
}

fn remove_others(dir: &Path, prefix: &str, files: &Files) -> Result<(), Stop> {
    for (path, name) in entries(dir, prefix) {
        if path.is_dir() {
            remove_others(&path, &format!("{name}/"), files)?;
        } else if !files.contains_key(&name) {
            fs::remove_file(&path).or_stop(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

fn entries(dir: &Path, prefix: &str) -> Vec<(std::path::PathBuf, String)> {
    let found = fs::read_dir(dir).into_iter().flatten().flatten();
    found
        .map(|entry| {
            (
                entry.path(),
                format!("{prefix}{}", entry.file_name().to_string_lossy()),
            )
        })
        .filter(|(_, name)| name != "node_modules")
        .collect()
}

/// The manifest with the workspace's version in the place of its own: the version stands
/// in one file only. Works on the text, because the order of keys in `exports` matters.
fn with_version(manifest: &str, version: &str) -> Result<String, Stop> {
    let missing = || Stop::new("sdk-wasm/js/package.json has no \"version\" of its own");
    let (before, rest) = manifest.split_once("\"version\"").ok_or_else(missing)?;
    let mut quoted = rest.splitn(3, '"');
    let (Some(colon), Some(_), Some(after)) = (quoted.next(), quoted.next(), quoted.next()) else {
        return Err(missing());
    };
    Ok(format!("{before}\"version\"{colon}\"{version}\"{after}"))
}

fn read(file: &Path) -> Result<Vec<u8>, Stop> {
    fs::read(file).or_stop(|| format!("cannot read {}", file.display()))
}

fn write_if_changed(file: &Path, bytes: &[u8]) -> Result<(), Stop> {
    if fs::read(file).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let dir = file.parent().unwrap_or(file);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(file, bytes))
        .or_stop(|| format!("cannot write {}", file.display()))
}

// Where the generated directory keeps what its scripts were made from.
const SOURCES: &str = "src/";
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod tests {
    use super::{is_shipped, with_version};

    #[test]
    fn what_is_inside_others_is_not_shipped_beside_them() {
        for (name, bundled, plain) in [
            ("index.js", true, true),
            ("inner/window.js", false, true),
            ("inline.js", true, false),
            ("standalone.js", false, false),
        ] {
            assert_eq!(is_shipped(name, true), bundled, "{name}");
            assert_eq!(is_shipped(name, false), plain, "{name}");
        }
    }

    #[test]
    fn the_version_is_replaced_and_nothing_else_moves() {
        let manifest = "{\n  \"name\": \"x\",\n  \"version\": \"0.0.0\",\n  \"exports\": { \"types\": \"a\", \"default\": \"b\" }\n}\n";
        let changed = with_version(manifest, "1.2.3").unwrap();
        assert_eq!(changed, manifest.replace("0.0.0", "1.2.3"));
    }

    #[test]
    fn a_manifest_without_version_is_refused() {
        assert!(with_version("{\"name\":\"x\"}", "1.2.3").is_err());
    }
}
