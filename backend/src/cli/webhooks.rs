//! `connect-outlook webhooks`: who is told of events, and what became of it. Needs the vault; the server may be serving,
//! and does the telling.

use clap::Subcommand;
use connect_outlook_protocol::webhook::EVENT_TYPES;

use super::ending::{say, tell};
use super::open_vault::{self, OnVault};
use super::{Ending, Failure};
use crate::clock::{Clock, UnixTime};
use crate::vault::Vault;
use crate::vault::id::{EventId, WebhookId};
use crate::vault::webhooks::{DeliveryFacts, NewWebhook, Webhook};
use crate::webhooks::Rules;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a webhook, which is told what happens from now on, and print its secret, this once.
    New {
        /// Its address, https.
        url: String,
        /// A word to tell it from others by.
        #[arg(long, default_value = "")]
        description: String,
        /// The types of events it wants, with commas; all if none is named.
        #[arg(long = "events", value_delimiter = ',', value_parser = event_type)]
        event_types: Vec<String>,
    },
    /// Name all webhooks, the oldest first. Exit code 3 if one is disabled or fails.
    List,
    /// Make a new secret and print it, this once. The one before signs along for a while.
    Rotate {
        /// Its id, as `list` shows it.
        #[arg(value_parser = webhook_id)]
        webhook: WebhookId,
        /// Seconds for which it does.
        #[arg(long, default_value_t = 86_400, value_parser = clap::value_parser!(i64).range(0..=604_800))]
        overlap: i64,
    },
    /// Have it told that it is tested.
    Test {
        /// Its id.
        #[arg(value_parser = webhook_id)]
        webhook: WebhookId,
    },
    /// What was told, and how that went, the newest first.
    Deliveries {
        /// Its id.
        #[arg(value_parser = webhook_id)]
        webhook: WebhookId,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Have one event told again, or all since a moment.
    #[command(group = clap::ArgGroup::new("what").required(true).args(["event", "since"]))]
    Redeliver {
        /// Its id.
        #[arg(value_parser = webhook_id)]
        webhook: WebhookId,
        /// The id of the event.
        #[arg(long, value_parser = event_id)]
        event: Option<EventId>,
        /// Unix seconds.
        #[arg(long)]
        since: Option<i64>,
    },
    /// Have a webhook that was disabled be told again, from where it was.
    Enable {
        /// Its id.
        #[arg(value_parser = webhook_id)]
        webhook: WebhookId,
    },
    /// Remove a webhook. Nothing that waits for it is told any more.
    Remove {
        /// Its id.
        #[arg(value_parser = webhook_id)]
        webhook: WebhookId,
    },
}

fn webhook_id(text: &str) -> Result<WebhookId, &'static str> {
    WebhookId::parse(text).ok_or("not a webhook's id; `connect-outlook webhooks list` shows them")
}

fn event_id(text: &str) -> Result<EventId, &'static str> {
    EventId::parse(text).ok_or("not an event's id; `connect-outlook accounts events` shows them")
}

fn event_type(text: &str) -> Result<String, String> {
    let known = EVENT_TYPES.contains(&text);
    known
        .then(|| text.to_owned())
        .ok_or_else(|| format!("must be one of {}", EVENT_TYPES.join(", ")))
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    let there = open_vault::Expected::There;
    open_vault::with_rules(&options.settings, there, async |vault, rules| {
        carry_out(&options.command, vault, rules).await
    })
}

async fn carry_out(command: &Command, vault: &Vault, rules: &Rules) -> Result<Ending, Failure> {
    let now = Clock::system().now();
    match command {
        Command::New {
            url,
            description,
            event_types,
        } => {
            let url = rules
                .judge(url)
                .map_err(|unfit| Failure::new(format!("the address {unfit}")))?;
            let new = NewWebhook {
                key: None,
                url: url.as_str(),
                description,
                event_types: event_types.clone(),
            };
            let (id, secret) = vault.add_webhook(&new, now).await?;
            tell(&format!(
                "This is the secret of webhook {id}. It is shown this once; give it to the receiver."
            ));
            say(secret.expose());
            Ok(Ending::Good)
        }
        Command::List => list(vault).await,
        Command::Rotate { webhook, overlap } => {
            let rotated = vault.rotate_webhook_secret(*webhook, *overlap, now).await?;
            let secret = rotated.ok_or_else(unknown)?;
            let until = now.plus(*overlap).to_rfc3339();
            tell(&format!(
                "This is the new secret. It is shown this once; the one before signs along until {until}."
            ));
            say(secret.expose());
            Ok(Ending::Good)
        }
        Command::Test { webhook } => {
            let event = vault.test_webhook(*webhook, now).await?;
            say(&event.ok_or_else(unknown)?.to_string());
            Ok(Ending::Good)
        }
        Command::Deliveries { webhook, limit } => deliveries(vault, *webhook, *limit).await,
        Command::Redeliver {
            webhook,
            event,
            since,
        } => redeliver(vault, *webhook, (*event, *since), now).await,
        Command::Enable { webhook } => done(
            vault.enable_webhook(*webhook).await?,
            "It is told again, from where it was.",
        ),
        Command::Remove { webhook } => done(
            vault.remove_webhook(*webhook).await?,
            "It is told nothing any more.",
        ),
    }
}

fn unknown() -> Failure {
    Failure::new("no webhook has this id; `connect-outlook webhooks list` names them")
}

fn done(found: bool, sentence: &str) -> Result<Ending, Failure> {
    if !found {
        return Err(unknown());
    }
    say(sentence);
    Ok(Ending::Good)
}

async fn list(vault: &Vault) -> Result<Ending, Failure> {
    let mut ending = Ending::Good;
    for webhook in vault.webhooks().await? {
        if webhook.disabled.is_some() || webhook.failing_since.is_some() {
            ending = Ending::Findings;
        }
        say(&row(&webhook));
    }
    Ok(ending)
}

fn row(webhook: &Webhook) -> String {
    let state = match (&webhook.disabled, &webhook.failing_since) {
        (Some((why, at)), _) => format!("disabled {} ({})", at.to_rfc3339(), why.code()),
        (None, Some(since)) => format!("failing since {}", since.to_rfc3339()),
        (None, None) => "good".to_owned(),
    };
    let types = match webhook.event_types.as_slice() {
        [] => "all".to_owned(),
        some => some.join(","),
    };
    let row = format!(
        "{}  {state:<32}  waiting {:>5}  {}  events {types}  {}",
        webhook.id, webhook.waiting, webhook.url, webhook.description
    );
    row.trim_end().to_owned()
}

async fn deliveries(vault: &Vault, webhook: WebhookId, limit: u32) -> Result<Ending, Failure> {
    if vault.webhook(webhook).await?.is_none() {
        return Err(unknown());
    }
    let page = vault.webhook_deliveries(webhook, None, limit).await?;
    for delivery in page.deliveries {
        say(&delivery_row(&delivery));
    }
    Ok(Ending::Good)
}

fn delivery_row(delivery: &DeliveryFacts) -> String {
    let last = match &delivery.last {
        None => "-".to_owned(),
        Some((at, result, None)) => format!("{} {result}", at.to_rfc3339()),
        Some((at, result, Some(status))) => format!("{} {result} {status}", at.to_rfc3339()),
    };
    let account = delivery
        .account
        .map_or_else(|| "deployment".to_owned(), |id| id.to_string());
    format!(
        "{}  {:<25}  {account:<36}  {:<9}  tries {:>2}  {last}",
        delivery.event,
        delivery.kind,
        delivery.state.name(),
        delivery.tries
    )
}

async fn redeliver(
    vault: &Vault,
    webhook: WebhookId,
    (event, since): (Option<EventId>, Option<i64>),
    now: UnixTime,
) -> Result<Ending, Failure> {
    if vault.webhook(webhook).await?.is_none() {
        return Err(unknown());
    }
    let events = match event {
        Some(event) => u64::from(vault.redeliver_event(webhook, event, now).await?),
        None => {
            let since = UnixTime(since.unwrap_or(now.0));
            vault.redeliver_since(webhook, since, now).await?
        }
    };
    if event.is_some() && events == 0 {
        return Err(Failure::new(
            "no event has this id; `connect-outlook accounts events` names those of the last ninety days",
        ));
    }
    say(&format!("Events told again: {events}"));
    Ok(Ending::Good)
}
