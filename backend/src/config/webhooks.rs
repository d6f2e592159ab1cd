//! Where webhooks may lead, and how long they may take.

use std::sync::Arc;
use std::time::Duration;

use super::address::SiteOrigin;
use super::error::ConfigError;
use super::limits::networks;
use super::reader::{on_or_off, optional, seconds, take_on_loopback};
use super::sources::Sources;
use crate::webhooks::Rules;

/// `site` is not known to commands of the operator, which post nothing.
pub(super) fn read(from: &mut Sources, site: Option<&SiteOrigin>) -> Result<Rules, ConfigError> {
    Ok(Rules {
        ports: optional(from, "webhook_ports", "", ports)?,
        blocked: optional(from, "webhook_blocked", "168.63.129.16", networks)?.into(),
        timeout: optional(from, "webhook_timeout", "15s", |text| {
            seconds(text, 1, 15).ok_or("must be a time from 1s to 15s")
        })
        .map(|seconds| Duration::from_secs(seconds.unsigned_abs()))?,
        insecure: insecure(from, site)?,
    })
}

fn insecure(from: &mut Sources, site: Option<&SiteOrigin>) -> Result<bool, ConfigError> {
    let name = "insecure_webhooks";
    let found = match site {
        Some(site) => take_on_loopback(from, name, site)?,
        None => from.take(name),
    };
    found.map_or(Ok(false), |found| {
        on_or_off(&found.text()?).map_err(|problem| found.wrong(problem))
    })
}

fn ports(text: &str) -> Result<Arc<[u16]>, &'static str> {
    let port = |word: &str| {
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let port = word.parse().ok().filter(|port| *port > 0 && digits);
        port.ok_or("must be ports, such as 8443")
    };
    text.split_ascii_whitespace().map(port).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refused, with};

    #[test]
    fn tell_webhooks() {
        assert!(with(&[]).unwrap().tell_webhooks);
        assert!(!with(&[("tell_webhooks", "off")]).unwrap().tell_webhooks);
        refused("tell_webhooks", &["", "yes"]);
    }

    #[test]
    fn webhook_ports() {
        assert!(with(&[]).unwrap().webhooks.ports.is_empty());
        let config = with(&[("webhook_ports", "8443 9443")]).unwrap();
        assert_eq!(*config.webhooks.ports, [8443, 9443]);
        refused("webhook_ports", &["0", "65536", "https", "+1", "8443,9443"]);
    }

    /// R146: what ships with the list stays until somebody writes another one.
    #[test]
    fn webhook_blocked() {
        let blocked = |text| with(&[("webhook_blocked", text)]).unwrap().webhooks.blocked;
        assert_eq!(with(&[]).unwrap().webhooks.blocked.len(), 1);
        assert!(blocked("").is_empty());
        assert_eq!(blocked("168.63.129.16 9.0.0.0/8").len(), 2);
        refused("webhook_blocked", &["metadata", "9.0.0.0/33"]);
    }

    #[test]
    fn webhook_timeout() {
        assert_eq!(with(&[]).unwrap().webhooks.timeout.as_secs(), 15);
        refused("webhook_timeout", &["0s", "16s", "15", ""]);
    }

    /// R11: for this machine, and only from it.
    #[test]
    fn insecure_webhooks() {
        assert!(!with(&[]).unwrap().webhooks.insecure);
        refused("insecure_webhooks", &["on", "off"]);
        let site = ("public_url", "http://localhost:8400");
        let read = |text| with(&[site, ("insecure_webhooks", text)]);
        assert!(read("on").unwrap().webhooks.insecure);
        assert!(!read("off").unwrap().webhooks.insecure);
        assert!(read("yes").is_err());
    }
}
