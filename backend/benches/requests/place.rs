//! A deployment, one visitor who is connected, and Microsoft on a thread of its own.

use std::sync::{Arc, mpsc};

use axum::Router;
use connect_outlook_backend::Backend;
use connect_outlook_backend::app::{App, session_handle};
use connect_outlook_backend::clock::{Clock, UnixTime};
use connect_outlook_protocol::secret::SessionHandle;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};

use crate::browser::{Browser, Started};
use crate::cost::{Row, figure, resident};
use crate::microsoft::Microsoft;
use crate::world::{START, config};

pub(crate) struct Place {
    app: Arc<App>,
    /// Made once, as a server makes it: making it costs more than a request.
    router: Router,
    pub(crate) microsoft: Microsoft,
    handle: SessionHandle,
    account: String,
}

impl Place {
    pub(crate) async fn prepare(database: &str) -> Self {
        let clock = Clock::still(UnixTime(START));
        let microsoft = elsewhere(clock.clone());
        let config = config(&microsoft, &[("database", database)]);
        let backend = Backend::new(config, clock).await.unwrap();
        let router = backend.router();
        let mut ada = Browser::new(router.clone(), microsoft.clone());
        let account = ada.connect().await;
        let handle = session_handle(&ada.cookies["__Host-connect-outlook-session"]).unwrap();
        Self {
            app: Arc::clone(backend.app()),
            router,
            microsoft,
            handle,
            account,
        }
    }

    pub(crate) async fn look_up(&self) {
        self.app.look_up(self.handle.clone()).await.unwrap();
    }

    pub(crate) async fn find_token(&self) {
        let found = self.app.find_token(self.handle.clone(), &self.account);
        found.await.unwrap();
    }

    pub(crate) async fn find_token_cold(&self) {
        self.app.forget_copies(self.handle.clone()).await.unwrap();
        self.find_token().await;
    }

    /// A new browser each time: the first of the two requests of a sign-in.
    pub(crate) async fn begin(&self) -> (Browser, Started) {
        let mut browser = Browser::new(self.router.clone(), self.microsoft.clone());
        let started = browser.begin(&json!({})).await;
        (browser, started)
    }

    /// The second: a code becomes tokens, an account and a session.
    pub(crate) async fn come_back(&self, (mut browser, started): (Browser, Started)) {
        let answer = browser.come_back(&started).await;
        assert_eq!(answer.body["status"], "connected", "{:?}", answer.body);
    }

    /// Puts so many sessions into the vault and asks for each once.
    pub(crate) async fn know_many(&self, sessions: u32, database: &str) -> Row {
        let handles: Vec<_> = (0..sessions).map(|n| format!("{n:0>43}")).collect();
        insert(database, &self.account, &handles).await;
        // Connections and their caches are there before the count begins.
        for handle in handles.iter().take(100) {
            let handle = session_handle(handle).unwrap();
            self.app.look_up(handle).await.unwrap();
        }
        let before = resident("self");
        for handle in &handles {
            let handle = session_handle(handle).unwrap();
            self.app.look_up(handle).await.unwrap();
        }
        let megabytes = resident("self").saturating_sub(before) as f64 / 1e6;
        figure(
            "100,000 sessions known, memory",
            format!("{megabytes:.1} MB"),
            "≤ 64 MB",
        )
    }
}

async fn insert(database: &str, account: &str, handles: &[String]) {
    use sha2::Digest as _;
    let mut vault = SqliteConnection::connect(database).await.unwrap();
    let mut all = vault.begin().await.unwrap();
    for (number, handle) in handles.iter().enumerate() {
        let id = format!("00000000-0000-4000-8000-{number:0>12}");
        let digest: [u8; 32] = sha2::Sha256::digest(handle).into();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        sqlx::query("insert into sessions values ($1, $2, $3, $3, 86400, $3 + 86400, $3 + 86400)")
            .bind(&id)
            .bind(digest)
            .bind(START)
            .execute(&mut *all)
            .await
            .unwrap();
        sqlx::query("insert into session_accounts values ($1, $2, $3)")
            .bind(&id)
            .bind(account)
            .bind(START + 86_400)
            .execute(&mut *all)
            .await
            .unwrap();
    }
    all.commit().await.unwrap();
}

/// Microsoft, whose signing is not ours to pay.
fn elsewhere(clock: Clock) -> Microsoft {
    let (tell, told) = mpsc::channel();
    let play = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            tell.send(Microsoft::start(clock).await).unwrap();
            std::future::pending::<()>().await;
        });
    };
    let thread = std::thread::Builder::new().name("microsoft".to_owned());
    thread.spawn(play).unwrap();
    told.recv().unwrap()
}
