//! Requests of the emulator's own, to programs on this machine.

use std::{sync::Arc, time::Duration};

use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Url};

/// A client that follows no redirects and waits ten seconds at most. It trusts no certificate: on loopback there is
/// nothing to encrypt, and nothing else is asked.
///
/// # Errors
/// What the libraries say; they are built with all that is needed here.
pub(crate) fn client() -> Result<reqwest::Client, Unavailable> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .timeout(LONGEST_WAIT)
        .build()?)
}

/// Whether an address is on this machine, so that the emulator may ask there.
pub(crate) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// There is no client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unavailable {
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("client: {0}")]
    Client(#[from] reqwest::Error),
}

const LONGEST_WAIT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked() {
        let loopback = |text: &str| is_loopback(&Url::parse(text).expect("an address"));
        assert!(loopback("http://localhost:1/") && loopback("http://127.0.0.1/"));
        assert!(loopback("http://[::1]:8/") && loopback("http://a.localhost/"));
        assert!(!loopback("http://localhost.example/") && !loopback("http://10.0.0.1/"));
    }

    #[test]
    fn there_is_a_client() {
        assert!(client().is_ok());
    }
}
