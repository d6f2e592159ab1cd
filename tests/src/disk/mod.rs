//! A disk that is full, does not sync, or loses what was not synced when the power fails; and a clock that is wrong. For
//! real programs, by a library that is loaded before the system's (`disk.c`).

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use tempfile::TempDir;

/// The disk. One for each story.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
    orders: File,
}

/// What a program is started with.
pub type Environment = Vec<(&'static str, OsString)>;

impl Disk {
    /// A disk that works.
    ///
    /// # Panics
    /// If the library cannot be compiled, or there is no room for it.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A server of another user has to write here too.
        let open_to = |path: &Path, mode| {
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(path, mode).expect("permissions");
        };
        open_to(folder.path(), 0o777);
        let synced = folder.path().join("synced");
        fs::create_dir(&synced).expect("a folder");
        open_to(&synced, 0o777);
        fs::write(folder.path().join("disk.so"), &*LIBRARY).expect("the library");
        let path = folder.path().join("orders");
        fs::write(&path, [0; 64]).expect("the orders");
        open_to(&path, 0o666);
        let orders = File::options().read(true).write(true).open(&path);
        Self {
            folder,
            orders: orders.expect("the orders"),
        }
    }

    /// Its own folder, with the library `disk.so` in it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// For a program whose files are below `under`. That exists.
    #[must_use]
    pub fn environment(&self, under: &Path) -> Environment {
        vec![
            ("LD_PRELOAD", self.folder.path().join("disk.so").into()),
            ("DISK_UNDER", under.into()),
            ("DISK_AT", self.folder.path().into()),
        ]
    }

    /// For a program whose time of day is ahead by so many seconds.
    #[must_use]
    pub fn wrong_clock(&self, ahead: i64) -> Environment {
        vec![
            ("LD_PRELOAD", self.folder.path().join("disk.so").into()),
            ("DISK_CLOCK", ahead.to_string().into()),
        ]
    }

    /// Takes all that lies below `under` for safe. Another process copies it: this one may have a SQLite database there open,
    /// and closing any of its files takes away the locks that this process has on it. Whoever opens it next would take it for
    /// nobody's, and cut off what is mapped here.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn take_for_safe(&self, under: &Path) {
        let copies = self.folder.path().join("copies");
        let mut command = Command::new("cp");
        let copied = command.args(["-R", "--"]).args([under, &copies]).status();
        assert!(copied.expect("a program named cp").success());
        for path in files(&copies) {
            let place = under.join(path.strip_prefix(&copies).expect("below"));
            let number = fs::metadata(&place).expect("a file").ino();
            fs::rename(&path, self.synced(number)).expect("a copy");
        }
        fs::remove_dir_all(copies).expect("only folders are left");
    }

    /// Nothing can be written to files whose path ends so, or has it inside if a slash ends it; all with `""`.
    pub fn fill(&self, whose: &str) {
        self.about(whose);
        self.order(FULL, 1);
    }

    /// There is room again.
    pub fn empty(&self) {
        self.order(FULL, 0);
    }

    /// The next syncs of these files fail, so many; names as for [`fill`](Self::fill).
    pub fn fail_syncs(&self, number: i32, whose: &str) {
        self.about(whose);
        self.order(FAILING, number);
    }

    /// A sync does nothing from now on and says that it did: what is written is at the mercy of the power.
    pub fn forget_syncs(&self) {
        self.order(FORGETFUL, 1);
    }

    /// How many writes it refused because it was full.
    #[must_use]
    pub fn refused_writes(&self) -> i32 {
        self.told(REFUSED_WRITES)
    }

    /// How many syncs failed as ordered.
    #[must_use]
    pub fn failed_syncs(&self) -> i32 {
        self.told(FAILED_SYNCS)
    }

    /// The power failed: the files below `under` as they would be found, in `into`, which may be the same. Nothing may
    /// have them open.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn lose_power(&self, under: &Path, into: &Path) {
        for path in files(under) {
            let number = fs::metadata(&path).expect("a file").ino();
            let place = into.join(path.strip_prefix(under).expect("below"));
            match fs::read(self.synced(number)) {
                Ok(bytes) => write(&place, &bytes).expect("written"),
                // Nobody ever synced it.
                Err(_) if place == path => fs::remove_file(place).expect("removed"),
                Err(_) => {}
            }
        }
    }

    fn synced(&self, number: u64) -> PathBuf {
        self.folder.path().join("synced").join(number.to_string())
    }

    fn order(&self, place: u64, value: i32) {
        let written = self.orders.write_all_at(&value.to_ne_bytes(), place);
        written.expect("an order");
    }

    fn told(&self, place: u64) -> i32 {
        let mut bytes = [0; 4];
        let read = self.orders.read_exact_at(&mut bytes, place);
        read.expect("what it counted");
        i32::from_ne_bytes(bytes)
    }

    fn about(&self, whose: &str) {
        let mut name = [0; 44];
        name[..whose.len()].copy_from_slice(whose.as_bytes());
        let written = self.orders.write_all_at(&name, WHOSE);
        written.expect("an order");
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

/// Into the same file if it exists: owner and permissions stay.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let below = entries
        .map(|entry| entry.expect("an entry"))
        .flat_map(|entry| match entry.file_type().expect("a kind") {
            kind if kind.is_dir() => files(&entry.path()),
            kind if kind.is_file() => vec![entry.path()],
            _ => Vec::new(),
        });
    below.collect()
}

/// Where each order stands in the file, as in `disk.c`.
const FULL: u64 = 0;
const FAILING: u64 = 4;
const FORGETFUL: u64 = 8;
const REFUSED_WRITES: u64 = 12;
const FAILED_SYNCS: u64 = 16;
const WHOSE: u64 = 20;

/// Compiled once for each process, by the compiler that links Rust's programs too.
static LIBRARY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, library) = (folder.path().join("disk.c"), folder.path().join("disk.so"));
    fs::write(&source, include_str!("disk.c")).expect("written");
    let compiled = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .arg(&library)
        .arg(&source)
        .arg("-ldl")
        .status();
    assert!(compiled.expect("a C compiler named cc").success());
    fs::read(library).expect("the library")
});

#[cfg(test)]
mod tests {
    use std::process::Output;

    use super::*;

    /// A program of the system that writes and syncs.
    fn sh(disk: &Disk, under: &Path, line: &str) -> Output {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(under);
        command.envs(disk.environment(under)).output().unwrap()
    }

    #[test]
    fn what_was_not_synced_is_lost_and_the_rest_is_there() {
        let (disk, under) = (Disk::new(), tempfile::tempdir().unwrap());
        fs::write(under.path().join("old"), "old").unwrap();
        disk.take_for_safe(under.path());
        let line =
            "echo 1 | dd of=kept conv=fsync && echo 2 >> kept && echo 3 > lost && echo 4 >> old
            && mv kept moved && echo 5 | dd of=data conv=fdatasync";
        let ended = sh(&disk, under.path(), &line.replace('\n', " "));
        assert!(ended.status.success(), "{ended:?}");
        disk.lose_power(under.path(), under.path());
        let found = |name: &str| fs::read_to_string(under.path().join(name)).ok();
        assert_eq!(found("moved").as_deref(), Some("1\n"));
        assert_eq!(found("old").as_deref(), Some("old"));
        assert_eq!(found("data").as_deref(), Some("5\n"));
        assert_eq!((found("lost"), found("kept")), (None, None));
    }

    #[test]
    fn it_is_full_for_whom_it_is_said_and_fails_so_often() {
        let (disk, under) = (Disk::new(), tempfile::tempdir().unwrap());
        let writes = |line| sh(&disk, under.path(), line).status.success();
        disk.fill("-wal");
        assert!(writes("echo 1 > a"));
        assert!(!writes("echo 1 | dd of=a-wal"));
        assert_eq!(disk.refused_writes(), 1);
        disk.empty();
        assert!(writes("echo 1 > a-wal"));
        disk.fail_syncs(1, "");
        assert!(!writes("echo 1 | dd of=a conv=fsync"));
        assert!(writes("echo 1 | dd of=a conv=fsync"));
        assert_eq!(disk.failed_syncs(), 1);
        disk.forget_syncs();
        assert!(writes("echo 2 | dd of=b conv=fsync"));
        disk.lose_power(under.path(), under.path());
        assert!(!under.path().join("b").exists());
    }

    #[test]
    fn its_clock_is_wrong() {
        let disk = Disk::new();
        let date = |command: &mut Command| -> u64 {
            let said = command.arg("+%s").output().unwrap().stdout;
            String::from_utf8(said).unwrap().trim().parse().unwrap()
        };
        let now = date(&mut Command::new("date"));
        let said = date(Command::new("date").envs(disk.wrong_clock(-100_000)));
        assert!((99_990..=100_010).contains(&(now - said)), "{said} {now}");
    }
}
