//! Looks at a deployment as a stranger would, before the first visitor does: settings, vault, hosts, clock, and the
//! registration at Microsoft. Each fault is named with who mends it and how.

mod finding;
mod microsoft;
mod place;

pub use finding::{Finding, Verdict};

use crate::clock::Clock;
use crate::config::{Config, VaultConfig};
use crate::entra::Entra;
use crate::entra::probe::Prober;
use crate::outbound::{NoClient, Wire};
use crate::registration;

/// Everything there is to find, in an order in which earlier faults explain later ones. `tenant` is the registration's own,
/// in which the app may read itself. Nothing is changed anywhere.
///
/// # Errors
/// [`NoClient`] when this machine trusts no certificates.
pub async fn examine(
    mut config: Config,
    vault: VaultConfig,
    tenant: Option<String>,
    clock: Clock,
) -> Result<Vec<Finding>, NoClient> {
    let mut findings = vec![Finding::good("settings", "The settings are in order.")];
    findings.extend(place::vault(vault, &clock).await);
    findings.push(place::public_url(&config).await?);
    let login = Wire::new(&config.entra_trust)?;
    let entra = Entra::new(
        registration(&config),
        std::mem::take(&mut config.credentials),
        clock.clone(),
        &login,
    );
    let prober = Prober::new(&entra, &login);
    let graph = Prober::new(&entra, &Wire::new(&config.graph_trust)?);
    findings.extend(microsoft::examine(&config, &prober, &graph, tenant, clock.now()).await);
    Ok(findings)
}
