//! The emulated Microsoft, one database, and the processes that share it.

use std::sync::Arc;

use connect_outlook_emulator::{
    Emulator, RefreshRotation, Switches,
    graph::GraphLimits,
    world::{PersonId, World},
};
use connect_outlook_throwaway_postgres::free_port;
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use super::{Database, Options, process::Process, settings::settings};
use crate::{
    Answering, Connected, Visitor,
    program::{Settings, connect_outlook},
};

/// All of it; what it leaves behind goes with it.
#[derive(Debug)]
pub(super) struct Deployment {
    pub(super) microsoft: Emulator,
    pub(super) processes: Vec<Arc<Process>>,
    /// The address of the database.
    pub(super) database: String,
    site: Url,
    connected: usize,
    _folder: TempDir,
}

impl Deployment {
    /// Builds the program, starts Microsoft with `people` who can connect, a database, and the processes.
    pub(super) async fn start(options: &Options, people: usize) -> Self {
        eprintln!("building connect-outlook");
        connect_outlook(&Settings::new()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let microsoft = emulator(options.rotation.into(), people).await;
        let database = match options.database {
            Database::Sqlite => format!("sqlite:{}", folder.path().join("vault.sqlite").display()),
            Database::Postgres => connect_outlook_throwaway_postgres::new_schema()
                .await
                .unwrap_or_else(|reason| panic!("{reason}")),
        };
        let ports: Vec<_> = (0..options.processes)
            .map(|_| free_port().expect("a free port"))
            .collect();
        let origin = format!("http://localhost:{}", ports[0]);
        let settings = settings(microsoft.state(), &origin, &database);
        let mut processes = Vec::new();
        for port in ports {
            let process = Process::start(port, settings.clone()).await;
            processes.push(Arc::new(process));
            eprintln!("process {} serves on port {port}", processes.len());
        }
        Self {
            microsoft,
            processes,
            database,
            site: origin.parse().expect("an origin"),
            connected: 0,
            _folder: folder,
        }
    }

    /// Connects the next `count` people. Their access tokens lapse so soon that each counts as lapsed at once.
    pub(super) async fn connect(&mut self, count: usize) -> Vec<Connected> {
        self.lives_of_tokens(Some(LAPSING));
        let mut accounts = Vec::new();
        for _ in 0..count {
            accounts.push(connect(&self.site, &name(self.connected)).await);
            self.connected += 1;
        }
        self.lives_of_tokens(None);
        accounts
    }

    /// The origin the visitors see.
    pub(super) fn site(&self) -> &Url {
        &self.site
    }

    /// Ends everything.
    pub(super) async fn stop(self) {
        for process in &self.processes {
            process.kill().await;
        }
        self.microsoft.stop().await;
    }

    fn lives_of_tokens(&self, life: Option<i64>) {
        self.microsoft
            .state()
            .change_switches(|switches| switches.access_token_life = life);
    }
}

/// Connects somebody by name: Microsoft's page offers no more than fifty people to choose from.
async fn connect(site: &Url, name: &str) -> Connected {
    let visitor = Visitor::arriving_at(site);
    let hint = json!({ "login_hint": address(name) });
    let attempt = visitor.page().start_attempt(&hint).await;
    let callback = visitor.authorize(&attempt, Answering::Yes(name)).await;
    let outcome = visitor.page().finish(&attempt, &callback).await.json();
    assert_eq!(outcome["account"]["address"], address(name), "{outcome}");
    Connected {
        visitor,
        account: outcome["account"].clone(),
    }
}

/// Microsoft with enough people, and without its limits on Graph: those would be in the way of what is measured.
async fn emulator(rotation: RefreshRotation, people: usize) -> Emulator {
    let switches = Switches {
        refresh_rotation: rotation,
        loop_threshold: None,
        graph_limits: GraphLimits {
            concurrent_requests: 0,
            requests: 0,
            ..GraphLimits::default()
        },
        ..Switches::default()
    };
    let builder = Emulator::builder().exchange_capacity(100_000);
    let emulator = builder
        .switches(switches)
        .start("127.0.0.1:0")
        .await
        .expect("an emulator");
    emulator
        .state()
        .change_world(|world| (0..people).for_each(|number| add_person(world, number)));
    emulator
}

fn add_person(world: &mut World, number: usize) {
    let mut person = world.people[0].clone();
    person.id = PersonId::new(format!("00000000-5707-4000-8000-{number:012}"));
    person.name = format!("Caller {number}");
    person.address = address(&name(number));
    person.guest_in.clear();
    world.people.push(person);
}

fn name(number: usize) -> String {
    format!("caller-{number}")
}

fn address(name: &str) -> String {
    format!("{name}@contoso.example")
}

/// Seconds. A token with less than five minutes left is replaced before it is used.
const LAPSING: i64 = 120;
