//! A world for one story: the real emulator and the real backend on two loopback origins, one time for both, and people.

mod database;
mod looking;
mod settings;
mod site;
mod trouble;

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use connect_outlook_emulator::{Clock, Emulator, EmulatorState, SigningKeys};
use tempfile::TempDir;
use tokio::sync::Barrier;
use url::Url;

use crate::{Visitor, browser::Answer, canaries::Secret, logs};

pub use settings::{Registered, Settings};
use site::Site;

/// Where a story happens.
#[derive(Debug)]
pub struct World {
    emulator: Mutex<Option<Emulator>>,
    microsoft: Arc<EmulatorState>,
    site: Site,
    settings: Settings,
    others: Mutex<Vec<Site>>,
    folder: TempDir,
    visitors: Mutex<Vec<Visitor>>,
    kept_secrets: Mutex<Vec<Secret>>,
    log_from: usize,
}

/// Runs a story in a world of its own, and searches that world for secrets in the end.
pub async fn story(tell: impl AsyncFnOnce(&World)) {
    story_with(Settings::standard(), tell).await;
}

/// Runs a story in a world with other settings.
///
/// # Panics
/// If a secret lies where none may be.
pub async fn story_with(settings: Settings, tell: impl AsyncFnOnce(&World)) {
    let world = World::start(settings).await;
    tell(&world).await;
    assert_eq!(
        world.hits(),
        Vec::<String>::new(),
        "R124, L12: secrets lie around"
    );
    world.stop().await;
}

impl World {
    async fn start(settings: Settings) -> Self {
        logs::keep();
        let log_from = logs::end();
        let folder = tempfile::tempdir().expect("a folder");
        let builder = Emulator::builder().signing_keys(signing_keys());
        let builder = if settings.https {
            builder.https()
        } else {
            builder
        };
        let emulator = builder.start("127.0.0.1:0").await.expect("an emulator");
        let settings = match emulator.certificate_authority() {
            Some(authority) => settings.with("insecure_authority", authority),
            None => settings,
        };
        let microsoft = Arc::clone(emulator.state());
        let site = Site::start(&settings, &microsoft, folder.path()).await;
        let emulator = Mutex::new(Some(emulator));
        Self {
            emulator,
            microsoft,
            site,
            settings,
            others: Mutex::default(),
            folder,
            visitors: Mutex::default(),
            kept_secrets: Mutex::default(),
            log_from,
        }
    }

    /// Somebody new, with an empty browser.
    pub fn visitor(&self) -> Visitor {
        let visitor = Visitor::arriving_at(self.site.url());
        self.visitors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(visitor.clone());
        visitor
    }

    /// Has the vault's files and the log searched for this too. Where visitors go they may see it.
    pub fn keep_secret(&self, secret: Secret) {
        self.kept_secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(secret);
    }

    /// The site's address, with a slash at its end.
    #[must_use]
    pub fn site(&self) -> &Url {
        self.site.url()
    }

    /// The time, unix seconds, for everybody.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock().now()
    }

    /// Lets time pass for everybody.
    pub fn advance(&self, seconds: i64) {
        self.clock().advance(seconds);
        self.site.advance(seconds);
    }

    /// Runs `make` so often, all at the same moment, and gives all answers.
    ///
    /// # Panics
    /// If one of them panics.
    pub async fn all_at_once<F>(&self, count: usize, make: impl Fn() -> F) -> Vec<Answer>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let barrier = Arc::new(Barrier::new(count));
        let spawn = |work: F| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                work.await
            })
        };
        let tasks: Vec<_> = (0..count).map(|_| spawn(make())).collect();
        let mut answers = Vec::with_capacity(count);
        for task in tasks {
            answers.push(task.await.expect("an answer"));
        }
        answers
    }

    /// Takes Microsoft off the network.
    ///
    /// # Panics
    /// If it is gone already.
    pub async fn stop_microsoft(&self) {
        let emulator = self
            .emulator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        emulator.expect("a running emulator").stop().await;
    }

    /// Ends the life of every client secret of the registrations.
    pub fn expire_client_secrets(&self) {
        let now = self.now();
        self.change_secrets(move |_| now - 1);
    }

    /// Gives every client secret another year.
    pub fn renew_client_secrets(&self) {
        let now = self.now();
        self.change_secrets(move |_| now + 365 * 86_400);
    }

    fn change_secrets(&self, expiry: impl Fn(i64) -> i64) {
        self.microsoft.change_world(|world| {
            let secrets = world
                .applications
                .iter_mut()
                .flat_map(|application| &mut application.secrets);
            secrets.for_each(|secret| secret.expires_at = expiry(secret.expires_at));
        });
    }

    fn clock(&self) -> &Clock {
        &self.microsoft.clock
    }

    async fn stop(self) {
        let others = self.others.into_inner();
        for other in others.unwrap_or_else(PoisonError::into_inner) {
            other.stop().await;
        }
        self.site.stop().await;
        let emulator = self
            .emulator
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(emulator) = emulator {
            emulator.stop().await;
        }
    }
}

/// Making RSA keys takes a moment: all worlds of the process share theirs.
#[must_use]
pub fn signing_keys() -> SigningKeys {
    static KEYS: std::sync::LazyLock<SigningKeys> = std::sync::LazyLock::new(SigningKeys::make);
    KEYS.clone()
}
