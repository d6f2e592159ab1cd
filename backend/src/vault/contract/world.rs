//! A vault to try things on, and the people in it.

use std::future::poll_fn;
use std::task::Poll;

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{AccessToken, RefreshToken};
use sqlx::{AssertSqlSafe, Row as _};
use tempfile::TempDir;

use crate::clock::UnixTime;
use crate::vault::accounts::{Account, Finding, Identity, Marked, Profile};
use crate::vault::attempts::{AttemptKind, NewAttempt, Proof};
use crate::vault::changes::Changes;
use crate::vault::events::EventKind;
use crate::vault::grants::{Committed, Grant, GrantVersion, Schedule};
use crate::vault::id::{AccountId, BrowserDigest, NonceDigest, StateDigest};
use crate::vault::keys::Keys;
use crate::vault::sessions::SessionLimits;
use crate::vault::{KeyRing, Location, Vault, VaultError};

pub(super) const NOW: UnixTime = UnixTime(1_790_000_000);
pub(super) const LIMITS: SessionLimits = SessionLimits {
    idle: 3_600,
    absolute: 86_400,
};
/// Refreshes whose end nobody has recorded.
pub(super) const INTENTS: &str = "refresh_leases where refresh_id is not null";
pub(super) const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

pub(super) struct World {
    pub(super) vault: Vault,
    pub(super) location: Location,
    pub(super) folder: Option<TempDir>,
}

impl World {
    pub(super) async fn in_memory() -> Self {
        Self::at(Location::Memory, None).await
    }

    pub(super) async fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::SqliteFile(folder.path().join("vault.sqlite"));
        Self::at(location, Some(folder)).await
    }

    /// A schema of its own on a server that this test process starts for itself.
    pub(super) async fn on_postgres() -> Self {
        Self::at(new_schema().await, None).await
    }

    /// The same on a server whose operator made it stricter than we need: of two transactions that want one row, the later
    /// is ended as soon as the earlier has committed.
    pub(super) async fn on_strict_postgres() -> Self {
        let address = connect_outlook_throwaway_postgres::new_schema().await;
        let address = address.unwrap_or_else(|missing| panic!("{missing}"));
        let strict = "%20-c%20default_transaction_isolation%3Drepeatable%5C%20read";
        Self::at(format!("{address}{strict}").parse().unwrap(), None).await
    }

    async fn at(location: Location, folder: Option<TempDir>) -> Self {
        let vault = Vault::open(&location, KeyRing::parse(KEY).unwrap())
            .await
            .unwrap();
        Self {
            vault,
            location,
            folder,
        }
    }

    /// The same vault as another process sees it.
    pub(super) async fn another_process(&self) -> Vault {
        if self.location == Location::Memory {
            return self.vault.clone();
        }
        Vault::open(&self.location, KeyRing::parse(KEY).unwrap())
            .await
            .unwrap()
    }

    /// The same rows behind a key ring of its own.
    pub(super) fn another_vault(&self) -> Vault {
        Vault {
            database: self.vault.database.clone(),
            keys: Keys::new(KeyRing::parse(KEY).unwrap()),
            changes: Changes::default(),
            attempts_room: Default::default(),
        }
    }

    /// A new and empty place on the same engine.
    pub(super) async fn elsewhere(&self) -> Location {
        match &self.location {
            Location::Memory => Location::Memory,
            Location::SqliteFile(path) => {
                let name = AccountId::random().unwrap();
                Location::SqliteFile(path.with_file_name(format!("{name}.sqlite")))
            }
            Location::Postgres(_) => new_schema().await,
        }
    }

    pub(super) async fn try_to_connect(
        &self,
        person: &str,
        grant: &Grant,
    ) -> Result<Account, VaultError> {
        let (identity, profile) = (identity(person), profile(person));
        self.vault
            .connect_account(&identity, &profile, grant, NOW)
            .await
    }

    pub(super) async fn connect(&self, person: &str, grant: &Grant) -> Account {
        self.vault
            .connect_account(&identity(person), &profile(person), grant, NOW)
            .await
            .unwrap()
    }

    pub(super) async fn version(&self, account: AccountId) -> GrantVersion {
        self.vault
            .tokens(account, NOW)
            .await
            .unwrap()
            .unwrap()
            .version
    }

    /// What becomes of a refresh that was begun with `seen`.
    pub(super) async fn refresh(
        &self,
        account: AccountId,
        seen: GrantVersion,
        name: &str,
    ) -> Committed {
        self.vault
            .commit_refresh(account, seen, &grant(name), NOW)
            .await
            .unwrap()
    }

    /// What becomes of a finding about the tokens in `judged`.
    pub(super) async fn mark(
        &self,
        account: AccountId,
        judged: GrantVersion,
        finding: Finding,
    ) -> Marked {
        self.vault
            .mark(account, judged, finding, NOW)
            .await
            .unwrap()
    }

    pub(super) async fn events(&self, account: AccountId) -> Vec<EventKind> {
        let events = self.vault.events_after(account, 0, 1_000).await.unwrap();
        let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(
            sequences,
            (1..=events.len() as i64).collect::<Vec<_>>(),
            "without gaps"
        );
        events.iter().map(|event| event.kind).collect()
    }

    /// Rows that a condition finds.
    pub(super) async fn count(&self, from: &str) -> i64 {
        let statement = AssertSqlSafe(format!("select count(*) from {from}"));
        sqlx::query(statement)
            .fetch_one(self.vault.database.reader())
            .await
            .unwrap()
            .get(0)
    }

    /// One value as the database has it.
    pub(super) async fn raw(&self, table: &str, column: &str, row: &str) -> Option<String> {
        let statement = AssertSqlSafe(format!(
            "select {column} from {table} where {} = $1",
            key_of(table)
        ));
        let row = sqlx::query(statement)
            .bind(row)
            .fetch_one(self.vault.database.reader())
            .await
            .unwrap();
        row.get(0)
    }

    /// The id of some row in which the column is filled.
    pub(super) async fn first_row_with(&self, table: &str, column: &str) -> String {
        let statement = AssertSqlSafe(format!(
            "select {} from {table} where {column} is not null limit 1",
            key_of(table)
        ));
        let reader = self.vault.database.reader();
        sqlx::query(statement)
            .fetch_one(reader)
            .await
            .unwrap()
            .get(0)
    }

    /// What somebody with access to the database could do.
    pub(super) async fn tamper(&self, table: &str, column: &str, row: &str, value: &str) {
        let statement = AssertSqlSafe(format!(
            "update {table} set {column} = $1 where {} = $2",
            key_of(table)
        ));
        let mut transaction = self.vault.database.write().await.unwrap();
        let done = sqlx::query(statement)
            .bind(value)
            .bind(row)
            .execute(&mut *transaction)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1);
        transaction.commit().await.unwrap();
    }
}

async fn new_schema() -> Location {
    let address = connect_outlook_throwaway_postgres::new_schema().await;
    let address = address.unwrap_or_else(|missing| panic!("{missing}"));
    address.parse().unwrap()
}

/// Drives `future` for as many steps and then drops it. Whether it ended before.
pub(super) async fn polled_at_most(steps: usize, future: impl Future) -> bool {
    let mut future = std::pin::pin!(future);
    let mut left = steps;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

fn key_of(table: &str) -> &'static str {
    if matches!(table, "grants" | "data_keys" | "refresh_leases") {
        "account_id"
    } else {
        "id"
    }
}

/// Everybody is in one tenant; the last group of the object id is the name's first letters.
pub(super) fn identity(person: &str) -> Identity {
    let name: String = person
        .bytes()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let oid = format!("00000000-0000-4000-8000-{name:0>12}");
    Identity::new("72f988bf-86f1-41af-91ab-2d7cd011db47", &oid).unwrap()
}

pub(super) fn profile(person: &str) -> Profile {
    Profile {
        display_name: format!("{person}-display-name"),
        address: format!("{person}@contoso.example"),
    }
}

/// Tokens whose text tells which they are.
pub(super) fn grant(name: &str) -> Grant {
    Grant {
        access_token: AccessToken::new(format!("access-token-{name}")),
        refresh_token: Some(RefreshToken::new(format!("refresh-token-{name}"))),
        scopes: Scopes::parse("Mail.Read User.Read"),
        expires_at: NOW.plus(3_600),
        schedule: Schedule {
            ahead_at: NOW.plus(3_000),
            refresh_at: NOW.plus(3_000),
            in_use: true,
        },
        ends_at: None,
    }
}

/// An attempt of `browser` whose every value is made from `name`.
pub(super) fn attempt(name: &str, browser: &str) -> NewAttempt {
    NewAttempt {
        state: StateDigest::of(&format!("state-{name}")),
        browser: BrowserDigest::of(browser),
        first_of_browser: false,
        kind: AttemptKind::Connect,
        proof: Proof::Page(verifier(name).challenge()),
        nonce: NonceDigest::of(&format!("nonce-{name}")),
        redirect_uri: "http://localhost/outlook-callback".to_owned(),
        scopes: Scopes::parse("openid Mail.Read"),
        tenant: Tenant::Common,
        client_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        return_to: Some("/inbox".to_owned()),
        session: None,
        account: None,
        link: None,
        claim: None,
        consent: None,
        domain: None,
        expires_at: NOW.plus(600),
    }
}

pub(super) fn verifier(name: &str) -> CodeVerifier {
    CodeVerifier::parse(&format!("{name:-<43}")).unwrap()
}
