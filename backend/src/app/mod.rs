//! The use cases: what the server does, in the order it is done. The only room that sees all others.
//!
//! Nothing here knows a status code, a cookie or a header; time comes from the clock, randomness from `random`.

mod accounts;
mod api_keys;
mod attachments;
mod background;
mod bound;
mod challenge;
mod claims;
mod connect;
mod consent;
mod copies;
mod credentials;
mod finish_attempt;
mod fresh_token;
mod handles;
mod incidents;
mod links;
mod listen;
mod mail;
mod outcomes;
mod probe;
mod refresh;
mod refuse_attempt;
mod return_to;
mod sending;
mod server_driven;
mod session;
mod sessions;
mod start_attempt;
mod upkeep;
mod webhooks;

use std::sync::Arc;

use connect_outlook_protocol::scope::Scopes;
use tokio::sync::{Semaphore, watch};
use url::Url;

pub use accounts::SessionAfter;
pub use consent::{ConsentEnd, ConsentError, ConsentOffer, ConsentStep, MadeConsentRequest};
pub use finish_attempt::{FinishAttemptError, Finished, OpenedSession};
pub use fresh_token::FreshTokenError;
pub use handles::{FlowHandle, claim_digest, consent_token, link_token, session_handle};
pub use incidents::Incident;
pub use links::{LinkError, LinkOffer, MadeLink};
pub use mail::{MailError, MessagesAsked};
pub use sending::{IdempotencyKey, SendLetterError};
pub use server_driven::Landing;
pub use session::SessionError;
pub use sessions::EndedSessions;
pub use start_attempt::{StartAttemptError, Wishes};
pub use webhooks::WebhookError;

pub use crate::graph::{Download, LARGEST_PAGE};
pub use crate::vault::VaultError;
pub use crate::vault::api_keys::read_api_key;
pub use crate::vault::consent_requests::ConsentState;
pub use crate::vault::id::ApiKeyId;

use crate::clock::Clock;
use crate::entra::Entra;
use crate::graph::Graph;
use crate::outbound::turns::{Caps, Turns};
use crate::steps::Steps;
use crate::vault::attempts::AttemptCaps;
use crate::vault::id::OwnerId;
use crate::vault::sessions::SessionLimits;
use crate::vault::{KeyRing, OpenError, Vault};
use crate::webhooks::Poster;
use background::pace::Pace;
use background::uses::Uses;
use copies::Copies;
use credentials::Announced;
use incidents::Incidents;
use refresh::flight::Flights;
use refresh::gate::Gate;
use upkeep::Upkeep;
use webhooks::Telling;

/// The server's mind. One for a deployment; shared by all requests.
#[derive(Debug)]
pub struct App {
    clock: Clock,
    vault: Vault,
    entra: Entra,
    graph: Graph,
    steps: Steps,
    rules: Rules,
    /// Names this process where several share the vault.
    owner: OwnerId,
    flights: Flights,
    gate: Gate,
    token_endpoint: Turns,
    /// All requests to Microsoft.
    microsoft: Turns,
    sendings: Arc<Semaphore>,
    telling: Telling,
    uses: Uses,
    pace: Pace,
    stopping: watch::Sender<bool>,
    incidents: Incidents,
    announced: Announced,
    upkeep: Upkeep,
    copies: Arc<Copies>,
}

/// What the deployment has settled.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What is asked for, and the most a page may ask.
    pub scopes: Scopes,
    /// The registration's redirect URI.
    pub redirect_uri: String,
    /// The redirect URI of the server-driven way, also registered.
    pub server_redirect_uri: String,
    /// Where pages of consent requests stand: an address without a slash at its end (R34).
    pub consent_pages: String,
    /// The site that `return_to` must stay on.
    pub site: Url,
    /// How long sessions last.
    pub session_limits: SessionLimits,
    /// Seconds between the start and the end of an attempt.
    pub attempt_lifetime: i64,
    /// How many attempts may be open at once.
    pub attempt_caps: AttemptCaps,
    /// Seconds after their last use during which accounts get new tokens before the old ones lapse.
    pub keep_fresh: i64,
    /// Token requests a minute that the background may bring them to, for all accounts.
    pub refreshes_per_minute: u32,
    /// The same for the accounts of one tenant.
    pub refreshes_per_tenant: u32,
    /// Requests to Microsoft under way at most (D5).
    pub outbound_at_once: u32,
    /// How long a grant lasts whatever one does, in seconds, where the registration's platform sets an end.
    pub grant_life: Option<i64>,
    /// About hosted links.
    pub links: LinkRules,
}

/// What the deployment has settled about hosted links.
#[derive(Clone, Debug)]
pub struct LinkRules {
    /// What visitors are told the site is called.
    pub name: String,
    /// Where visitors may be sent afterwards; exact (R45).
    pub completion_urls: Vec<String>,
    /// Seconds that a link may live at most (R40).
    pub longest: i64,
    /// How often the button of a link may be pressed (D4).
    pub starts: u32,
}

impl App {
    /// Puts the rooms together. The turns are those of all requests to Microsoft, which `graph` takes too.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn new(
        vault: Vault,
        entra: Entra,
        graph: Graph,
        clock: Clock,
        steps: Steps,
        (rules, microsoft): (Rules, Turns),
        poster: Poster,
    ) -> Result<Arc<Self>, VaultError> {
        let copies = Arc::new(Copies::new(vault.is_shared()));
        let hearing = Arc::clone(&copies);
        vault.on_change(move |news| hearing.hear(news));
        let telling = Telling::new(poster);
        let wake = telling.wake();
        vault.on_change(move |_| wake.notify_one());
        let pace = Pace::new(rules.refreshes_per_minute, rules.refreshes_per_tenant);
        let token_endpoint = Turns::new(Caps::token_endpoint(rules.outbound_at_once));
        Ok(Arc::new(Self {
            clock,
            vault,
            entra,
            graph,
            steps,
            rules,
            owner: OwnerId::new()?,
            flights: Flights::default(),
            gate: Gate::default(),
            token_endpoint,
            microsoft,
            sendings: sending::slots(),
            telling,
            uses: Uses::default(),
            pace,
            stopping: watch::Sender::new(false),
            incidents: Incidents::default(),
            announced: Announced::default(),
            upkeep: Upkeep::default(),
            copies,
        }))
    }

    /// Whether the vault answers, and what is wrong with the deployment otherwise.
    ///
    /// # Errors
    /// [`VaultError`] when nothing can be served.
    pub async fn readiness(&self) -> Result<Option<Incident>, VaultError> {
        self.vault.check().await?;
        Ok(self.incidents.open())
    }

    /// Puts another key ring in place of the present one, and another key for cursors that came with it.
    ///
    /// # Errors
    /// [`OpenError`]; the present ones stay.
    pub async fn reload_keys(&self, keys: KeyRing, cursor_key: &[u8; 32]) -> Result<(), OpenError> {
        self.vault.reload_keys(keys).await?;
        self.graph.replace_cursor_key(cursor_key);
        Ok(())
    }

    /// Begins no refresh in the background and tells no webhook any more, and waits until no refresh, no letter and no webhook
    /// is on its way: none may be cut off between an answer and the vault.
    pub async fn settle(&self) {
        self.stopping.send_replace(true);
        self.flights.all_done().await;
        self.telling.all_done().await;
        // All permits are back when nobody sends any more. The semaphore is never closed.
        let _all = self.sendings.acquire_many(sending::AT_ONCE).await.ok();
        if let Err(error) = self.vault.leave_duty(background::DUTY, self.owner).await {
            tracing::debug!(%error, "the background work of this process lapses by itself");
        }
    }

    /// Gives the vault's connections back; everything fails afterwards.
    pub async fn close(&self) {
        self.upkeep.end().await;
        self.vault.close().await;
    }
}
