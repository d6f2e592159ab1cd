//! What happened to accounts and to the deployment: the events that the integrator is told, in the order in which they
//! were committed.

use clap::Args;
use serde_json::{Value, json};

use super::{Format, format_or_default};
use crate::cli::ending::{say, tell};
use crate::cli::{Ending, Failure};
use crate::vault::Vault;
use crate::vault::events::Told;
use crate::vault::id::AccountId;

#[derive(Debug, Args)]
pub(in crate::cli) struct Events {
    /// Only those after this cursor: the one that an earlier run ended with.
    #[arg(long, default_value_t = 0)]
    after: i64,
    /// At most so many.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Only those of this account, none of the deployment. The cursor stays that of all.
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
        let page = vault.told_after(cursor, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for event in page {
            if left == 0 {
                break;
            }
            cursor = event.position;
            let account = event.account.map(|(account, _)| account);
            if options.account.is_none() || options.account == account {
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

fn row(event: &Told) -> String {
    let data = data(event);
    let (account, number) = match event.account {
        Some((account, number)) => (account.to_string(), number.to_string()),
        None => (DEPLOYMENT.to_owned(), String::new()),
    };
    let more = data["code"].as_str().or(data["credential"].as_str());
    let row = format!(
        "{:>8}  {}  {account:<36}  {number:>4}  {:<25}  {}",
        event.position,
        event.created_at.to_rfc3339(),
        event.kind,
        more.unwrap_or_default(),
    );
    row.trim_end().to_owned()
}

fn line(event: &Told) -> String {
    let mut line = json!({
        "cursor": event.position,
        "id": event.id.to_string(),
        "type": event.kind,
        "created_at": event.created_at.0,
        "data": data(event),
    });
    match event.account {
        Some((account, number)) => {
            line["account"] = json!(account.to_string());
            line["sequence"] = json!(number);
        }
        None => line["of"] = json!(DEPLOYMENT),
    }
    line.to_string()
}

/// What was written is JSON.
fn data(event: &Told) -> Value {
    serde_json::from_str(&event.payload).unwrap_or_default()
}

/// What stands in the place of an account.
const DEPLOYMENT: &str = "deployment";

const HEADINGS: &str = "  cursor  when                  account                                  no  event                      code";

/// Rows read at a time.
const PAGE: u32 = 500;
