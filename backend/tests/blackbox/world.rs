//! A deployment in memory with a clock in the hand.

use connect_outlook_backend::Backend;
use connect_outlook_backend::clock::{Clock, UnixTime};
use connect_outlook_backend::config::Config;
use connect_outlook_backend::steps::{Step, StepTaken};
use tokio::sync::broadcast::Receiver;

use super::browser::Browser;
use super::microsoft::{CLIENT, Microsoft, SECRET};

pub(crate) const SITE: &str = "http://localhost:8400";
pub(crate) const START: i64 = 1_800_000_000;
pub(crate) const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

pub(crate) struct World {
    pub(crate) backend: Backend,
    pub(crate) microsoft: Microsoft,
    pub(crate) clock: Clock,
    steps: Receiver<StepTaken>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With other settings than usual.
    pub(crate) async fn start_with(other: &[(&str, &str)]) -> Self {
        let clock = Clock::still(UnixTime(START));
        let microsoft = Microsoft::start(clock.clone()).await;
        let config = config(&microsoft, other);
        let backend = Backend::new(config, clock.clone()).await.unwrap();
        let steps = backend.watch();
        Self {
            backend,
            microsoft,
            clock,
            steps,
        }
    }

    /// Another process of the same deployment.
    pub(crate) async fn another_process(&self, database: &str) -> Backend {
        self.another_process_with(&[("database", database)]).await
    }

    /// One with these settings in the place of the usual ones.
    pub(crate) async fn another_process_with(&self, other: &[(&str, &str)]) -> Backend {
        let config = config(&self.microsoft, other);
        Backend::new(config, self.clock.clone()).await.unwrap()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.backend.router(), self.microsoft.clone())
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(seconds).unwrap();
    }

    /// The steps since the last look.
    pub(crate) fn steps(&mut self) -> Vec<Step> {
        std::iter::from_fn(|| self.steps.try_recv().ok())
            .map(|taken| taken.step)
            .collect()
    }
}

/// The usual settings, or others in their place.
pub(crate) fn config(microsoft: &Microsoft, other: &[(&str, &str)]) -> Config {
    let usual = [
        ("public_url", SITE),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("key", KEY),
        ("database", "sqlite::memory:"),
        ("background_refresh", "off"),
        ("tell_webhooks", "off"),
        ("insecure_entra_origin", microsoft.origin()),
        ("insecure_graph_origin", microsoft.origin()),
    ];
    let kept = usual
        .into_iter()
        .filter(|(name, _)| other.iter().all(|(replaced, _)| replaced != name));
    Config::from_settings(kept.chain(other.iter().copied())).unwrap()
}
