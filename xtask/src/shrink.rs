//! Making the package smaller, with pinned tools from npm.
//!
//! The module is optimised and its names at the border shortened; loader and glue become
//! one file, and every script is minified, with a source map beside it.

use std::fs;
use std::path::Path;

use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::rename::Renamed;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::wasm::{GLUE, Generated};

/// Runs wasm-opt over the module and esbuild over the scripts. The generated directory
/// holds what is shipped then, and in `src` what the scripts were made from.
///
/// # Errors
/// A tool could not be installed, or failed.
pub(crate) fn shrink(npm: &Npm, places: &Places, generated: &Generated) -> Result<(), Stop> {
    npm.install_locked(&places.npm_tools())?;
    say::step("Shrinking module and scripts", "3 s", || {
        let renamed = optimise(npm, places, &generated.module())?;
        let sources = generated.dir.join("src");
        fs::create_dir_all(&sources).or_stop(|| format!("cannot create {}", sources.display()))?;
        for name in SCRIPTS {
            copy(&places.sdk_js().join(name), &sources.join(name))?;
        }
        let glue = generated.glue();
        let text = fs::read_to_string(&glue).or_stop(|| format!("cannot read {GLUE}"))?;
        fs::write(sources.join(GLUE), renamed.apply(&text)?)
            .and_then(|()| fs::remove_file(&glue))
            .or_stop(|| format!("cannot move {GLUE}"))?;
        minify(npm, places, &generated.dir)
    })
}

/// Optimises a module in place, and says what its names became.
fn optimise(npm: &Npm, places: &Places, module: &Path) -> Result<Renamed, Stop> {
    let smaller = module.with_extension("smaller");
    let mut wasm_opt = npm.node();
    wasm_opt
        .arg(
            places
                .npm_tools()
                .join("node_modules/binaryen/bin/wasm-opt"),
        )
        .args(FEATURES)
        .args(SMALLER)
        .arg(module)
        .arg("-o")
        .arg(&smaller);
    let told = process::capture(&mut wasm_opt)?;
    fs::rename(&smaller, module).or_stop(|| format!("cannot replace {}", module.display()))?;
    Renamed::read(&told)
}

fn minify(npm: &Npm, places: &Places, dir: &Path) -> Result<(), Stop> {
    let mut esbuild = npm.node();
    esbuild
        .current_dir(dir)
        .arg(places.npm_tools().join("node_modules/esbuild/bin/esbuild"))
        .args(SCRIPTS.map(|name| format!("src/{name}")))
        // Each stays a file of its own: they load each other when the time has come.
        .args(SCRIPTS.map(|name| format!("--external:./{name}")))
        .args(MINIFY);
    process::run(&mut esbuild)
}

fn copy(from: &Path, to: &Path) -> Result<(), Stop> {
    fs::copy(from, to)
        .map(|_| ())
        .or_stop(|| format!("cannot copy {}", from.display()))
}

// The scripts of the package.
const SCRIPTS: [&str; 3] = ["index.js", "element.js", "client.js"];
// What rustc's wasm uses by default; wasm-opt refuses a module with features not named.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
];
// The second time it finds what the first one uncovered. (`--converge` would shorten the
// short names again.)
const SMALLER: [&str; 4] = [
    "-Oz",
    "-Oz",
    "--strip-target-features",
    "--minify-imports-and-exports-and-modules",
];
const MINIFY: [&str; 8] = [
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--sourcemap",
    "--legal-comments=none",
    "--log-level=warning",
    "--outdir=.",
];
