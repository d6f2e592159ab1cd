//! A private sysroot: the system's standard library compiled for wasm, once for each
//! version of the system's compiler. The package itself then compiles as on any stable
//! toolchain; only this step uses an unstable option.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compiler;
use crate::fingerprint::Fingerprint;
use crate::process;
use crate::say;
use crate::stop::{OrStop, Stop};
use crate::toolchain::{SYSTEM_RUSTC, WASM};

/// The sysroot of the installed system compiler, built if it is not there yet.
///
/// # Errors
/// The standard library did not compile, or could not be put in its place.
pub(crate) fn ready(sysroots: &Path, linker: &Path) -> Result<PathBuf, Stop> {
    let told = process::capture(process::command(SYSTEM_RUSTC).arg("-vV"))?;
    let name = name_for(&told);
    let sysroot = sysroots.join(&name);
    if !sysroot.is_dir() {
        say::step(
            "Compiling the standard library for wasm",
            "once for each compiler version, 20-60 s",
            || build(sysroots, &name, linker),
        )?;
    }
    Ok(sysroot)
}

/// Built beside its place and moved there at the end, so that an interrupted build
/// leaves nothing that looks finished.
fn build(sysroots: &Path, name: &str, linker: &Path) -> Result<(), Stop> {
    let site = sysroots.join(format!("{name}.building"));
    let crate_dir = site.join("empty");
    make_dir(&crate_dir.join("src"))?;
    write(&crate_dir.join("Cargo.toml"), EMPTY_MANIFEST)?;
    write(&crate_dir.join("src/lib.rs"), "")?;
    let target = site.join("target");
    process::run(
        compiler::system_cargo()
            .current_dir(&crate_dir)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
            .env("CARGO_ENCODED_RUSTFLAGS", flags().join("\u{1f}"))
            .args(["build", "--quiet", "--release", PARTS, "--target", WASM])
            .arg("--target-dir")
            .arg(&target),
    )?;
    let finished = site.join("sysroot");
    let lib = finished.join("lib/rustlib").join(WASM).join("lib");
    make_dir(&lib)?;
    copy_libraries(&target.join(WASM).join("release/deps"), &lib)?;
    let place = sysroots.join(name);
    fs::rename(&finished, &place).or_stop(|| format!("cannot create {}", place.display()))?;
    // Half a gigabyte of intermediate files; their absence harms nobody.
    let _ = fs::remove_dir_all(&site);
    Ok(())
}

fn flags() -> Vec<String> {
    let mut flags = compiler::remapped_paths();
    // Without bitcode in the standard library, fat LTO refuses it later.
    flags.push("-Cembed-bitcode=yes".to_owned());
    flags
}

fn copy_libraries(from: &Path, to: &Path) -> Result<(), Stop> {
    let entries = fs::read_dir(from).or_stop(|| format!("cannot read {}", from.display()))?;
    let mut copied = 0;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(entry.path(), to.join(&name)).or_stop(|| format!("cannot copy {name}"))?;
            copied += 1;
        }
    }
    if copied == 0 {
        return Err(Stop::new("the standard library's build left no libraries"));
    }
    Ok(())
}

/// A directory name that changes with the compiler: its release and what it says of
/// itself.
fn name_for(version: &str) -> String {
    let release = version
        .lines()
        .find_map(|line| line.strip_prefix("release: "));
    let mut print = Fingerprint::new();
    print.add("compiler", version.as_bytes());
    print.add(
        "recipe",
        [EMPTY_MANIFEST, PARTS, &flags().concat()]
            .concat()
            .as_bytes(),
    );
    format!("{}-{}", release.unwrap_or("unknown").trim(), print.short())
}

fn make_dir(dir: &Path) -> Result<(), Stop> {
    fs::create_dir_all(dir).or_stop(|| format!("cannot create {}", dir.display()))
}

fn write(file: &Path, text: &str) -> Result<(), Stop> {
    fs::write(file, text).or_stop(|| format!("cannot write {}", file.display()))
}

const PARTS: &str = "-Zbuild-std=std,panic_abort";
// Its own workspace, and the shape of the published standard library.
const EMPTY_MANIFEST: &str = r#"[package]
name = "empty"
version = "0.0.0"
edition = "2024"

[workspace]

[profile.release]
opt-level = 3
codegen-units = 1
panic = "abort"
"#;

#[cfg(test)]
mod tests {
    use super::name_for;

    #[test]
    fn another_compiler_gets_another_sysroot() {
        let first = name_for("rustc 1.96.0 (abc)\nrelease: 1.96.0\ncommit-hash: abc\n");
        let second = name_for("rustc 1.96.0 (def)\nrelease: 1.96.0\ncommit-hash: def\n");
        assert!(first.starts_with("1.96.0-"));
        assert_ne!(first, second);
    }
}
