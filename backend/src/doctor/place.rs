//! What is on our side: the vault, and the address at which visitors reach us.

use std::time::Duration;

use connect_outlook_protocol::refusal::{Actor, Next};

use super::Finding;
use crate::clock::Clock;
use crate::config::{Config, VaultConfig};
use crate::outbound::{Limits, NoClient, NoReply, Trust, Wire};
use crate::vault::consent_requests::ConsentState;
use crate::vault::{Location, Vault};

/// Whether the vault opens with these keys, and whose administrators were asked and have not answered.
pub(super) async fn vault(config: VaultConfig, clock: &Clock) -> Vec<Finding> {
    let missing = match &config.database {
        Location::Memory => Some(
            "The vault is in memory: whatever is connected is forgotten when the server stops.",
        ),
        Location::SqliteFile(path) if !path.exists() => {
            Some("There is no vault yet; `serve` makes it.")
        }
        Location::SqliteFile(_) | Location::Postgres(_) => None,
    };
    if let Some(says) = missing {
        return vec![Finding::note("vault", "no_vault", says)];
    }
    match Vault::open(&config.database, config.keys).await {
        Ok(vault) => {
            let waiting = waiting(&vault, clock).await;
            vault.close().await;
            let good = Finding::good("vault", "The vault opens, and its keys are here.");
            std::iter::once(good).chain(waiting).collect()
        }
        Err(error) => {
            let says = format!("The vault does not open: {error}.");
            let whose = (Actor::Operator, Next::None);
            vec![Finding::bad("vault", "vault_closed", whose, says)]
        }
    }
}

async fn waiting(vault: &Vault, clock: &Clock) -> Option<Finding> {
    let now = clock.now();
    let requests = vault.consent_requests_after(None, LOOKED_AT, now).await;
    let asks = |state: &ConsentState| matches!(state, ConsentState::Requested);
    let count = requests.ok()?.iter().filter(|one| asks(&one.state)).count();
    let says = format!(
        "{count} requests wait for an administrator to agree; `connect-outlook consent-requests list` names them."
    );
    (count > 0).then(|| Finding::note("consent", "consent_awaited", says))
}

/// Whether the site's address leads to this server, as seen from this machine.
pub(super) async fn public_url(config: &Config) -> Result<Finding, NoClient> {
    let (site, base) = (config.site.as_str(), &config.base_path);
    let trust = if site.starts_with("http:") {
        Trust::InsecureLoopback
    } else {
        Trust::System
    };
    let outbound = Wire::new(&trust)?.within(LIMITS);
    let address = format!("{site}{base}/livez");
    let whose = (Actor::Operator, Next::None);
    Ok(match outbound.send(outbound.get(&address)).await {
        Ok(reply) if reply.status == 200 => {
            Finding::good("public_url", format!("{site} leads to this server."))
        }
        Ok(reply) => Finding::bad(
            "public_url",
            "not_passed_on",
            whose,
            format!(
                "{address} answers {}: the web server in front does not pass {base} on to `listen`, or the server does not run.",
                reply.status
            ),
        ),
        Err(NoReply::NotSecure(reason)) => Finding::bad(
            "public_url",
            "not_secure",
            whose,
            format!("{site} has no certificate that browsers trust: {reason}."),
        ),
        Err(error) => Finding::note(
            "public_url",
            "not_reached",
            format!(
                "{site} cannot be reached from this machine ({error}): the server does not run yet, or only others reach it."
            ),
        ),
    })
}

const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    body: 64 * 1024,
};

/// Requests.
const LOOKED_AT: u32 = 1_000;
