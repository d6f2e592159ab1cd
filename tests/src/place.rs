//! An operator's place: the real program beside an emulator, its vault and its keys in a folder of their own.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _};

use connect_outlook_emulator::Emulator;
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::{
    Connected, Visitor, canaries,
    program::{Ended, Settings, deployment, run, site},
    signing_keys,
};

/// The place. Nothing in it runs before it is started.
#[derive(Debug)]
pub struct Place {
    /// Microsoft.
    pub emulator: Emulator,
    /// What the program is told.
    pub settings: Settings,
    /// Where its vault, its key and the exports lie.
    pub folder: TempDir,
}

impl Place {
    /// With a key file, made by the program, and a vault on SQLite that does not exist yet.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn new() -> Self {
        let emulator = Emulator::builder()
            .signing_keys(signing_keys())
            .start("127.0.0.1:0")
            .await
            .expect("an emulator");
        let folder = tempfile::tempdir().expect("a folder");
        let settings = deployment(emulator.state(), folder.path());
        let place = Self {
            emulator,
            settings,
            folder,
        };
        place.good(&["keys", "new", &place.path("key")]).await;
        place
    }

    /// A file of the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs the program with these arguments to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        run(&self.settings, arguments).await
    }

    /// Runs a command that has to succeed; answers what it said.
    ///
    /// # Panics
    /// If it does not.
    pub async fn good(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments).await;
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.told);
        ended.said
    }

    /// Somebody new at the site.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::arriving_at(&site(&self.settings))
    }

    /// Two hours later at Microsoft, so that the token at hand is refused there and a new one has to be had.
    ///
    /// # Panics
    /// If the inbox cannot be read then.
    pub async fn still_reads_after_a_refresh(&self, connected: &Connected) {
        self.emulator.clock().advance(2 * 3_600);
        assert!(!connected.inbox().await.is_empty());
    }

    /// R124: looks for whatever was issued so far in all files of the folder.
    ///
    /// # Panics
    /// If it finds something.
    pub fn search(&self) {
        let state = self.emulator.state();
        let secrets = canaries::secrets_in(&state.exchanges.after(0), &state.world());
        for entry in fs::read_dir(self.folder.path()).expect("the folder") {
            let path = entry.expect("an entry").path();
            let bytes = fs::read(&path).expect("a readable file");
            let found = canaries::hits(&secrets, &bytes, &path.display().to_string());
            assert!(found.is_empty(), "{found:?}");
        }
    }

    /// What a query answers in the vault on SQLite.
    ///
    /// # Panics
    /// If it answers no number.
    pub async fn count(&self, query: &'static str) -> i64 {
        let options = SqliteConnectOptions::new()
            .filename(self.path("vault.sqlite"))
            .read_only(true);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .expect("the vault's file");
        let row = sqlx::query(query).fetch_one(&mut connection).await;
        let number = row.expect("a row").get(0);
        connection.close().await.expect("closed");
        number
    }

    /// Waits until so many attempts lie in the vault on SQLite.
    pub async fn until_attempts(&self, number: i64) {
        while self.count("select count(*) from attempts").await < number {
            tokio::task::yield_now().await;
        }
    }
}

/// Writes a file that only its owner may read; what was in it is gone.
///
/// # Panics
/// If it cannot be written.
pub fn write_private(path: &str, text: &[u8]) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).expect("a file");
    file.write_all(text).expect("written");
}
