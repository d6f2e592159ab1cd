//! Where a story happens, and what it can do there.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use connect_outlook_emulator::{
    RefreshRotation,
    scenario::{Fault, FaultKind, NewScenario, ScenarioName},
};
use connect_outlook_tests::{Connected, Settings, World, browser::Answer};
use sqlx::{AnyConnection, Connection as _};
use tokio::task::JoinHandle;
use url::Url;

use crate::{
    dice::Dice,
    ground::Ground,
    process::{Log, Process},
    story::Database,
};

/// A world on one of the databases.
#[derive(Debug)]
pub(crate) struct Place<'world> {
    pub(crate) world: &'world World,
    pub(crate) database: Database,
    pub(crate) ground: Option<&'world Ground>,
    seed: u64,
    logs: Mutex<Vec<Arc<Log>>>,
    kept: Mutex<Vec<Process>>,
}

impl<'world> Place<'world> {
    pub(crate) fn new(
        world: &'world World,
        database: Database,
        ground: Option<&'world Ground>,
        seed: u64,
    ) -> Self {
        Self {
            world,
            database,
            ground,
            seed,
            logs: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// What decides where a story leaves the order open: the same for the same seed.
    pub(crate) fn dice(&self) -> Dice {
        Dice::new(self.seed)
    }

    /// Ada, her token over.
    pub(crate) async fn ada_later(&self) -> Connected {
        let ada = self.world.visitor().connect("ada").await;
        self.world.advance(2 * HOUR);
        ada
    }

    /// Holds the next token request until it is let go.
    pub(crate) fn hold_token_request(&self) -> Held<'_> {
        self.hold(TOKEN)
    }

    /// Holds the next request to a path with this in it.
    pub(crate) fn hold(&self, path: &str) -> Held<'_> {
        let fault = Fault::next(FaultKind::Hold, path);
        let id = self.world.microsoft().add_fault(fault).id;
        Held { place: self, id }
    }

    /// The life of access tokens from now on, in seconds; none as Microsoft gives. One of two minutes is refreshed before
    /// its first use.
    pub(crate) fn lives_of_tokens(&self, life: Option<i64>) {
        let microsoft = self.world.microsoft();
        microsoft.change_switches(|switches| switches.access_token_life = life);
    }

    /// The settings of the world, to change one.
    pub(crate) fn settings(&self) -> Settings {
        self.world.settings().clone()
    }

    /// The same person with the same browser, at another process.
    pub(crate) fn at(&self, connected: &Connected, url: &Url) -> Connected {
        Connected {
            visitor: connected.visitor.at(url),
            ..connected.clone()
        }
    }

    /// Lets a process run to the end of the world.
    pub(crate) fn keep(&self, process: Process) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(process);
    }

    /// What becomes of used refresh tokens.
    pub(crate) fn rotate(&self, rotation: RefreshRotation) {
        self.world.rotate(rotation);
    }

    /// Sets a trouble of Ada's.
    pub(crate) fn trouble_ada(&self, name: ScenarioName) {
        self.world
            .set(&NewScenario::new(name).person("ada@contoso.example"));
    }

    /// Waits until Microsoft has been asked for so many refreshes.
    pub(crate) async fn until_refreshes(&self, number: usize) {
        while self.world.refreshes().len() < number {
            moment().await;
        }
    }

    /// Nobody but the answer writes to the vault any more; everybody reads.
    pub(crate) async fn lock_writes(&self) -> Locked {
        let mut connection = self.connection().await;
        let lock = match self.database {
            Database::Sqlite => "begin immediate",
            Database::Postgres => LOCK_EVERYTHING,
        };
        sqlx::raw_sql(lock).execute(&mut connection).await.unwrap();
        Locked(connection)
    }

    /// A connection of somebody else's to the vault's database.
    pub(crate) async fn connection(&self) -> AnyConnection {
        let (address, _) = self.world.vault();
        sqlx::any::install_default_drivers();
        AnyConnection::connect(address).await.unwrap()
    }

    /// What a story stands on that has its database for itself.
    pub(crate) fn ground(&self) -> &'world Ground {
        self.ground.expect("a story that is told apart")
    }

    /// The folder of the vault on SQLite.
    pub(crate) fn vault_folder(&self) -> PathBuf {
        let path = self.world.vault().0.strip_prefix("sqlite:");
        let path = PathBuf::from(path.expect("a vault on SQLite"));
        path.parent().expect("a folder").to_owned()
    }

    /// The leases of processes that died are over.
    pub(crate) async fn leases_lapse(&self) {
        let lapsed = "update refresh_leases set expires_at = 1 where expires_at > 0";
        self.world.change(lapsed).await;
    }

    /// State and events of every account.
    pub(crate) async fn accounts(&self) -> Vec<(String, Vec<String>)> {
        let mut accounts = BTreeMap::<String, (String, Vec<String>)>::new();
        let rows = "select a.id, a.state, e.kind
                    from accounts a join events e on e.account_id = a.id
                    order by e.position";
        for row in self.world.ask(rows).await {
            let [id, state, kind] = row.try_into().unwrap();
            let account = accounts.entry(id).or_default();
            account.0 = state;
            account.1.push(kind);
        }
        accounts.into_values().collect()
    }

    /// How often the tokens of each account were written.
    pub(crate) async fn versions(&self) -> Vec<Vec<String>> {
        let query = "select cast(grant_version as text) from accounts";
        self.world.ask(query).await
    }

    /// The ids of all accounts.
    pub(crate) async fn ids(&self) -> Vec<String> {
        let rows = self.world.ask("select id from accounts").await;
        rows.into_iter().flatten().collect()
    }

    /// Looks through the log of a process in the end.
    pub(crate) fn remember_log(&self, log: &Arc<Log>) {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.push(Arc::clone(log));
    }

    pub(crate) fn logs(&self) -> Vec<String> {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.iter().map(|log| log.text()).collect()
    }
}

/// A request that waits at Microsoft.
#[derive(Debug)]
pub(crate) struct Held<'place> {
    place: &'place Place<'place>,
    id: u64,
}

impl Held<'_> {
    /// Waits until it has come.
    pub(crate) async fn until_it_waits(&self) {
        let waits = || {
            let faults = self.place.world.microsoft().faults();
            let mut this = faults.iter().filter(|set| set.id == self.id);
            this.any(|set| set.fault.times == Some(0))
        };
        while !waits() {
            moment().await;
        }
    }

    /// Lets it go on.
    pub(crate) fn let_go(self) {
        self.place.world.microsoft().remove_scenario(self.id);
    }
}

/// Somebody who holds the right to write.
#[derive(Debug)]
pub(crate) struct Locked(AnyConnection);

impl Locked {
    pub(crate) async fn unlock(mut self) {
        sqlx::raw_sql("rollback")
            .execute(&mut self.0)
            .await
            .unwrap();
        self.0.close().await.unwrap();
    }
}

/// Reads the inbox beside the story.
pub(crate) fn reading(connected: &Connected) -> JoinHandle<Answer> {
    let connected = connected.clone();
    tokio::spawn(async move { connected.get(INBOX).await })
}

/// Lets others go on before looking again.
pub(crate) async fn moment() {
    tokio::time::sleep(Duration::from_millis(2)).await;
}

pub(crate) const HOUR: i64 = 3_600;
pub(crate) const INBOX: &str = "/messages?folder=inbox&limit=5";
pub(crate) const TOKEN: &str = "/oauth2/v2.0/token";
const LOCK_EVERYTHING: &str = "begin;
    lock table accounts, grants, data_keys, attempts, sessions, session_accounts, events, refresh_leases
    in share row exclusive mode";
