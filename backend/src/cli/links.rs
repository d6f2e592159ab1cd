//! `connect-outlook links`: hosted links, made by hand, named and ended. The server may be serving.

use clap::{Args, Subcommand};
use connect_outlook_protocol::integrator::{CreateLink, LinkKind};
use serde_json::json;

use super::ending::{say, tell};
use super::format::{Format, format_or_default};
use super::open_vault::{self, OnVault};
use super::{Ending, Failure, Settings};
use crate::Backend;
use crate::clock::Clock;
use crate::config::Config;
use crate::log::{self, LogFormat};
use crate::vault::Vault;
use crate::vault::id::{ApiKeyId, LinkId};
use crate::vault::links::{Link, LinkState};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a link and print its address, this once. Your server confirms it as any other.
    New(New),
    /// Name all links that are remembered, and where they stand.
    List {
        /// Only links in this state: open, parked, confirming, connected, revoked, expired.
        #[arg(long)]
        state: Option<String>,
        /// Table or JSON lines; by default a table on a terminal and JSON elsewhere.
        #[arg(long)]
        format: Option<Format>,
    },
    /// End a link that has connected nothing, at once and for good.
    Revoke {
        /// Its id, as `list` shows it.
        link: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct New {
    /// The API key whose link it is: it ends with it. `connect-outlook api-keys list` names them.
    #[arg(long)]
    key: String,
    /// Your own name for your user, to be repeated when your server confirms.
    #[arg(long)]
    user: String,
    /// Where the visitor goes to be confirmed; one of `completion_urls`.
    #[arg(long)]
    success_url: String,
    /// Where the visitor goes otherwise; one of `completion_urls`.
    #[arg(long)]
    failure_url: String,
    /// The account that has to sign in again, and no other. Without it whoever signs in is welcome.
    #[arg(long)]
    account: Option<String>,
    /// Scopes, separated by spaces; all of the deployment's if absent.
    #[arg(long)]
    scopes: Option<String>,
    /// Seconds that it lives; an hour if absent.
    #[arg(long)]
    lasts: Option<i64>,
}

pub(super) fn run(options: &OnVault<Command>) -> Result<Ending, Failure> {
    let there = open_vault::Expected::There;
    match &options.command {
        Command::New(wishes) => new(&options.settings, wishes),
        Command::List { state, format } => {
            open_vault::with(&options.settings, there, async |vault| {
                list(state.as_deref(), *format, vault).await
            })
        }
        Command::Revoke { link } => open_vault::with(&options.settings, there, async |vault| {
            revoke(link, vault).await
        }),
    }
}

/// By the rules of the server, so with all of its settings.
fn new(settings: &Settings, wishes: &New) -> Result<Ending, Failure> {
    let mut config = Config::read(settings.config.as_deref(), std::env::vars())?;
    log::start(LogFormat::Text, "warn")?;
    config.background_refresh = false;
    open_vault::refuse_nothing(&config.database, open_vault::Expected::There)?;
    let pages = format!("{}{}/v1/open", config.site.as_str(), config.base_path);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let backend = Backend::new(config, Clock::system()).await?;
        let made = make(&backend, wishes).await;
        backend.stop().await;
        let (id, token) = made?;
        tell(&format!(
            "This is link {id}. Its address is shown this once; give it to your user, and to nobody else."
        ));
        say(&format!("{pages}/{token}"));
        Ok(Ending::Good)
    })
}

async fn make(backend: &Backend, wishes: &New) -> Result<(LinkId, String), Failure> {
    let unknown =
        || Failure::new("no living key has this id; `connect-outlook api-keys list` names them");
    let key = ApiKeyId::parse(&wishes.key).ok_or_else(unknown)?;
    if !backend.app().knows_api_key(key).await? {
        return Err(unknown());
    }
    let scopes = wishes.scopes.as_ref();
    let request = CreateLink {
        kind: match wishes.account {
            Some(_) => LinkKind::Reconnect,
            None => LinkKind::Create,
        },
        account: wishes.account.clone(),
        user: wishes.user.clone(),
        scopes: scopes.map(|text| text.split_whitespace().map(str::to_owned).collect()),
        expires_at: wishes
            .lasts
            .map(|lasts| Clock::system().now().plus(lasts).0),
        success_url: wishes.success_url.clone(),
        failure_url: wishes.failure_url.clone(),
    };
    let made = backend.app().create_link(key, request).await?;
    Ok((made.id, made.token.expose().to_owned()))
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
    let (now, mut after) = (Clock::system().now(), None);
    loop {
        let page = vault.links_after(after, PAGE, now).await?;
        let Some(last) = page.last() else {
            return Ok(Ending::Good);
        };
        after = Some(last.id);
        for link in page {
            if state.is_none_or(|asked| asked == name(&link.state)) {
                say(&match format {
                    Format::Table => row(&link),
                    Format::Json => line(&link),
                });
            }
        }
    }
}

async fn revoke(link: &str, vault: &Vault) -> Result<Ending, Failure> {
    let unknown = || Failure::new("no link has this id; `connect-outlook links list` names them");
    let id = LinkId::parse(link).ok_or_else(unknown)?;
    if !vault.revoke_link(id, Clock::system().now()).await? {
        return Err(unknown());
    }
    let now = vault.link(id, Clock::system().now()).await?;
    if let Some(LinkState::Connected { account, .. }) = now.map(|link| link.state) {
        tell(&format!(
            "It has connected account {account} already, which stays connected."
        ));
        return Ok(Ending::Findings);
    }
    say(&format!("Link {id} opens nothing any more."));
    Ok(Ending::Good)
}

fn row(link: &Link) -> String {
    format!(
        "{}  {:<10}  {:<9}  {}  {}",
        link.id,
        name(&link.state),
        link.purpose.name(),
        link.created_at.to_rfc3339(),
        link.expires_at.to_rfc3339(),
    )
}

fn line(link: &Link) -> String {
    let mut line = json!({
        "link": link.id.to_string(),
        "state": name(&link.state),
        "kind": link.purpose.name(),
        "scopes": link.scopes.iter().collect::<Vec<_>>(),
        "created_at": link.created_at.0,
        "expires_at": link.expires_at.0,
    });
    if let LinkState::Connected { account, at } = &link.state {
        line["account"] = json!(account.to_string());
        line["connected_at"] = json!(at.0);
    }
    line.to_string()
}

const fn name(state: &LinkState) -> &'static str {
    match state {
        LinkState::Open => "open",
        LinkState::Parked { .. } => "parked",
        LinkState::Confirming => "confirming",
        LinkState::Connected { .. } => "connected",
        LinkState::Revoked => "revoked",
        LinkState::Expired => "expired",
    }
}

const HEADINGS: &str =
    "link                                  state       kind       made                  ends";

/// Rows read at a time.
const PAGE: u32 = 100;
