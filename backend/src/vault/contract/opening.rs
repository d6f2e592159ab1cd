//! Opening a vault: what stays, what is refused, and many at once.

use sqlx::{AssertSqlSafe, Row as _};

use super::world::{KEY, NOW, World, grant, identity, polled_at_most, profile};
use crate::clock::UnixTime;
use crate::vault::changes::Changes;
use crate::vault::database::{Database, DatabaseError, MIGRATIONS, MigrateError};
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;
use crate::vault::keys::Keys;
use crate::vault::refreshes::BeginRefresh;
use crate::vault::{KeyRing, Location, OpenError, Vault};

on_every_engine![
    a_vault_answers,
    tables_of_an_earlier_version_are_brought_up,
    an_intent_of_an_earlier_version_is_not_forgotten,
    tables_of_a_later_version_are_refused,
    an_altered_migration_is_refused,
    a_caller_who_goes_away_leaves_nothing_half_done,
];

fn keys(text: &str) -> KeyRing {
    KeyRing::parse(text).unwrap()
}

async fn a_vault_answers(world: &World) {
    world.vault.check().await.unwrap();
    world.vault.close().await;
    assert!(
        world.vault.check().await.is_err(),
        "and says when it does not"
    );
}

/// R127: what is there stays, and what is new works with it.
async fn tables_of_an_earlier_version_are_brought_up(world: &World) {
    let database = Database::connect(&world.elsewhere().await, 2)
        .await
        .unwrap();
    database.migrate(&MIGRATIONS[..1]).await.unwrap();
    let mut transaction = database.write().await.unwrap();
    let id = AccountId::random().unwrap();
    sqlx::query(
        "insert into accounts (id, tid, oid, state, state_since, grant_version, event_count, created_at)
         values ($1, 'tid', 'oid', 'connected', 1, 7, 0, 1)",
    )
    .bind(id.to_string())
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    for _ in 0..2 {
        database.migrate(MIGRATIONS).await.unwrap();
    }
    let vault = opened(database);
    let found = vault.look_at_refresh(id, GrantVersion(7), 0).await.unwrap();
    assert_eq!(found, None, "nobody leads");
    let gone = vault.look_at_refresh(id, GrantVersion(6), 0).await.unwrap();
    assert_eq!(gone, Some(BeginRefresh::AlreadyFresh));
}

fn opened(database: Database) -> Vault {
    Vault {
        database,
        keys: Keys::new(keys(KEY)),
        changes: Changes::default(),
        attempts_room: Default::default(),
    }
}

/// R86, R127: a refresh that broke off under a version that noted it in a table of its own.
async fn an_intent_of_an_earlier_version_is_not_forgotten(world: &World) {
    let location = world.elsewhere().await;
    let database = Database::connect(&location, 2).await.unwrap();
    database.migrate(&MIGRATIONS[..14]).await.unwrap();
    let refresh = "00000000-0000-4000-8000-000000000009";
    let mut transaction = database.write().await.unwrap();
    for id in 1..=2 {
        sqlx::raw_sql(AssertSqlSafe(format!(
            "insert into accounts (id, tid, oid, state, state_since, grant_version, event_count, created_at)
             values ('00000000-0000-4000-8000-00000000000{id}', 'tid', '{id}', 'connected', 1, 7, 0, 1);
             insert into refresh_leases (account_id, owner, fencing, expires_at)
             values ('00000000-0000-4000-8000-00000000000{id}', 'somebody', 3, 100);"
        )))
        .execute(&mut *transaction)
        .await
        .unwrap();
    }
    sqlx::query(
        "insert into refresh_intents (account_id, refresh_id, grant_version, unanswered, recovery, started_at)
         values ('00000000-0000-4000-8000-000000000001', $1, 7, 2, 1, 70)",
    )
    .bind(refresh)
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    database.migrate(MIGRATIONS).await.unwrap();
    let open = opened(database).open_intents(0, 10).await.unwrap();
    let [open] = open.as_slice() else {
        panic!("one of the two: {open:?}");
    };
    assert_eq!(open.refresh.to_string(), refresh);
    assert_eq!(
        (open.version, open.started_at),
        (GrantVersion(7), UnixTime(70))
    );
}

/// R127
async fn tables_of_a_later_version_are_refused(world: &World) {
    let known = MIGRATIONS.len() as i64;
    let insert = sqlx::query("insert into migrations (version, digest) values ($1, 'later')");
    let mut transaction = world.vault.database.write().await.unwrap();
    insert
        .bind(known + 1)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let refused = world.vault.database.migrate(MIGRATIONS).await;
    assert!(matches!(
        refused,
        Err(MigrateError::TooNew { found, known: ours }) if (found, ours) == (known + 1, known)
    ));
    world.connect("ada", &grant("1")).await;
}

/// R127: a released migration is never edited; a build that did is not let near the tables.
async fn an_altered_migration_is_refused(world: &World) {
    let mut transaction = world.vault.database.write().await.unwrap();
    sqlx::query("update migrations set digest = 'other'")
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let refused = world.vault.database.migrate(MIGRATIONS).await;
    assert!(matches!(refused, Err(MigrateError::Altered { version: 1 })));
}

/// R79, R153: a visitor who closes the page drops the operation wherever it stands; the row, its key, its tokens and
/// its event are all there or none is, and the vault goes on.
async fn a_caller_who_goes_away_leaves_nothing_half_done(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let mut told = 0;
    for patience in 0..80 {
        let (identity, profile, grant) = (
            identity(&patience.to_string()),
            profile("somebody"),
            grant("2"),
        );
        let connected = world
            .vault
            .connect_account(&identity, &profile, &grant, NOW);
        told += i64::from(polled_at_most(patience, connected).await);
    }
    assert!(
        (1..80).contains(&told),
        "some waited for the end and some did not: {told}"
    );
    assert!(world.vault.tokens(ada, NOW).await.unwrap().is_some());
    let accounts = world.count("accounts").await;
    assert!(
        accounts > told,
        "who was told is there: {accounts} accounts, {told} told"
    );
    for table in ["grants", "data_keys", "events"] {
        assert_eq!(world.count(table).await, accounts, "{table}");
    }
}

#[tokio::test]
async fn a_reopened_file_has_everything() {
    let world = World::in_a_file().await;
    let made = world.connect("ada", &grant("1")).await;
    world.vault.close().await;
    let vault = Vault::open(&world.location, keys(KEY)).await.unwrap();
    assert_eq!(vault.account(made.id).await.unwrap(), Some(made.clone()));
    let tokens = vault.tokens(made.id, NOW).await.unwrap().unwrap();
    assert_eq!(tokens.refresh_token, grant("1").refresh_token);
}

/// R12, F49: somebody else's key file is noticed at the start, not at the first refresh.
#[tokio::test]
async fn a_vault_does_not_open_without_its_key() {
    let other = "ff".repeat(32);
    let world = World::in_a_file().await;
    world.connect("ada", &grant("1")).await;
    world.vault.close().await;
    let refused = Vault::open(&world.location, keys(&other)).await;
    let needed = keys(KEY).current_id().to_string();
    assert!(matches!(refused, Err(OpenError::KeyMissing { key }) if key == needed));
    // R120: as an older key it will do.
    Vault::open(&world.location, keys(&format!("{other}\n{KEY}")))
        .await
        .unwrap();
}

/// R127: eight processes' worth of starts at once bring one file up once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let location =
        Location::SqliteFile(folder.path().join("deep/er/vault with % ? # and ä.sqlite"));
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let location = location.clone();
            tokio::spawn(async move { Vault::open(&location, keys(KEY)).await })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap().check().await.unwrap();
    }
    let names: Vec<_> = std::fs::read_dir(folder.path().join("deep/er"))
        .unwrap()
        .collect();
    assert!(names.iter().all(|name| {
        name.as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("vault with % ? # and ä.sqlite")
    }));
}

/// Two processes on one file see each other's work.
#[tokio::test]
async fn two_openings_of_one_file_share_it() {
    let world = World::in_a_file().await;
    let other = Vault::open(&world.location, keys(KEY)).await.unwrap();
    let id = world.connect("ada", &grant("1")).await.id;
    assert!(other.tokens(id, NOW).await.unwrap().is_some());
    other.disconnect(id, NOW).await.unwrap();
    assert!(world.vault.tokens(id, NOW).await.unwrap().is_none());
}

/// Each vault in memory is its own, and holds what it is given however many ask at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_in_memory_stays_and_is_its_own() {
    let (world, other) = (World::in_memory().await, World::in_memory().await);
    let id = world.connect("ada", &grant("1")).await.id;
    let askers: Vec<_> = (0..200)
        .map(|_| {
            let vault = world.vault.clone();
            tokio::spawn(async move { vault.tokens(id, NOW).await.unwrap().is_some() })
        })
        .collect();
    for asker in askers {
        assert!(asker.await.unwrap());
    }
    assert!(other.vault.tokens(id, NOW).await.unwrap().is_none());
}

/// R125: the settings as the connections really have them.
#[tokio::test]
async fn the_settings_hold_on_every_connection() {
    let world = World::in_a_file().await;
    let mut writer = world.vault.database.write().await.unwrap();
    for (setting, expected) in [
        ("pragma journal_mode", "wal"),
        ("pragma synchronous", "2"),
        ("pragma secure_delete", "1"),
        ("pragma foreign_keys", "1"),
        ("pragma busy_timeout", "5000"),
    ] {
        let row = sqlx::query(setting).fetch_one(&mut *writer).await.unwrap();
        let found = row
            .try_get::<i64, _>(0)
            .map_or_else(|_| row.get::<String, _>(0), |number| number.to_string());
        assert_eq!(found, expected, "{setting}");
    }
    let refused = sqlx::query("delete from accounts")
        .execute(world.vault.database.reader())
        .await;
    assert!(refused.is_err(), "readers cannot write");
}

/// R125: a damaged file stops the start.
#[tokio::test]
async fn a_damaged_file_is_refused() {
    let world = World::in_a_file().await;
    for number in 0..50 {
        world.connect(&format!("{number}"), &grant("1")).await;
    }
    world.vault.close().await;
    let Location::SqliteFile(path) = &world.location else {
        unreachable!()
    };
    let whole = std::fs::read(path).unwrap();
    let mut damaged = whole.clone();
    for page in damaged.chunks_mut(4096).skip(2).step_by(2) {
        page[..64].fill(0xa5);
    }
    std::fs::write(path, damaged).unwrap();
    let refused = Vault::open(&world.location, keys(KEY)).await;
    assert!(matches!(
        refused,
        Err(OpenError::Database(
            DatabaseError::Damaged { .. } | DatabaseError::Unreachable(_)
        ))
    ));

    std::fs::write(
        path,
        b"this is no database, however often one looks at it".repeat(100),
    )
    .unwrap();
    let refused = Vault::open(&world.location, keys(KEY)).await;
    assert!(matches!(refused, Err(OpenError::Database(_))));

    std::fs::write(path, whole).unwrap();
    Vault::open(&world.location, keys(KEY)).await.unwrap();
}

/// F31: no database, no server.
#[tokio::test]
async fn a_path_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::SqliteFile(folder.path().to_owned());
    let refused = Vault::open(&location, keys(KEY)).await;
    assert!(matches!(
        refused,
        Err(OpenError::Database(DatabaseError::File { .. }))
    ));
}
