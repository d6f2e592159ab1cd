//! The compiler the wasm is built with, made ready: found, or installed, with a sysroot
//! and a linker.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt::{self, Apt};
use crate::places::Places;
use crate::process;
use crate::say;
use crate::stop::Stop;
use crate::sysroot;
use crate::toolchain::{self, Machine, RustVersion, SYSTEM_RUSTC, SYSTEM_STD, WASM, Way};

/// A compiler that is ready to build for wasm.
#[derive(Debug)]
pub(crate) enum Compiler {
    /// The one at hand, which has the target.
    AtHand,
    /// The system's, which needs a sysroot of our own making.
    System {
        /// Understands `-flavor wasm`.
        linker: PathBuf,
    },
}

impl Compiler {
    /// Finds a way to compile for wasm, installing what it may, and says in one line
    /// which way it goes.
    ///
    /// # Errors
    /// No way: the sentence names both remedies.
    pub(crate) fn ready() -> Result<Self, Stop> {
        let apt = Apt::with_leave();
        let machine = Machine {
            target_installed: toolchain::target_installed(),
            system_compiler: toolchain::system_compiler(),
            may_install: apt.is_some() && apt::is_debian(),
        };
        match (toolchain::choose(machine, RustVersion::least()), apt) {
            (Way::Target, _) => {
                say::line("wasm: the toolchain at hand has the target; plain build");
                Ok(Self::AtHand)
            }
            (Way::System, apt) => Self::system(apt),
            (Way::InstallSystem, Some(apt)) => {
                say::line(&format!(
                    "wasm: {}; installing Debian's compiler",
                    toolchain::reason()
                ));
                install(apt)?;
                Self::system(Some(apt))
            }
            _ => Err(no_way()),
        }
    }

    /// A cargo command of this compiler, whose output is free of this machine's paths.
    /// The first time, this compiles the standard library.
    ///
    /// # Errors
    /// The standard library did not compile.
    pub(crate) fn cargo(&self, places: &Places) -> Result<Command, Stop> {
        let mut flags = remapped_paths();
        flags.push(SMALL_SHA2.to_owned());
        let mut command = match self {
            Self::AtHand => process::cargo(),
            Self::System { linker } => {
                let sysroot = sysroot::ready(&places.sysroots(), linker)?;
                flags.push(format!("--sysroot={}", sysroot.display()));
                let mut command = system_cargo();
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command
            }
        };
        command
            .env_remove("RUSTFLAGS")
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        Ok(command)
    }

    /// What compiles for wasm here, as it names itself: `rustc 1.96.0`, without the build's details.
    pub(crate) fn version() -> String {
        let program = if toolchain::target_installed() {
            "rustc"
        } else {
            SYSTEM_RUSTC
        };
        let told = process::ask(process::command(program).arg("--version"));
        let told = told.unwrap_or_default();
        told.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn system(apt: Option<Apt>) -> Result<Self, Stop> {
        let linker = linker(apt)?;
        say::line(&format!(
            "wasm: {}; building with {SYSTEM_RUSTC}",
            toolchain::reason()
        ));
        Ok(Self::System { linker })
    }
}

/// The system's cargo, kept from reaching for rustup's compiler or any other setting
/// that belongs to another toolchain.
pub(crate) fn system_cargo() -> Command {
    let mut command = process::command(toolchain::SYSTEM_CARGO);
    for foreign in [
        "RUSTUP_TOOLCHAIN",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "LD_LIBRARY_PATH",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        command.env_remove(foreign);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&path));
    if let Ok(joined) = std::env::join_paths(first) {
        command.env("PATH", joined);
    }
    command.env("RUSTC", SYSTEM_RUSTC);
    command
}

fn install(apt: Apt) -> Result<(), Stop> {
    apt.update();
    let least = RustVersion::least();
    let offered = apt::candidate("rustc-web");
    match offered.as_deref().and_then(RustVersion::parse) {
        Some(version) if version >= least => apt.install(&SYSTEM_PACKAGES),
        Some(version) => Err(Stop::new(format!(
            "Debian offers rustc-web {version} here, but {least} or newer is needed to build the wasm; \
             with rustup: rustup target add {WASM}"
        ))),
        None => Err(no_way()),
    }?;
    match toolchain::system_compiler() {
        Some(version) if version >= least => Ok(()),
        _ => Err(Stop::new(format!(
            "rustc-web is installed, but {SYSTEM_RUSTC} is not {least} or newer"
        ))),
    }
}

fn no_way() -> Stop {
    Stop::new(format!(
        "cannot build the wasm: {}. Either run: rustup target add {WASM}, or, on Debian as root: apt-get install {}",
        toolchain::reason(),
        SYSTEM_PACKAGES.join(" ")
    ))
}

/// rustup's linker, or any `wasm-ld` of the system, or one that apt installs.
fn linker(apt: Option<Apt>) -> Result<PathBuf, Stop> {
    if let Some(found) = toolchain::rust_lld().or_else(system_linker) {
        return Ok(found);
    }
    let package = LINKER_PACKAGES
        .into_iter()
        .find(|name| apt::candidate(name).is_some());
    if let (Some(apt), Some(package)) = (apt, package) {
        apt.install(&[package])?;
    }
    system_linker().ok_or_else(|| {
        let package = package.unwrap_or("lld");
        Stop::new(format!(
            "cannot link the wasm: please install the package {package}"
        ))
    })
}

fn system_linker() -> Option<PathBuf> {
    let names = [
        "wasm-ld",
        "wasm-ld-22",
        "wasm-ld-21",
        "wasm-ld-20",
        "wasm-ld-19",
    ];
    names
        .into_iter()
        .map(|name| Path::new("/usr/bin").join(name))
        .find(|file| file.is_file())
}

/// Flags that keep this machine's directories out of what is compiled: the same bytes
/// everywhere, and nobody's home directory in them.
pub(crate) fn remapped_paths() -> Vec<String> {
    // Whichever registry a package came from: those have names of their own, directly below.
    let registries = std::fs::read_dir(registry())
        .into_iter()
        .flatten()
        .flatten();
    let registries = registries.map(|one| format!("{}/", one.path().display()));
    let from = [registry().display().to_string(), format!("{SYSTEM_STD}/")];
    // The last one that fits counts.
    from.into_iter()
        .chain(registries)
        .map(|prefix| format!("--remap-path-prefix={prefix}="))
        .collect()
}

fn registry() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    home.unwrap_or_default().join("registry/src/")
}

// sha2's rolled loop: the unrolled one is 7 KB of wasm, for hashes of a few dozen bytes.
const SMALL_SHA2: &str = "--cfg=sha2_backend_soft=\"compact\"";
const SYSTEM_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const LINKER_PACKAGES: [&str; 3] = ["lld-22", "lld-19", "lld"];
