//! The same hundred days with nothing in anybody's place: the vault, the engine of refreshes, and a token endpoint that
//! is asked over HTTP and honours each refresh token once. `HUNDRED_DAYS_ACCOUNTS` says how many accounts there are:
//! `cargo test --release -p connect-outlook-backend --lib hundred_days_for_real -- --nocapture` with 10000 takes minutes.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Form, Json, Router};
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{AccessToken, RefreshToken};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::hundred_days::{DAY, fullest_minute};
use super::{AT_ONCE, Background, plan};
use crate::Backend;
use crate::app::App;
use crate::app::refresh::dice;
use crate::clock::{Clock, UnixTime};
use crate::config::Config;
use crate::vault::accounts::{Identity, Profile};
use crate::vault::grants::Grant;
use crate::vault::id::AccountId;

const START: i64 = 1_790_000_000;
const DAYS: i64 = 100;
const TENANTS: [&str; 3] = [
    "11111111-aaaa-4bbb-8ccc-000000000001",
    "11111111-aaaa-4bbb-8ccc-000000000002",
    "11111111-aaaa-4bbb-8ccc-000000000003",
];
/// Of so many accounts one is used, every half hour.
const BUSY: usize = 500;
const HALF_HOUR: i64 = 1_800;

/// What the token endpoint remembers.
struct Endpoint {
    clock: Clock,
    /// The only good refresh token of each account, by its number.
    serials: Vec<u64>,
    /// When each account was refreshed last, and its longest rest.
    rests: Vec<(i64, i64)>,
    requests: Vec<i64>,
    refused: usize,
}

type Shared = Arc<Mutex<Endpoint>>;

async fn token(
    State(endpoint): State<Shared>,
    Form(form): Form<Vec<(String, String)>>,
) -> (StatusCode, Json<Value>) {
    let mut endpoint = endpoint.lock().unwrap();
    let sent = form.iter().find(|(name, _)| name == "refresh_token");
    let (account, serial) = sent.unwrap().1.split_once('.').unwrap();
    let (account, serial): (usize, u64) = (account.parse().unwrap(), serial.parse().unwrap());
    let now = endpoint.clock.now().0;
    endpoint.requests.push(now);
    if endpoint.serials[account] != serial {
        endpoint.refused += 1;
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": "invalid_grant"})),
        );
    }
    endpoint.serials[account] += 1;
    let (last, longest) = endpoint.rests[account];
    endpoint.rests[account] = (now, longest.max(now - last));
    let answer = json!({
        "token_type": "Bearer", "scope": "User.Read Mail.Read", "expires_in": 3_600 + dice() % 1_800,
        "access_token": format!("access.{account}.{serial}"), "refresh_token": format!("{account}.{}", serial + 1),
    });
    (StatusCode::OK, Json(answer))
}

struct Deployment {
    app: Arc<App>,
    clock: Clock,
    endpoint: Shared,
    accounts: Vec<AccountId>,
    background: Background,
}

impl Deployment {
    async fn of(accounts: usize) -> Self {
        let clock = Clock::still(UnixTime(START));
        let endpoint = Arc::new(Mutex::new(Endpoint {
            clock: clock.clone(),
            serials: vec![0; accounts],
            rests: vec![(START, 0); accounts],
            requests: Vec::new(),
            refused: 0,
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/common/oauth2/v2.0/token", post(token))
            .with_state(Arc::clone(&endpoint));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let backend = Backend::new(config(&origin), clock.clone()).await.unwrap();
        let mut deployment = Self {
            app: Arc::clone(backend.app()),
            clock,
            endpoint,
            accounts: Vec::with_capacity(accounts),
            background: Background {
                waiting: std::collections::VecDeque::new(),
                next_look: UnixTime(START),
                under_way: Arc::new(tokio::sync::Semaphore::new(AT_ONCE)),
            },
        };
        for number in 0..accounts {
            deployment.connect(number).await;
        }
        deployment
    }

    /// Connected long ago, and used by nobody since.
    async fn connect(&mut self, number: usize) {
        let (now, person) = (
            UnixTime(START),
            format!("33333333-aaaa-4bbb-8ccc-{number:012}"),
        );
        let grant = Grant {
            access_token: AccessToken::new("first".to_owned()),
            refresh_token: Some(RefreshToken::new(format!("{number}.0"))),
            scopes: Scopes::parse("User.Read Mail.Read"),
            expires_at: now,
            schedule: plan::schedule((now, now), None, (false, false), dice()),
            ends_at: None,
        };
        let identity = Identity::new(TENANTS[number % TENANTS.len()], &person).unwrap();
        let profile = Profile::default();
        let account = self
            .app
            .vault
            .connect_account(&identity, &profile, &grant, now);
        self.accounts.push(account.await.unwrap().id);
    }

    /// One minute of the background, second by second while there is something to do. Then the clock goes on to the
    /// minute in which a look finds something again, and at the latest to `until`.
    async fn minute(&mut self, until: UnixTime) {
        let begun = self.clock.now();
        self.background.waiting = self.app.look(begun).await;
        if self.background.waiting.is_empty() {
            return self.skip(until).await;
        }
        for second in 0..60 {
            self.app
                .start_some(&mut self.background, begun.plus(second));
            let all = u32::try_from(AT_ONCE).unwrap();
            drop(self.background.under_way.acquire_many(all).await.unwrap());
            if self.background.waiting.is_empty() {
                break;
            }
            self.clock.advance(1).unwrap();
        }
        self.clock
            .advance(begun.plus(60).since(self.clock.now()))
            .unwrap();
    }

    async fn skip(&mut self, until: UnixTime) {
        let due = self.app.vault.due(UnixTime(i64::MAX), u32::MAX, u32::MAX);
        let next = due.await.unwrap().into_iter().map(|due| due.since).min();
        let left = next.unwrap().min(until).since(self.clock.now());
        self.clock.advance((left.max(1) + 59) / 60 * 60).unwrap();
    }

    fn requests(&self) -> usize {
        self.endpoint.lock().unwrap().requests.len()
    }

    /// Somebody asks for a token. Answers whether Microsoft had to be waited for.
    async fn ask(&self, number: usize) -> bool {
        let before = self.requests();
        let account = self.accounts[number];
        self.app.fresh_access_token(account, None).await.unwrap();
        self.requests() > before
    }
}

fn config(origin: &str) -> Config {
    let settings = [
        ("public_url", "http://localhost:8400"),
        ("client_id", "6731de76-14a6-49ae-97bc-6eba6914391e"),
        ("client_secret", "secret"),
        (
            "key",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ),
        ("database", "sqlite::memory:"),
        ("background_refresh", "off"),
        ("insecure_entra_origin", origin),
        ("insecure_graph_origin", origin),
    ];
    Config::from_settings(settings).unwrap()
}

/// R93, R95, D7: no account is lost or rests for more than a week, no minute exceeds the budget, and who is there at
/// least daily waits for Microsoft the first time and never again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_days_for_real() {
    let number = std::env::var("HUNDRED_DAYS_ACCOUNTS");
    let number: usize = number.map_or(20, |number| number.parse().unwrap());
    let mut deployment = Deployment::of(number).await;
    let (mut asked, mut waited) = (0_u64, 0_u64);
    for half_hour in 1..=DAYS * DAY / HALF_HOUR {
        let until = UnixTime(START + HALF_HOUR * half_hour);
        while deployment.clock.now() < until {
            deployment.minute(until).await;
        }
        for account in (0..number).step_by(BUSY) {
            asked += 1;
            waited += u64::from(deployment.ask(account).await);
        }
    }
    let (end, budget) = (deployment.clock.now().0, deployment.app.pace.budgets().0);
    let endpoint = deployment.endpoint.lock().unwrap();
    let busy = number.div_ceil(BUSY) as u64;
    println!(
        "{asked} calls, {waited} waited; {} requests",
        endpoint.requests.len()
    );
    assert_eq!(endpoint.refused, 0, "a refresh token was sent twice");
    assert_eq!(waited, busy, "of {asked} calls; each caller's first");
    let rests = endpoint
        .rests
        .iter()
        .map(|(last, longest)| (*longest).max(end - last));
    let longest = rests.max().unwrap() / DAY;
    assert!(longest <= 7, "one rested for {longest} days");
    let fullest = fullest_minute(&endpoint.requests);
    assert!(fullest <= budget as usize, "{fullest} requests in a minute");
}
