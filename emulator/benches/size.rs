//! How fast an emulator starts and how much memory its worlds take: `cargo bench -p connect-outlook-emulator`.
//!
//! Each figure stands beside its goal. Memory is what Linux says this process holds (`VmRSS`), client included; elsewhere
//! the rows of memory are left out.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a measurement that fails has nothing to tell, and it measures by the machine's clock"
)]

use std::{fs, time::Instant};

use connect_outlook_emulator::{
    Emulator, SigningKeys,
    tokens::AccessTokenGrant,
    world::{ClientId, Person, PersonId, Resource, TenantKind, World},
};

const ROUNDS: usize = 15;
const ACCOUNTS: usize = 10_000;
const OPENED: usize = 500;
const START_GOAL: f64 = 50.0;
const MEMORY_GOAL: f64 = 200.0;

#[tokio::main]
async fn main() {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    println!("| what | measured | goal |\n| --- | --- | --- |");
    starting().await;
    memory().await;
}

/// Every round makes keys of its own, as every start does.
async fn starting() {
    let client = reqwest::Client::new();
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let emulator = Emulator::builder()
            .start("127.0.0.1:0")
            .await
            .expect("starts");
        let listening = milliseconds(begin);
        let get = async |path: &str| {
            let url = format!("{}{path}", emulator.origin());
            let answer = client.get(url).send().await.expect("an answer");
            assert!(answer.status().is_success());
            milliseconds(begin)
        };
        let answered = get("/common/v2.0/.well-known/openid-configuration").await;
        // This one waits until the keys are made, so that the next round has the machine to itself.
        let signing = get("/common/discovery/v2.0/keys").await;
        rounds.push([listening, answered, signing]);
        emulator.stop().await;
    }
    let goal = format!("{START_GOAL} ms");
    row("start: listening", &spread(&rounds, 0), &goal);
    row("start: discovery answered", &spread(&rounds, 1), &goal);
    row(
        "start: signing keys made (beside everything else)",
        &spread(&rounds, 2),
        "none",
    );
}

async fn memory() {
    let Some(before) = resident() else {
        return;
    };
    row("memory: before", &megabytes(before), "none");
    let emulator = Emulator::builder()
        .world(crowded())
        .signing_keys(SigningKeys::make())
        .start("127.0.0.1:0")
        .await
        .expect("starts");
    let tokens = signed_in(&emulator);
    let held = resident().unwrap_or_default();
    let goal = format!("{MEMORY_GOAL} MB");
    row(
        &format!("memory: {ACCOUNTS} accounts, each with a token"),
        &megabytes(held),
        &goal,
    );
    let client = reqwest::Client::new();
    for token in tokens.iter().take(OPENED) {
        let url = format!("{}/v1.0/me/messages?$top=1", emulator.origin());
        let answer = client.get(url).bearer_auth(token).send().await;
        assert!(answer.expect("an answer").status().is_success());
    }
    let opened = resident().unwrap_or_default();
    row(
        &format!("memory: {OPENED} of their mailboxes opened"),
        &megabytes(opened),
        &goal,
    );
    let each = (opened - held) * 1_024.0 / f64::from(u16::try_from(OPENED).unwrap_or(1));
    row(
        "memory: each opened mailbox",
        &format!("{each:.0} KB"),
        "none",
    );
    emulator.stop().await;
}

/// The standard world with many more people of Contoso.
fn crowded() -> World {
    let mut world = World::standard(0);
    let ada = world.people[0].clone();
    let more = (world.people.len()..ACCOUNTS).map(|number| Person {
        id: PersonId::new(format!("f0000000-0000-4000-8000-{number:012}")),
        name: format!("Person {number}"),
        address: format!("person{number}@contoso.example"),
        ..ada.clone()
    });
    world.people.extend(more.collect::<Vec<_>>());
    world
}

/// A token for everybody.
fn signed_in(emulator: &Emulator) -> Vec<String> {
    let now = emulator.clock().now();
    let world = emulator.world();
    let people = world.people.iter().filter(|person| person.mailbox);
    people
        .map(|person| {
            let grant = AccessTokenGrant {
                person: person.id.clone(),
                tenant: person.tenant.clone(),
                client_id: ClientId::new("c0ffee00-0000-4000-8000-000000000001"),
                resource: Resource::Graph,
                scopes: vec!["Mail.Read".to_owned()],
                issued_at: now,
                expires_at: now + 3_600,
                handles_claims_challenges: false,
            };
            let tokens = &emulator.state().access_tokens;
            tokens.issue(grant, TenantKind::Company)
        })
        .collect()
}

fn row(what: &str, measured: &str, goal: &str) {
    println!("| {what} | {measured} | {goal} |");
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// Median and worst of one column.
fn spread(rounds: &[[f64; 3]], column: usize) -> String {
    let mut figures: Vec<f64> = rounds.iter().map(|round| round[column]).collect();
    figures.sort_by(f64::total_cmp);
    let (median, worst) = (figures[figures.len() / 2], figures[figures.len() - 1]);
    format!("{median:.1} ms (worst {worst:.1} ms)")
}

fn megabytes(held: f64) -> String {
    format!("{held:.0} MB")
}

/// What this process holds, in megabytes.
fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}
