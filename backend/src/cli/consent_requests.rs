//! `connect-outlook consent-requests`: whose administrators were asked to agree, and what came of it. Reads only.

use clap::Subcommand;
use serde_json::json;

use super::ending::say;
use super::format::{Format, format_or_default};
use super::open_vault::{self, OnVault};
use super::{Ending, Failure};
use crate::clock::{Clock, UnixTime};
use crate::vault::Vault;
use crate::vault::consent_requests::{ConsentRequest, ConsentState};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Every request and where it stands. Exit code 3 if an administrator has to act.
    List {
        /// Only requests in this state: requested, granted, refused, unproven, expired.
        #[arg(long)]
        state: Option<String>,
        /// Table or JSON lines; by default a table on a terminal and JSON elsewhere.
        #[arg(long)]
        format: Option<Format>,
    },
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    let there = open_vault::Expected::There;
    open_vault::with(&options.settings, there, async |vault| {
        match &options.command {
            Command::List { state, format } => list(state.as_deref(), *format, vault).await,
        }
    })
}

async fn list(
    state: Option<&str>,
    format: Option<Format>,
    vault: &Vault,
) -> Result<Ending, Failure> {
    let format = format_or_default(format);
    if format == Format::Table {
        say(HEADINGS);
    }
    let (now, mut after, mut ending) = (Clock::system().now(), None, Ending::Good);
    loop {
        let page = vault.consent_requests_after(after, PAGE, now).await?;
        let Some(last) = page.last() else {
            return Ok(ending);
        };
        after = Some(last.id);
        for request in page {
            if state.is_some_and(|asked| asked != request.state.name()) {
                continue;
            }
            if matches!(
                request.state,
                ConsentState::Requested | ConsentState::Refused { .. }
            ) {
                ending = Ending::Findings;
            }
            say(&match format {
                Format::Table => row(&request),
                Format::Json => line(&request),
            });
        }
    }
}

fn row(request: &ConsentRequest) -> String {
    let whose = request.tenant.as_ref().or(request.domain.as_ref());
    format!(
        "{}  {:<9}  {}  {:>5}  {:<16}  {}",
        request.id,
        request.state.name(),
        UnixTime::to_rfc3339(request.state_since),
        request.asked,
        request.state.code().unwrap_or("-"),
        whose.map_or("not known", String::as_str),
    )
}

fn line(request: &ConsentRequest) -> String {
    let mut line = json!({
        "consent_request": request.id.to_string(),
        "state": request.state.name(),
        "state_since": request.state_since.0,
        "scopes": request.scopes.iter().collect::<Vec<_>>(),
        "origin": request.origin.name(),
        "asked": request.asked,
        "created_at": request.created_at.0,
        "expires_at": request.expires_at.0,
    });
    for (name, value) in [
        ("tenant", request.tenant.as_deref()),
        ("domain", request.domain.as_deref()),
        ("code", request.state.code()),
    ] {
        if let Some(value) = value {
            line[name] = json!(value);
        }
    }
    line.to_string()
}

const HEADINGS: &str = "consent request                       state      since                 asked  code              organisation";

/// Rows read at a time.
const PAGE: u32 = 500;
