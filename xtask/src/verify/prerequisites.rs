//! What the suites need besides Rust: a browser, fonts, a PostgreSQL server, npm packages.

use std::path::{Path, PathBuf};

use crate::apt::{self, Apt};
use crate::process;
use crate::stop::Stop;

/// A Chromium, installed if need be and allowed.
///
/// # Errors
/// There is none and none may be installed; the sentence names the package.
pub(crate) fn chromium() -> Result<PathBuf, Stop> {
    if let Some(found) = found() {
        return Ok(found);
    }
    let missing = || {
        Stop::new(
            "the browser stories need Chromium: please install the package chromium (Debian, as root: apt-get install chromium fonts-liberation)",
        )
    };
    let apt = Apt::with_leave()
        .filter(|_| apt::is_debian())
        .ok_or_else(missing)?;
    apt.update();
    apt.install(&["chromium", "fonts-liberation"])?;
    found().ok_or_else(missing)
}

/// Firefox and WebKit's driver, with a screen that nobody sees; installed if need be and allowed.
///
/// # Errors
/// One is missing and none may be installed; the sentence names the packages.
pub(crate) fn other_browsers() -> Result<(), Stop> {
    let missing = || {
        let lacks = |(program, _): &&(&str, &'static str)| process::on_path(program).is_none();
        let packages = OTHER_BROWSERS.iter().filter(lacks);
        packages.map(|(_, package)| *package).collect::<Vec<_>>()
    };
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    let stop = || {
        Stop::new(format!(
            "the stories in Firefox and WebKit need {names}: please install these packages (Debian, as root: apt-get install {names})"
        ))
    };
    let apt = Apt::with_leave()
        .filter(|_| apt::is_debian())
        .ok_or_else(stop)?;
    apt.update();
    apt.install(&packages)?;
    if missing().is_empty() {
        Ok(())
    } else {
        Err(stop())
    }
}

/// Programs, and the packages of Debian that bring them. `openssl` makes the certificate of WebKit's site.
const OTHER_BROWSERS: [(&str, &str); 4] = [
    ("firefox-esr", "firefox-esr"),
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("Xvfb", "xvfb"),
    ("openssl", "openssl"),
];

/// The programs of a PostgreSQL server, installed if need be and allowed. Tests start and stop servers of their own;
/// none has to run.
///
/// # Errors
/// There are none and none may be installed; the sentence names the package.
pub(crate) fn postgres() -> Result<PathBuf, Stop> {
    if let Some(found) = server_programs() {
        return Ok(found);
    }
    let missing = || {
        Stop::new(
            "tests on PostgreSQL need its server: please install the package postgresql (Debian, as root: apt-get install postgresql)",
        )
    };
    let apt = Apt::with_leave()
        .filter(|_| apt::is_debian())
        .ok_or_else(missing)?;
    apt.update();
    apt.install(&["postgresql"])?;
    server_programs().ok_or_else(missing)
}

/// Debian keeps them off `PATH`, in a folder for each version.
fn server_programs() -> Option<PathBuf> {
    let of_debian = || {
        let versions = Path::new("/usr/lib/postgresql").read_dir().ok()?;
        versions
            .flatten()
            .map(|version| version.path().join("bin/initdb"))
            .find(|program| program.is_file())
    };
    process::on_path("initdb").or_else(of_debian)
}

fn found() -> Option<PathBuf> {
    let names = [
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        "chromium-browser",
    ];
    let mac = Path::new("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    let named = names.into_iter().find_map(process::on_path);
    named.or_else(|| mac.is_file().then(|| mac.to_path_buf()))
}
