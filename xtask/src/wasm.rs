//! `cargo xtask wasm`: from Rust to the finished npm package in `sdk-wasm/pkg`.

use std::fs;
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::assemble;
use crate::compiler::Compiler;
use crate::fingerprint::Fingerprint;
use crate::npm::Npm;
use crate::one_at_a_time::Turn;
use crate::places::Places;
use crate::process;
use crate::say;
use crate::shrink;
use crate::stop::{OrStop, Stop};
use crate::toolchain::WASM;

/// Whether the package must be shrunk to be of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shrinking {
    /// For the demo: nice to have, skipped where Node is missing.
    IfPossible,
    /// For publishing and for the size check.
    Demanded,
}

/// Builds the package; with nothing changed, only finds that out.
///
/// # Errors
/// No compiler, a compile error, or a tool that is missing although demanded.
pub(crate) fn build(places: &Places, shrinking: Shrinking) -> Result<(), Stop> {
    build_with(&Compiler::ready()?, places, shrinking)
}

/// Like [`build`], with a compiler already at hand.
///
/// # Errors
/// A compile error, or a tool that is missing although demanded.
pub(crate) fn build_with(
    compiler: &Compiler,
    places: &Places,
    shrinking: Shrinking,
) -> Result<(), Stop> {
    let _turn = Turn::wait_for(&places.wasm_target())?;
    let raw = compile(places, compiler)?;
    let npm = match shrinking {
        Shrinking::Demanded => Some(Npm::demanded()?),
        Shrinking::IfPossible => Npm::found(),
    };
    let inputs = inputs(places, &raw, npm.is_some())?;
    let known = places.wasm_target().join("package.fingerprint");
    if fs::read_to_string(&known).is_ok_and(|text| text == state(places, &inputs)) {
        say::line("wasm: sdk-wasm/pkg is up to date");
        return Ok(());
    }
    let generated = generate(places, &raw)?;
    match npm {
        Some(npm) => shrink::shrink(&npm, places, &generated)?,
        None => say::line(
            "wasm: Node.js is missing, so the package is not shrunk (the demo works all the same)",
        ),
    }
    assemble::assemble(places, &generated)?;
    fs::write(&known, state(places, &inputs))
        .or_stop(|| format!("cannot write {}", known.display()))
}

/// Forgets what was compiled and made of it, so that the next build begins with nothing. A private sysroot stays: it is
/// a compiler's part.
///
/// # Errors
/// Something cannot be removed.
pub(crate) fn forget(places: &Places) -> Result<(), Stop> {
    let target = places.wasm_target();
    for dir in [
        target.join(WASM),
        target.join("wasm"),
        target.join("generated"),
        places.package(),
    ] {
        if dir.exists() {
            fs::remove_dir_all(&dir).or_stop(|| format!("cannot clear {}", dir.display()))?;
        }
    }
    Ok(())
}

/// What was made of the compiled module, in a directory of its own: each file there, but
/// none of a directory in it, belongs to the package.
#[derive(Debug)]
pub(crate) struct Generated {
    /// The directory.
    pub(crate) dir: PathBuf,
}

impl Generated {
    /// The JavaScript around the module.
    pub(crate) fn glue(&self) -> PathBuf {
        self.dir.join(GLUE)
    }

    /// The module.
    pub(crate) fn module(&self) -> PathBuf {
        self.dir.join(MODULE)
    }
}

fn compile(places: &Places, compiler: &Compiler) -> Result<PathBuf, Stop> {
    let mut cargo = compiler.cargo(places)?;
    say::step(
        "Compiling the browser's side",
        "20-45 s the first time",
        || {
            cargo.current_dir(places.root());
            // Not `build`: fat LTO is dropped in silence when an rlib is made as well.
            cargo.args(["rustc", "--package", "connect-outlook-sdk", "--lib"]);
            cargo.args([
                "--crate-type",
                "cdylib",
                "--profile",
                "wasm",
                "--target",
                WASM,
            ]);
            cargo
                .args(["--locked", "--target-dir"])
                .arg(places.wasm_target());
            process::run(&mut cargo)
        },
    )?;
    let release = places.wasm_target().join(WASM).join("wasm");
    Ok(release.join("connect_outlook_sdk.wasm"))
}

fn generate(places: &Places, raw: &Path) -> Result<Generated, Stop> {
    let dir = places.wasm_target().join("generated");
    if dir.exists() {
        fs::remove_dir_all(&dir).or_stop(|| format!("cannot clear {}", dir.display()))?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(raw)
        .out_name(NAME)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(&dir))
        .or_stop(|| "wasm-bindgen failed".to_owned())?;
    if dir.join("snippets").exists() {
        return Err(Stop::new(
            "wasm-bindgen made snippets, which the package has no place for: put that JavaScript into sdk-wasm/js",
        ));
    }
    Ok(Generated { dir })
}

/// Everything the package is made from, this helper included.
fn inputs(places: &Places, raw: &Path, shrunk: bool) -> Result<String, Stop> {
    let mut print = Fingerprint::new();
    let module = fs::read(raw).or_stop(|| format!("cannot read {}", raw.display()))?;
    print.add("module", &module);
    print.add("shrunk", &[u8::from(shrunk)]);
    print.add_dir(&places.sdk_js())?;
    let lock = fs::read(places.npm_tools().join("package-lock.json")).unwrap_or_default();
    print.add("tools", &lock);
    let own = std::env::current_exe()
        .and_then(fs::metadata)
        .and_then(|data| data.modified());
    print.add("helper", format!("{own:?}").as_bytes());
    Ok(print.text())
}

/// Inputs and the package as it lies there: a file changed or deleted by hand is made anew.
fn state(places: &Places, inputs: &str) -> String {
    let mut print = Fingerprint::new();
    print.add("inputs", inputs.as_bytes());
    match print.add_dir(&places.package()) {
        Ok(()) => print.text(),
        Err(_) => String::new(),
    }
}

const NAME: &str = "connect_outlook_sdk";
/// The file name of the JavaScript around the module.
pub(crate) const GLUE: &str = "connect_outlook_sdk.js";
/// The file name of the module.
pub(crate) const MODULE: &str = "connect_outlook_sdk_bg.wasm";
