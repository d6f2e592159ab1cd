//! The confidential side of connect-outlook: it redeems codes, keeps tokens sealed, refreshes them, and serves the
//! mailbox.
//!
//! [`Backend::new`] puts a deployment together from its [`config::Config`]; [`Backend::router`] is what a program
//! mounts below its base path. The binary `connect-outlook` does the same and listens.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod entra;
pub mod graph;
pub mod http;
pub mod log;
pub mod meters;
pub mod outbound;
pub mod random;
pub mod steps;
pub mod strict_json;
pub mod vault;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;

use app::{App, LinkRules, Rules};
use clock::Clock;
use config::Config;
use entra::{Entra, Platform, Registration};
use graph::Graph;
use http::headers::{Headers, content_security_policy};
use http::{Door, Limits, Rates};
use outbound::turns::{Caps, Turns};
use outbound::{NoClient, Wire};
use steps::{StepTaken, Steps};
use vault::attempts::AttemptCaps;
use vault::sessions::SessionLimits;
use vault::{OpenError, Vault};
use webhooks::Poster;

/// One deployment, ready to serve.
#[derive(Clone, Debug)]
pub struct Backend {
    door: Door,
    steps: Steps,
    login_origin: String,
}

/// Why a deployment does not start; each a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The vault does not open.
    #[error("the vault does not open: {0}")]
    Vault(#[from] OpenError),
    /// Nothing can be sent to Microsoft.
    #[error(transparent)]
    Outbound(#[from] NoClient),
}

/// A page's origin is that of its redirect URI.
fn platform(configured: config::Platform, redirect_uri: &str) -> Platform {
    match configured {
        config::Platform::Web => Platform::Web,
        config::Platform::Spa => Platform::Spa {
            origin: url::Url::parse(redirect_uri)
                .map(|uri| uri.origin().ascii_serialization())
                .unwrap_or_default(),
        },
    }
}

/// The app registration that the settings speak of.
pub(crate) fn registration(config: &Config) -> Registration {
    Registration {
        authority: config.authority.clone(),
        client_id: config.client_id.clone(),
        platform: platform(config.platform, &config.redirect_uri),
        allowed_tenants: config.allowed_tenants.clone(),
    }
}

impl Backend {
    /// Opens the vault and prepares everything else; nothing is sent anywhere. Call it inside a tokio runtime: expired
    /// rows are cleared away in the background for as long as a copy lives.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(config: Config, clock: Clock) -> Result<Self, StartError> {
        let (steps, limits_clock) = (Steps::new(clock.clone()), clock.clone());
        let login_origin = config.authority.origin().to_owned();
        let registration = registration(&config);
        let headers = Headers::new(&login_origin, &config.links.completion_urls);
        let rules = Rules {
            scopes: config.scopes,
            redirect_uri: config.redirect_uri,
            server_redirect_uri: config.server_redirect_uri,
            consent_pages: format!("{}{}/v1/consent", config.site.as_str(), config.base_path),
            site: config.site.url().clone(),
            session_limits: SessionLimits {
                idle: config.session_idle,
                absolute: config.session_absolute,
            },
            attempt_lifetime: config.attempt_lifetime,
            attempt_caps: AttemptCaps {
                of_a_browser: config.limits.attempts_per_browser,
                of_all: config.limits.open_attempts,
            },
            keep_fresh: config.keep_fresh,
            refreshes_per_minute: config.refreshes_per_minute,
            refreshes_per_tenant: config.refreshes_per_tenant,
            outbound_at_once: config.outbound_at_once,
            grant_life: registration.platform.grant_life(),
            links: LinkRules {
                name: config.links.site_name,
                completion_urls: config.links.completion_urls,
                longest: config.links.longest,
                starts: config.links.attempts.get(),
            },
        };
        let login = Wire::new(&config.entra_trust)?;
        let mail = if config.graph_trust == config.entra_trust {
            login.clone()
        } else {
            Wire::new(&config.graph_trust)?
        };
        let entra = Entra::new(registration, config.credentials, clock.clone(), &login);
        let microsoft = Turns::new(Caps::microsoft(rules.outbound_at_once));
        let graph = Graph::new(
            config.graph_origin,
            &mail,
            config.cursor_key.expose(),
            microsoft.clone(),
            steps.clone(),
        );
        let vault =
            Vault::open_with(&config.database, config.keys, config.database_connections).await?;
        let app = App::new(
            vault,
            entra,
            graph,
            clock,
            steps.clone(),
            (rules, microsoft),
            Poster::new(config.webhooks)?,
        )
        .map_err(OpenError::Vault)?;
        app.keep_tidy();
        if config.background_refresh {
            app.keep_fresh();
        }
        app.keep_listening();
        if config.tell_webhooks {
            app.keep_telling();
        }
        let rates = Rates {
            starts: config.limits.starts,
            callbacks: config.limits.callbacks,
            requests: config.limits.requests,
            mail: config.limits.mail,
            mail_megabytes: config.limits.mail_megabytes,
            link_opens: config.limits.link_opens,
            confirms: config.limits.confirms,
            api: config.limits.api,
        };
        let limits = Limits::new(rates, config.trusted_proxies, &limits_clock);
        let door = Door {
            limits,
            bearer_origins: config.bearer_origins.into(),
            app,
            site: Arc::from(config.site.as_str()),
            base: Arc::from(config.base_path),
            headers,
        };
        Ok(Self {
            door,
            steps,
            login_origin,
        })
    }

    /// All routes, without the base path: `outer.nest("/outlook", backend.router())`.
    pub fn router(&self) -> axum::Router {
        http::router(self.door.clone())
    }

    /// The use cases, for programs that mount the router and want more.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.door.app
    }

    /// What happens from now on, step by step and without secrets.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<StepTaken> {
        self.steps.watch()
    }

    /// The content security policy for documents of the site.
    #[must_use]
    pub fn content_security_policy(&self) -> String {
        content_security_policy(&self.login_origin)
    }

    /// One round, now, of what runs every minute by itself: for programs that move the clock.
    pub async fn tidy(&self) {
        self.door.app.tidy().await;
    }

    /// Tells webhooks, now, of all that is due, and waits for the end of it: for programs that move the clock.
    pub async fn tell_webhooks(&self) {
        self.door.app.tell_webhooks().await;
    }

    /// Takes up what may change while serving: keys and client credentials. Whatever else of `config` is new wants a
    /// restart.
    ///
    /// # Errors
    /// [`OpenError::KeyMissing`], [`OpenError::Vault`]; everything stays as it was.
    pub async fn reload(&self, config: Config) -> Result<(), OpenError> {
        let cursor_key = config.cursor_key.expose();
        self.door.app.reload_keys(config.keys, cursor_key).await?;
        self.door.app.replace_credentials(config.credentials).await;
        Ok(())
    }

    /// Waits until every refresh, letter and webhook under way has reached the vault, at most half a minute, and closes the vault. Requests
    /// have to be over before.
    pub async fn stop(self) {
        if tokio::time::timeout(Duration::from_secs(30), self.door.app.settle())
            .await
            .is_err()
        {
            tracing::warn!("a refresh, a letter or a webhook was cut off");
        }
        self.door.app.close().await;
    }
}
