//! Making the package smaller, with pinned tools from npm.
//!
//! The module is optimised and its names at the border shortened; loader and glue become
//! one file, and every script is minified, with a source map beside it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::glue;
use crate::npm::Npm;
use crate::places::Places;
use crate::process;
use crate::rename::Renamed;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::wasm::{GLUE, Generated, MODULE};

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
        copy_scripts(&places.sdk_js(), &sources)?;
        copy(&generated.module(), &sources.join(MODULE))?;
        let glue_file = generated.glue();
        let text = fs::read_to_string(&glue_file).or_stop(|| format!("cannot read {GLUE}"))?;
        let text = glue::without_descriptions(&renamed.apply(&text)?)?;
        fs::write(sources.join(GLUE), text)
            .and_then(|()| fs::remove_file(&glue_file))
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

/// Once for those who bundle or load modules, once for a page with a script tag and nothing else.
fn minify(npm: &Npm, places: &Places, dir: &Path) -> Result<(), Stop> {
    let esbuild = |arguments: &mut dyn FnMut(&mut Command)| {
        let mut esbuild = npm.node();
        esbuild
            .current_dir(dir)
            .arg(places.npm_tools().join("node_modules/esbuild/bin/esbuild"))
            .args(MINIFY);
        arguments(&mut esbuild);
        process::run(&mut esbuild)
    };
    esbuild(&mut |modules| {
        modules
            .args(SCRIPTS.map(|name| format!("src/{name}")))
            // Each stays a file of its own: they load each other when the time has come.
            .args(SCRIPTS.map(|name| format!("--external:./{name}")))
            .args(["--format=esm", "--outbase=src", "--outdir=."]);
    })?;
    esbuild(&mut |one| {
        one.args(["src/standalone.js", "--outfile=connect-outlook.js"])
            .args(["--format=iife", "--global-name=ConnectOutlook"])
            // The address of the module is not needed where the module is inside.
            .arg("--log-override:empty-import-meta=silent");
    })
}

/// Every script below `from`, where it stood there.
fn copy_scripts(from: &Path, to: &Path) -> Result<(), Stop> {
    fs::create_dir_all(to).or_stop(|| format!("cannot create {}", to.display()))?;
    let entries = fs::read_dir(from).or_stop(|| format!("cannot read {}", from.display()))?;
    for entry in entries.flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_scripts(&path, &to)?;
        } else if path.extension().is_some_and(|kind| kind == "js") {
            copy(&path, &to)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Stop> {
    fs::copy(from, to)
        .map(|_| ())
        .or_stop(|| format!("cannot copy {}", from.display()))
}

// The modules of the package. What stands in `inner` becomes part of those that use it.
const SCRIPTS: [&str; 16] = [
    "index.js",
    "client.js",
    "frame.js",
    "element.js",
    "view.js",
    "words.js",
    "mail.js",
    "lang/ar.js",
    "lang/de.js",
    "lang/es.js",
    "lang/fr.js",
    "lang/ja.js",
    "inline.js",
    "server.js",
    "callback.js",
    "testing.js",
];
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
// Control flow is written anew first. The second time it finds what the first one uncovered. (`--converge` would shorten
// the short names again.)
const SMALLER: [&str; 6] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--strip-target-features",
    "--minify-imports-and-exports-and-modules",
];
const MINIFY: [&str; 8] = [
    "--bundle",
    "--minify",
    // What the glue keeps to itself.
    "--mangle-props=^(__wbg_ptr|__destroy_into_raw|_wbg_cb_unref)$",
    "--target=es2022",
    "--sourcemap",
    "--legal-comments=none",
    "--log-level=warning",
    "--loader:.wasm=base64",
];
