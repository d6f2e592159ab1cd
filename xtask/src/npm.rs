//! npm packages of this repository: installed from their lock files, and only when a
//! lock file changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fingerprint::Fingerprint;
use crate::process;
use crate::say;
use crate::stop::{OrStop, Stop};

/// Node and npm, both found.
#[derive(Clone, Debug)]
pub(crate) struct Npm {
    node: PathBuf,
    npm: PathBuf,
}

impl Npm {
    /// The ones on the `PATH`, if both are there.
    pub(crate) fn found() -> Option<Self> {
        Some(Self {
            node: process::on_path("node")?,
            npm: process::on_path("npm")?,
        })
    }

    /// Like [`Npm::found`], for work that cannot do without.
    ///
    /// # Errors
    /// One is missing; the sentence says what to install.
    pub(crate) fn demanded() -> Result<Self, Stop> {
        Self::found().ok_or_else(|| {
            Stop::new("node or npm is missing: please install Node.js 20 or newer (Debian: apt-get install nodejs npm)")
        })
    }

    /// A node command.
    pub(crate) fn node(&self) -> Command {
        process::command(&self.node)
    }

    /// An npm command that prints nothing but results and runs no package's scripts.
    pub(crate) fn npm(&self) -> Command {
        let mut npm = process::command(&self.npm);
        npm.args([
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--ignore-scripts",
        ]);
        npm
    }

    /// Installs what the lock file in `dir` names, unless that is what is installed.
    ///
    /// # Errors
    /// There is no lock file, or npm could not install.
    pub(crate) fn install_locked(&self, dir: &Path) -> Result<(), Stop> {
        let lock = dir.join("package-lock.json");
        let bytes = fs::read(&lock).or_stop(|| format!("cannot read {}", lock.display()))?;
        let mut print = Fingerprint::new();
        print.add("lock", &bytes);
        let stamp = dir.join("node_modules/.installed");
        if fs::read_to_string(&stamp).is_ok_and(|known| known == print.text()) {
            return Ok(());
        }
        let what = format!("Installing the npm packages of {}", short(dir));
        say::step(&what, "once, 2-20 s", || {
            process::run(self.npm().args(["ci", "--loglevel=error"]).current_dir(dir))
        })?;
        fs::create_dir_all(dir.join("node_modules"))
            .and_then(|()| fs::write(&stamp, print.text()))
            .or_stop(|| format!("cannot write {}", stamp.display()))
    }
}

fn short(dir: &Path) -> String {
    let names: Vec<_> = dir
        .iter()
        .rev()
        .take(2)
        .map(|name| name.to_string_lossy())
        .collect();
    names.into_iter().rev().collect::<Vec<_>>().join("/")
}
