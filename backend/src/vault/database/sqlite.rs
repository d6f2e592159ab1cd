//! Opening SQLite (R125).

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;
use sqlx::{Executor as _, Row as _};

use super::at_hand::AtHand;
use super::{Database, DatabaseError, Engine};

/// A vault in memory: a single connection that is never given back to the system, because the rows live in it.
pub(super) async fn in_memory() -> Result<Database, DatabaseError> {
    let pool = pool(1, SETTINGS)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect("sqlite::memory:")
        .await
        .map_err(DatabaseError::Unreachable)?;
    Ok(Database {
        engine: Engine::Sqlite,
        shared: false,
        file: None,
        reader: pool.clone(),
        writer: pool,
        at_hand: AtHand::nothing(),
    })
}

/// A vault in a file that only its owner may read. SQLite gives the files beside it (`-wal`, `-shm`) the same
/// permissions.
pub(super) async fn in_file(path: &Path) -> Result<Database, DatabaseError> {
    let unusable = |source| DatabaseError::File {
        path: path.to_owned(),
        source,
    };
    make_private(path).map_err(unusable)?;
    let file = Whereabouts::of(path).map_err(unusable)?;
    let url = url(path).ok_or_else(|| DatabaseError::Path {
        path: path.to_owned(),
    })?;
    let connect = async || {
        let writer = pool(1, SETTINGS).connect(&url).await?;
        let finding: String = quick_check(&writer).await?;
        let reader = pool(readers(), READER_SETTINGS).connect_lazy(&url)?;
        Ok((writer, reader, finding))
    };
    let (writer, reader, finding) = connect().await.map_err(DatabaseError::Unreachable)?;
    if finding != "ok" {
        return Err(DatabaseError::Damaged { finding });
    }
    Ok(Database {
        engine: Engine::Sqlite,
        shared: true,
        file: Some(file),
        reader,
        writer,
        at_hand: AtHand::one(Duration::MAX),
    })
}

/// Where the file was when it was opened, and which one it was.
#[derive(Clone, Debug)]
pub(super) struct Whereabouts {
    path: PathBuf,
    number: (u64, u64),
}

impl Whereabouts {
    fn of(path: &Path) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let number = number(&fs::metadata(&path)?);
        Ok(Self { path, number })
    }

    /// Whether it is there still. SQLite goes on writing to a file that was moved or removed, and what it acknowledges then
    /// is gone with the process (F32).
    pub(super) fn prove(&self) -> Result<(), sqlx::Error> {
        let found = fs::metadata(&self.path)?;
        if number(&found) == self.number {
            return Ok(());
        }
        let another = "the vault's file is not the one that was opened: put that back, or start again with this one";
        Err(io::Error::other(another).into())
    }
}

#[cfg(unix)]
fn number(file: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (file.dev(), file.ino())
}

/// Elsewhere an open file can be neither moved nor removed.
#[cfg(not(unix))]
const fn number(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}

/// The path as sqlx takes it: what has a meaning in a URL is escaped.
fn url(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let escaped = path
        .to_str()?
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    Some(format!("sqlite://{escaped}"))
}

fn pool(connections: u32, settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(u32::from(connections == 1))
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection
                    .execute(sqlx::raw_sql(settings))
                    .await
                    .map(|_| ())
            })
        })
}

/// How many connections only read. Each is a thread and some 200 kB; they open when first needed. More than the machine
/// has processors answer no sooner, but two there are: one may be with a long list.
fn readers() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    u32::try_from(processors).map_or(4, |processors| processors.clamp(2, 4))
}

async fn quick_check(pool: &AnyPool) -> Result<String, sqlx::Error> {
    sqlx::query("pragma quick_check(1)")
        .fetch_one(pool)
        .await?
        .try_get(0)
}

/// Makes the folder (0700) and the file (0600) if they are missing, and closes the file to others if it was open.
///
/// A file that is there is not opened: to close it again would take away every lock that this process has on it, those of
/// an open vault too, and other processes would take it for nobody's.
fn make_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => file.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => close_to_others(path),
        Err(error) => Err(error),
    }
}

fn close_to_others(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

/// How long to wait for one of our own connections.
const ACQUIRE: Duration = Duration::from_secs(5);

/// `busy_timeout` is in milliseconds and concerns other processes; within this one, writers queue at the pool.
/// `synchronous=full` because a rotated refresh token that is lost with the power is lost for good.
const SETTINGS: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma secure_delete = on;
    pragma foreign_keys = on;
    pragma temp_store = memory;
    pragma trusted_schema = off;
";
const READER_SETTINGS: &str = "
    pragma busy_timeout = 5000;
    pragma query_only = on;
    pragma temp_store = memory;
    pragma trusted_schema = off;
";

#[cfg(test)]
mod tests {
    use super::*;

    /// As `.cargo/config.toml` has it built. Without QPSG it would plan a third of what a refresh asks anew each time, which is
    /// two fifths of what a refresh costs.
    #[tokio::test]
    async fn sqlite_has_nothing_that_nobody_asks_for() {
        sqlx::any::install_default_drivers();
        let pool = pool(1, SETTINGS).connect("sqlite::memory:").await.unwrap();
        let rows = sqlx::query("pragma compile_options").fetch_all(&pool);
        let options: Vec<String> = rows.await.unwrap().iter().map(|row| row.get(0)).collect();
        for option in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0"] {
            assert!(options.iter().any(|have| have == option), "{options:?}");
        }
        let unwanted = ["ENABLE_FTS", "ENABLE_RTREE", "ENABLE_STAT4"];
        let found = options
            .iter()
            .find(|have| unwanted.iter().any(|option| have.starts_with(option)));
        assert_eq!(found, None);
    }

    /// R125: `/proc/locks` has them by inode.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn who_opens_it_a_second_time_takes_no_lock_away() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.sqlite");
        let locks = || {
            let number = number(&fs::metadata(&path).unwrap()).1;
            let all = fs::read_to_string("/proc/locks").unwrap();
            let ours = all
                .lines()
                .filter(|line| line.contains(&format!(":{number} ")));
            ours.count()
        };
        let first = in_file(&path).await.unwrap();
        let before = locks();
        assert!(before > 0);
        let second = in_file(&path).await.unwrap();
        second.close().await;
        assert_eq!(locks(), before);
        first.close().await;
    }
}
