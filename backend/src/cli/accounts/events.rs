//! What happened to accounts: the events that the integrator is told, in the order in which they were committed.

use clap::Args;
use serde_json::{Value, json};

use super::{Format, format_or_default, time};
use crate::cli::ending::{say, tell};
use crate::cli::{Ending, Failure};
use crate::vault::Vault;
use crate::vault::events::Event;
use crate::vault::id::AccountId;

#[derive(Debug, Args)]
pub(super) struct Events {
    /// Only those after this cursor: the one that an earlier run ended with.
    #[arg(long, default_value_t = 0)]
    after: i64,
    /// At most so many.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Only those of this account. The cursor stays that of all.
    #[arg(long, value_parser = account_id)]
    account: Option<AccountId>,
    /// Table or JSON lines; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    format: Option<Format>,
}

fn account_id(text: &str) -> Result<AccountId, &'static str> {
    AccountId::parse(text).ok_or("not an account's id; `connect-outlook accounts list` shows them")
}

pub(super) async fn run(options: &Events, vault: &Vault) -> Result<Ending, Failure> {
    let format = format_or_default(options.format);
    if format == Format::Table {
        say(HEADINGS);
    }
    let (mut cursor, mut left) = (options.after, options.limit);
    while left > 0 {
        let page = vault.all_events_after(cursor, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for event in page {
            if left == 0 {
                break;
            }
            cursor = event.position;
            if options
                .account
                .is_none_or(|account| account == event.account)
            {
                left -= 1;
                say(&match format {
                    Format::Table => row(&event),
                    Format::Json => line(&event),
                });
            }
        }
    }
    if format == Format::Table {
        tell(&format!("Go on with --after {cursor}"));
    }
    Ok(Ending::Good)
}

fn row(event: &Event) -> String {
    let code = data(event)["code"].as_str().unwrap_or_default().to_owned();
    let row = format!(
        "{:>8}  {}  {}  {:>4}  {:<25}  {code}",
        event.position,
        time(event.created_at),
        event.account,
        event.sequence,
        event.kind.name(),
    );
    row.trim_end().to_owned()
}

fn line(event: &Event) -> String {
    json!({
        "cursor": event.position,
        "id": event.id.to_string(),
        "type": event.kind.name(),
        "account": event.account.to_string(),
        "sequence": event.sequence,
        "created_at": event.created_at.0,
        "data": data(event),
    })
    .to_string()
}

/// What was written is JSON.
fn data(event: &Event) -> Value {
    serde_json::from_str(&event.payload).unwrap_or_default()
}

const HEADINGS: &str = "  cursor  when                  account                                  no  event                      code";

/// Rows read at a time.
const PAGE: u32 = 500;
