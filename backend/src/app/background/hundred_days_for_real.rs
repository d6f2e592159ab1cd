//! The same hundred days with nothing in anybody's place: the vault, the engine of refreshes, and a token endpoint that
//! is asked over HTTP and honours each refresh token once. `HUNDRED_DAYS_ACCOUNTS` says how many accounts there are:
//! `cargo test --release -p connect-outlook-backend --lib hundred_days_for_real -- --nocapture` with 10000 makes
//! 224,000 refreshes, in less than a minute on one processor (`taskset -c 0`): more of them only wake each other.

mod testing;

use std::sync::{Arc, Mutex};

use connect_outlook_protocol::authority::{Authority, Cloud, Tenant};
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{AccessToken, ClientSecret, RefreshToken};
use url::Url;

use super::hundred_days::{DAY, fullest_minute};
use super::{AT_ONCE, Background, plan};
use crate::app::refresh::dice;
use crate::app::{App, LinkRules, Rules};
use crate::clock::{Clock, UnixTime};
use crate::entra::credential::Credential;
use crate::entra::{Entra, Platform, Registration};
use crate::graph::Graph;
use crate::outbound::turns::{Caps, Turns};
use crate::outbound::{Trust, Wire};
use crate::steps::Steps;
use crate::vault::accounts::{Identity, Profile};
use crate::vault::attempts::AttemptCaps;
use crate::vault::grants::Grant;
use crate::vault::id::AccountId;
use crate::vault::sessions::SessionLimits;
use crate::vault::{KeyRing, Location, Vault};
use crate::webhooks::Poster;
use testing::{Endpoint, Shared, serve};

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
        let origin = serve(Arc::clone(&endpoint)).await;
        let mut deployment = Self {
            app: app(&origin, &clock).await,
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
        let next = self.app.vault.next_due().await.unwrap();
        let left = next.min(until).since(self.clock.now());
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

/// As a deployment puts it together, whose Microsoft is at `origin`.
async fn app(origin: &str, clock: &Clock) -> Arc<App> {
    let registration = Registration {
        authority: Authority::new(Cloud::Global, Tenant::parse("common").unwrap())
            .with_insecure_origin(origin),
        client_id: "6731de76-14a6-49ae-97bc-6eba6914391e".to_owned(),
        platform: Platform::Web,
        allowed_tenants: Vec::new(),
    };
    let secret = Credential::secret(ClientSecret::new("secret".to_owned()), None, 1);
    let wire = Wire::new(&Trust::InsecureLoopback).unwrap();
    let entra = Entra::new(registration, vec![secret], clock.clone(), &wire);
    let (steps, rules) = (Steps::new(clock.clone()), rules());
    let turns = Turns::new(Caps::microsoft(rules.outbound_at_once));
    let graph = Graph::new(
        origin.to_owned(),
        &wire,
        &[7; 32],
        turns.clone(),
        steps.clone(),
    );
    let keys = KeyRing::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    let vault = Vault::open(&Location::Memory, keys.unwrap()).await.unwrap();
    let poster = Poster::new(crate::webhooks::Rules {
        ports: [].into(),
        blocked: [].into(),
        insecure: false,
        timeout: std::time::Duration::from_secs(15),
    });
    let poster = poster.unwrap();
    App::new(
        vault,
        entra,
        graph,
        clock.clone(),
        steps,
        (rules, turns),
        poster,
    )
    .unwrap()
}

/// The usual ones.
fn rules() -> Rules {
    Rules {
        scopes: Scopes::parse("User.Read Mail.Read"),
        redirect_uri: String::new(),
        consent_pages: String::new(),
        server_redirect_uri: String::new(),
        site: Url::parse("http://localhost:8400").unwrap(),
        session_limits: SessionLimits {
            idle: DAY,
            absolute: 30 * DAY,
        },
        attempt_lifetime: 600,
        attempt_caps: AttemptCaps::default(),
        keep_fresh: DAY,
        refreshes_per_minute: 1_200,
        refreshes_per_tenant: 300,
        outbound_at_once: 256,
        grant_life: None,
        links: LinkRules {
            name: String::new(),
            completion_urls: Vec::new(),
            longest: DAY,
            starts: 20,
        },
    }
}

/// R93, R95, D7: no account is lost or rests for more than a week, no minute exceeds the budget, and who is there at
/// least daily waits for Microsoft the first time and never again.
#[tokio::test]
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
