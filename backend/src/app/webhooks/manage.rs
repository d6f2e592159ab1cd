//! What the integrator's server does about webhooks.

use connect_outlook_protocol::integrator::{
    CreateWebhook, DeliveryList, DeliveryView, LastTry, Redeliver, Redelivering, RotateSecret,
    TestBegun, WebhookList, WebhookSecretTold, WebhookView,
};
use connect_outlook_protocol::webhook::EVENT_TYPES;

use crate::app::App;
use crate::clock::UnixTime;
use crate::vault::VaultError;
use crate::vault::id::{ApiKeyId, EventId, WebhookId};
use crate::vault::webhooks::{AddWebhookError, DeliveryFacts, DeliveryState, NewWebhook, Webhook};
use crate::webhooks::Unfit;

/// Why something about a webhook cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// None has this id.
    #[error("there is no such webhook")]
    Unknown,
    /// There are as many as there may be (D4).
    #[error("there are as many webhooks as there may be")]
    TooMany,
    /// A member of the request is not in order.
    #[error("{0}")]
    Malformed(&'static str),
    /// There is no such event, or not any more.
    #[error("there is no such event")]
    EventUnknown,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<AddWebhookError> for WebhookError {
    fn from(error: AddWebhookError) -> Self {
        match error {
            AddWebhookError::TooMany => Self::TooMany,
            AddWebhookError::Vault(error) => error.into(),
        }
    }
}

impl App {
    /// Adds a webhook for the holder of `key`.
    ///
    /// # Errors
    /// [`WebhookError`]; there is none then.
    pub async fn create_webhook(
        &self,
        key: ApiKeyId,
        request: CreateWebhook,
    ) -> Result<WebhookSecretTold, WebhookError> {
        let judged = self.telling.poster.rules().judge(&request.url);
        let url = judged.map_err(|Unfit(why)| {
            tracing::warn!(%key, why, "an address was refused for a webhook");
            WebhookError::Malformed(why)
        })?;
        check_words(&request.description, &request.event_types)?;
        let new = NewWebhook {
            key: Some(key),
            url: url.as_str(),
            description: &request.description,
            event_types: request.event_types,
        };
        let (id, secret) = self.vault.add_webhook(&new, self.clock.now()).await?;
        tracing::info!(webhook = %id, %key, "webhook added");
        Ok(WebhookSecretTold {
            id: id.to_string(),
            secret: secret.expose().to_owned(),
            previous_until: None,
        })
    }

    /// All of them.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn webhooks(&self) -> Result<WebhookList, VaultError> {
        let webhooks = self.vault.webhooks().await?;
        let now = self.clock.now();
        let webhooks = webhooks.into_iter().map(|webhook| view(webhook, now));
        Ok(WebhookList {
            webhooks: webhooks.collect(),
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WebhookError::Unknown`], also for a name that is none.
    pub async fn webhook(&self, named: &str) -> Result<WebhookView, WebhookError> {
        let found = self.vault.webhook(id_of(named)?).await?;
        Ok(view(found.ok_or(WebhookError::Unknown)?, self.clock.now()))
    }

    /// Removes one; nothing that waits is told any more.
    ///
    /// # Errors
    /// [`WebhookError::Unknown`], also for a name that is none.
    pub async fn remove_webhook(&self, named: &str) -> Result<(), WebhookError> {
        let id = id_of(named)?;
        if !self.vault.remove_webhook(id).await? {
            return Err(WebhookError::Unknown);
        }
        tracing::info!(webhook = %id, "webhook removed");
        Ok(())
    }

    /// Has one that was disabled be told again, from where it was.
    ///
    /// # Errors
    /// [`WebhookError::Unknown`], also for a name that is none.
    pub async fn enable_webhook(&self, named: &str) -> Result<(), WebhookError> {
        let id = id_of(named)?;
        if !self.vault.enable_webhook(id).await? {
            return Err(WebhookError::Unknown);
        }
        tracing::info!(webhook = %id, "webhook enabled");
        self.telling.wake.notify_one();
        Ok(())
    }

    /// Makes a new secret; the present one signs along for a while (R151).
    ///
    /// # Errors
    /// [`WebhookError`]; nothing was changed.
    pub async fn rotate_webhook_secret(
        &self,
        named: &str,
        request: &RotateSecret,
    ) -> Result<WebhookSecretTold, WebhookError> {
        let (id, now) = (id_of(named)?, self.clock.now());
        let overlap = request.overlap.unwrap_or(USUAL_OVERLAP);
        if !(0..=LONGEST_OVERLAP).contains(&overlap) {
            return Err(WebhookError::Malformed(
                "overlap must be 0 to 604800 seconds",
            ));
        }
        let rotated = self.vault.rotate_webhook_secret(id, overlap, now).await?;
        let secret = rotated.ok_or(WebhookError::Unknown)?;
        tracing::info!(webhook = %id, "the webhook's secret was exchanged");
        Ok(WebhookSecretTold {
            id: id.to_string(),
            secret: secret.expose().to_owned(),
            previous_until: Some(now.plus(overlap).0),
        })
    }

    /// Has it told that it is tested.
    ///
    /// # Errors
    /// [`WebhookError::Unknown`], also for a name that is none.
    pub async fn test_webhook(&self, named: &str) -> Result<TestBegun, WebhookError> {
        let event = self.vault.test_webhook(id_of(named)?, self.clock.now());
        let event = event.await?.ok_or(WebhookError::Unknown)?;
        self.telling.wake.notify_one();
        Ok(TestBegun {
            event: event.to_string(),
        })
    }

    /// What became of deliveries, page by page. What has been given out once as `next_cursor` goes on there.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn webhook_deliveries(
        &self,
        named: &str,
        cursor: Option<&str>,
    ) -> Result<DeliveryList, WebhookError> {
        let id = id_of(named)?;
        let malformed = || WebhookError::Malformed("cursor is none that was given out");
        let after = match cursor {
            Some(text) => Some(read_cursor(text).ok_or_else(malformed)?),
            None => None,
        };
        if self.vault.webhook(id).await?.is_none() {
            return Err(WebhookError::Unknown);
        }
        let page = self.vault.webhook_deliveries(id, after, PAGE).await?;
        Ok(DeliveryList {
            deliveries: page.deliveries.into_iter().map(delivery).collect(),
            next_cursor: page.next.map(|(at, event)| format!("{at}.{event}")),
        })
    }

    /// Has one event, or everything since a moment, told again.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn redeliver(
        &self,
        named: &str,
        request: &Redeliver,
    ) -> Result<Redelivering, WebhookError> {
        let (id, now) = (id_of(named)?, self.clock.now());
        if self.vault.webhook(id).await?.is_none() {
            return Err(WebhookError::Unknown);
        }
        let events = match (&request.event, request.since) {
            (Some(event), None) => {
                let event = EventId::parse(event).ok_or(WebhookError::EventUnknown)?;
                if !self.vault.redeliver_event(id, event, now).await? {
                    return Err(WebhookError::EventUnknown);
                }
                1
            }
            (None, Some(since)) => self.vault.redeliver_since(id, UnixTime(since), now).await?,
            _ => {
                return Err(WebhookError::Malformed(
                    "needs event or since, and one of them",
                ));
            }
        };
        self.telling.wake.notify_one();
        Ok(Redelivering { events })
    }
}

fn id_of(named: &str) -> Result<WebhookId, WebhookError> {
    WebhookId::parse(named).ok_or(WebhookError::Unknown)
}

/// What a webhook is called and wants.
pub(crate) fn check_words(description: &str, event_types: &[String]) -> Result<(), WebhookError> {
    let plain = !description.chars().any(char::is_control);
    if !plain || description.chars().count() > LONGEST_DESCRIPTION {
        return Err(WebhookError::Malformed(
            "description must be at most 200 plain characters",
        ));
    }
    let known = |name: &String| EVENT_TYPES.contains(&name.as_str());
    let repeated = (1..event_types.len()).any(|at| event_types[..at].contains(&event_types[at]));
    if repeated || !event_types.iter().all(known) {
        return Err(WebhookError::Malformed(
            "event_types must name types of events that there are, each once",
        ));
    }
    Ok(())
}

fn read_cursor(text: &str) -> Option<(UnixTime, EventId)> {
    let (at, event) = text.split_once('.')?;
    Some((UnixTime(at.parse().ok()?), EventId::parse(event)?))
}

fn view(webhook: Webhook, now: UnixTime) -> WebhookView {
    WebhookView {
        id: webhook.id.to_string(),
        url: webhook.url,
        description: webhook.description,
        event_types: webhook.event_types,
        api_key: webhook.key.map(|key| key.to_string()),
        waiting: webhook.waiting,
        failing_since: webhook.failing_since.map(|at| at.0),
        disabled_at: webhook.disabled.map(|(_, at)| at.0),
        disabled_code: webhook.disabled.map(|(why, _)| why.code().to_owned()),
        previous_until: webhook
            .previous_until
            .filter(|until| *until > now)
            .map(|until| until.0),
        created_at: webhook.created_at.0,
    }
}

fn delivery(facts: DeliveryFacts) -> DeliveryView {
    DeliveryView {
        event: facts.event.to_string(),
        kind: facts.kind,
        account: facts.account.map(|account| account.to_string()),
        due_at: (facts.state == DeliveryState::Waiting).then_some(facts.due_at.0),
        state: facts.state.name().to_owned(),
        tries: facts.tries,
        last: facts.last.map(|(at, result, status)| LastTry {
            at: at.0,
            result,
            status,
        }),
        created_at: facts.created_at.0,
    }
}

/// Seconds for which two secrets sign.
const USUAL_OVERLAP: i64 = 86_400;
const LONGEST_OVERLAP: i64 = 7 * 86_400;

/// Characters.
const LONGEST_DESCRIPTION: usize = 200;

/// Deliveries a page.
const PAGE: u32 = 100;
