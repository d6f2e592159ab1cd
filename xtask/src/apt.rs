//! Installing packages with apt, where that is possible without asking anybody.

use std::path::Path;
use std::process::Command;

use crate::process;
use crate::say;
use crate::stop::Stop;

/// An apt that may install: as root, or through a `sudo` that asks for no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apt {
    /// We are root.
    AsRoot,
    /// `sudo -n` works.
    ThroughSudo,
}

impl Apt {
    /// The apt of this machine, if it may be used.
    pub(crate) fn with_leave() -> Option<Self> {
        process::on_path("apt-get")?;
        let own_id = process::ask(Command::new("id").arg("-u"))?;
        if own_id.trim() == "0" {
            return Some(Self::AsRoot);
        }
        process::ask(Command::new("sudo").args(["-n", "true"])).map(|_| Self::ThroughSudo)
    }

    /// Fetches the package lists; an unreachable mirror is only mentioned, since the
    /// lists at hand may do.
    pub(crate) fn update(self) {
        let updated = say::step("Updating the package lists", "a few seconds", || {
            process::run_quietly(self.command().args(["-qq", "update"]))
        });
        if let Err(stop) = updated {
            say::line(&format!("  {stop}; going on with the lists at hand"));
        }
    }

    /// Installs packages. Never removes one to make room.
    ///
    /// # Errors
    /// apt refused; the sentence names the packages.
    pub(crate) fn install(self, packages: &[&str]) -> Result<(), Stop> {
        let all = packages.join(" ");
        say::step(&format!("Installing {all} with apt"), "15-40 s", || {
            let mut command = self.command();
            command.args([
                "-q",
                "-y",
                "--no-install-recommends",
                "--no-remove",
                "install",
            ]);
            process::run_quietly(command.args(packages))
        })
        .map_err(|_| {
            Stop::new(format!(
                "apt could not install {all}: see above, then run apt-get install {all}"
            ))
        })
    }

    fn command(self) -> Command {
        let mut command = match self {
            Self::AsRoot => process::command("apt-get"),
            Self::ThroughSudo => {
                let mut sudo = process::command("sudo");
                sudo.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
                sudo
            }
        };
        // Somebody else's apt may be at work: wait for it instead of failing.
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-o", "DPkg::Lock::Timeout=300"]);
        command
    }
}

/// The version apt would install, or `None` when there is no such package.
pub(crate) fn candidate(package: &str) -> Option<String> {
    let policy = process::ask(
        process::command("apt-cache")
            .env("LC_ALL", "C")
            .args(["policy", package]),
    )?;
    candidate_in(&policy)
}

/// Whether the system is one whose apt knows Debian's packages.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && process::on_path("apt-cache").is_some()
}

fn candidate_in(policy: &str) -> Option<String> {
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate:"))?
        .trim();
    (version != "(none)").then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::candidate_in;

    #[test]
    fn the_candidate_is_read_from_the_policy() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n  Version table:\n";
        assert_eq!(
            candidate_in(policy).as_deref(),
            Some("1.96.0+dfsg1-1~deb12u2")
        );
    }

    #[test]
    fn an_unknown_or_uninstallable_package_has_no_candidate() {
        assert_eq!(candidate_in(""), None);
        assert_eq!(
            candidate_in("x:\n  Installed: (none)\n  Candidate: (none)\n"),
            None
        );
    }
}
