//! Which compiler builds the wasm: the one at hand if it has the target, else the
//! system's own with a private sysroot. Deciding is pure; looking is below it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// A released version of the Rust compiler, without patch level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RustVersion {
    major: u32,
    minor: u32,
}

impl RustVersion {
    /// Reads the first two numbers of `1.96.0+dfsg1-1`, `1.95` and the like.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        Some(Self {
            major: numbers.next()?.ok()?,
            minor: numbers.next()?.ok()?,
        })
    }

    /// The oldest version that compiles this workspace.
    pub(crate) fn least() -> Self {
        Self::parse(env!("CARGO_PKG_RUST_VERSION")).unwrap_or(Self {
            major: 1,
            minor: 95,
        })
    }
}

impl fmt::Display for RustVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What was found on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// The compiler at hand has the target `wasm32-unknown-unknown`.
    pub(crate) target_installed: bool,
    /// The system's `/usr/bin/rustc`, if `/usr/bin/cargo` and the source of the standard
    /// library are there too.
    pub(crate) system_compiler: Option<RustVersion>,
    /// There is an `apt-get` that may be run as root without asking.
    pub(crate) may_install: bool,
}

/// How to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A plain build with the compiler at hand.
    Target,
    /// The system's compiler with a private sysroot.
    System,
    /// The same, once apt has installed it.
    InstallSystem,
    /// Nothing that compiles wasm, and no leave to install it.
    Nowhere,
}

/// Chooses; a system compiler that is too old counts as none.
pub(crate) fn choose(machine: Machine, least: RustVersion) -> Way {
    let usable = machine
        .system_compiler
        .is_some_and(|version| version >= least);
    match (machine.target_installed, usable, machine.may_install) {
        (true, _, _) => Way::Target,
        (_, true, _) => Way::System,
        (_, _, true) => Way::InstallSystem,
        _ => Way::Nowhere,
    }
}

/// Whether the compiler at hand has the wasm target.
pub(crate) fn target_installed() -> bool {
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM]);
    process::ask(&mut rustc).is_some_and(|dir| has_core(Path::new(dir.trim())))
}

/// The version of the system's compiler, when all three parts of it are installed.
pub(crate) fn system_compiler() -> Option<RustVersion> {
    let complete = Path::new(SYSTEM_CARGO).exists()
        && Path::new(SYSTEM_STD).join("library/Cargo.lock").exists();
    let told = complete.then(|| process::ask(Command::new(SYSTEM_RUSTC).arg("--version")))??;
    RustVersion::parse(told.strip_prefix("rustc ")?)
}

/// Why the target is missing, as far as the environment tells.
pub(crate) fn reason() -> &'static str {
    if process::on_path("rustup").is_none() {
        "this compiler has no wasm target"
    } else if std::env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|value| value == "0") {
        "the wasm target is missing and rustup is told to install nothing (RUSTUP_AUTO_INSTALL=0)"
    } else {
        "the wasm target is missing and rustup did not install it"
    }
}

/// The linker rustup's toolchain brings along, if that is the toolchain at hand.
pub(crate) fn rust_lld() -> Option<PathBuf> {
    let sysroot = process::ask(process::command("rustc").args(["--print", "sysroot"]))?;
    let host = process::ask(process::command("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "))?;
    let lld = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(host)
        .join("bin/rust-lld");
    lld.is_file().then_some(lld)
}

fn has_core(dir: &Path) -> bool {
    let Ok(entries) = dir.read_dir() else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

/// The target the browser's side is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The system's compiler.
pub(crate) const SYSTEM_RUSTC: &str = "/usr/bin/rustc";
/// The cargo that belongs to it.
pub(crate) const SYSTEM_CARGO: &str = "/usr/bin/cargo";
/// The source of its standard library.
pub(crate) const SYSTEM_STD: &str = "/usr/lib/rustlib/src/rust";

#[cfg(test)]
mod tests {
    use super::{Machine, RustVersion, Way, choose};

    const LEAST: RustVersion = RustVersion {
        major: 1,
        minor: 95,
    };
    const BARE: Machine = Machine {
        target_installed: false,
        system_compiler: None,
        may_install: false,
    };

    #[test]
    fn an_installed_target_is_always_preferred() {
        let everything = Machine {
            target_installed: true,
            system_compiler: RustVersion::parse("1.96.0"),
            may_install: true,
        };
        assert_eq!(choose(everything, LEAST), Way::Target);
    }

    #[test]
    fn a_recent_system_compiler_needs_no_leave_to_install() {
        let machine = Machine {
            system_compiler: RustVersion::parse("1.95.1"),
            ..BARE
        };
        assert_eq!(choose(machine, LEAST), Way::System);
    }

    #[test]
    fn an_old_system_compiler_counts_as_none() {
        let old = Machine {
            system_compiler: RustVersion::parse("1.85.0+dfsg3-1"),
            ..BARE
        };
        assert_eq!(choose(old, LEAST), Way::Nowhere);
        assert_eq!(
            choose(
                Machine {
                    may_install: true,
                    ..old
                },
                LEAST
            ),
            Way::InstallSystem
        );
    }

    #[test]
    fn a_bare_machine_installs_only_with_leave() {
        assert_eq!(
            choose(
                Machine {
                    may_install: true,
                    ..BARE
                },
                LEAST
            ),
            Way::InstallSystem
        );
        assert_eq!(choose(BARE, LEAST), Way::Nowhere);
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(RustVersion::parse("1.100.0") > RustVersion::parse("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(RustVersion::parse("none"), None);
    }

    #[test]
    fn the_least_version_is_the_workspaces_own() {
        assert_eq!(RustVersion::least().to_string(), "1.95");
    }
}
