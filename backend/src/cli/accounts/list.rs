//! Every account, its state, and when its tokens change.

use clap::Args;
use serde_json::json;

use super::{Format, format_or_default};
use crate::cli::ending::say;
use crate::cli::{Ending, Failure};
use crate::vault::Vault;
use crate::vault::accounts::{AccountState, Listed};

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Only accounts in this state: connected, expiring, needs_user, needs_admin, blocked_by_policy, disconnected.
    #[arg(long)]
    state: Option<String>,
    /// Also the mailbox addresses, which are personal data.
    #[arg(long)]
    addresses: bool,
    /// Table or JSON lines; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    format: Option<Format>,
}

pub(super) async fn run(options: &List, vault: &Vault) -> Result<Ending, Failure> {
    let format = format_or_default(options.format);
    if format == Format::Table {
        say(HEADINGS);
    }
    let (mut after, mut ending) = (None, Ending::Good);
    loop {
        let page = vault.accounts_after(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(ending);
        };
        after = Some(last.account.id);
        for listed in page {
            let state = &listed.account.state;
            if options
                .state
                .as_ref()
                .is_some_and(|asked| asked != state.name())
            {
                continue;
            }
            if !state.works() && *state != AccountState::Disconnected {
                ending = Ending::Findings;
            }
            say(&match format {
                Format::Table => row(&listed, options.addresses),
                Format::Json => line(&listed, options.addresses),
            });
        }
    }
}

fn row(listed: &Listed, addresses: bool) -> String {
    let account = &listed.account;
    let grant = listed.grant.as_ref();
    let refreshed = grant.map_or_else(|| "-".to_owned(), |grant| grant.obtained_at.to_rfc3339());
    let mut row = format!(
        "{}  {:<17}  {}  {:<20}  {:<29}",
        account.id,
        account.state.name(),
        account.state_since.to_rfc3339(),
        refreshed,
        code(&account.state).unwrap_or("-"),
    );
    if addresses {
        row.push_str(&format!("  {}", printable(&account.profile.address)));
    }
    row.trim_end().to_owned()
}

fn line(listed: &Listed, addresses: bool) -> String {
    let account = &listed.account;
    let mut line = json!({
        "account": account.id.to_string(),
        "tenant_id": account.identity.tid(),
        "object_id": account.identity.oid(),
        "state": account.state.name(),
        "state_since": account.state_since.0,
    });
    if let Some(code) = code(&account.state) {
        line["code"] = json!(code);
    }
    if let Some(ends_at) = account.ends_at {
        line["reconnect_by"] = json!(ends_at.0);
    }
    if let Some(grant) = &listed.grant {
        line["scopes"] = json!(grant.scopes.iter().collect::<Vec<_>>());
        line["refreshed_at"] = json!(grant.obtained_at.0);
        line["access_token_ends_at"] = json!(grant.expires_at.0);
        line["next_refresh_at"] = json!(grant.refresh_at.0);
        if let Some(since) = grant.unreadable_since {
            line["unreadable_since"] = json!(since.0);
        }
    }
    if addresses {
        line["address"] = json!(account.profile.address);
    }
    line.to_string()
}

fn code(state: &AccountState) -> Option<&str> {
    match state {
        AccountState::NeedsUser { code, .. }
        | AccountState::NeedsAdmin { code }
        | AccountState::BlockedByPolicy { code } => Some(code),
        AccountState::Connected | AccountState::Expiring { .. } | AccountState::Disconnected => {
            None
        }
    }
}

/// An address is whatever a directory says; nothing in it may move the cursor (L6).
fn printable(address: &str) -> String {
    address
        .chars()
        .filter(|letter| !letter.is_control())
        .collect()
}

const HEADINGS: &str = "account                               state              since                 refreshed             code";

/// Rows read at a time.
const PAGE: u32 = 500;
