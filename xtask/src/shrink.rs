//! Making module and glue smaller, with pinned tools from npm.

use std::fs;
use std::path::Path;

use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::wasm::Generated;

/// Runs wasm-opt over the module and esbuild over the glue, in place.
///
/// # Errors
/// A tool could not be installed, or failed.
pub(crate) fn shrink(npm: &Npm, places: &Places, generated: &Generated) -> Result<(), Stop> {
    let tools = places.npm_tools();
    npm.install_locked(&tools)?;
    let modules = tools.join("node_modules");
    say::step("Shrinking module and glue", "3 s", || {
        let (module, glue) = (generated.module(), generated.glue());
        in_place(&module, |out| {
            let mut optimise = npm.node();
            optimise
                .arg(modules.join("binaryen/bin/wasm-opt"))
                .args(FEATURES)
                .arg("-Oz");
            process::run(optimise.arg(&module).arg("-o").arg(out))
        })?;
        in_place(&glue, |out| {
            let mut minify = npm.node();
            minify
                .arg(modules.join("esbuild/bin/esbuild"))
                .arg(&glue)
                .args(MINIFY);
            process::run(minify.arg(format!("--outfile={}", out.display())))
        })
    })
}

fn in_place(file: &Path, work: impl FnOnce(&Path) -> Result<(), Stop>) -> Result<(), Stop> {
    let smaller = file.with_extension("smaller");
    work(&smaller)?;
    fs::rename(&smaller, file).or_stop(|| format!("cannot replace {}", file.display()))
}

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
const MINIFY: [&str; 5] = [
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--legal-comments=none",
    "--log-level=warning",
];
