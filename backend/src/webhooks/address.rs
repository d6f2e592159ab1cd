//! The address of a webhook as it is written (R143, R145). What its name stands for is judged when it is used.

use std::net::IpAddr;

use url::{Host, Url};

use super::Rules;
use super::global::is_global;

/// Why an address is none for a webhook: a clause that begins with what has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub &'static str);

impl Rules {
    /// The address as it will be asked.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn judge(&self, text: &str) -> Result<Url, Unfit> {
        if text.len() > LONGEST {
            return Err(Unfit("must have at most 2048 characters"));
        }
        // A parser drops, trims or turns around what is none of these.
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
        if !text.bytes().all(plain) {
            return Err(Unfit(
                "must be plain characters; write a name in another script as xn--…",
            ));
        }
        let url = Url::parse(text).map_err(|_| Unfit("must be an absolute address"))?;
        let insecure = self.insecure && is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if insecure => {}
            _ => return Err(Unfit("must begin with https://")),
        }
        let host = authority(text);
        if host.is_empty() {
            return Err(Unfit("must be an absolute address"));
        }
        if host.contains('@') {
            return Err(Unfit("must hold neither user nor password"));
        }
        if url.fragment().is_some() {
            return Err(Unfit("must hold no fragment"));
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if port != HTTPS && !insecure && !self.ports.contains(&port) {
            return Err(Unfit("must have port 443, or one of `webhook_ports`"));
        }
        let good = match url.host() {
            _ if insecure => true,
            Some(Host::Ipv4(address)) => is_global(address.into(), &self.blocked),
            Some(Host::Ipv6(address)) => is_global(address.into(), &self.blocked),
            Some(Host::Domain(name)) => is_name_of_the_world(name),
            None => false,
        };
        good.then_some(url)
            .ok_or(Unfit("must name a host that is reachable from everywhere"))
    }
}

/// What stands between the slashes, as it was written.
fn authority(text: &str) -> &str {
    let (_, rest) = text.split_once("://").unwrap_or_default();
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Names of one label, and those that the DNS of the world does not know, are somebody's inside (RFC 6761, RFC 6762).
fn is_name_of_the_world(name: &str) -> bool {
    let Some((_, top)) = name.rsplit_once('.') else {
        return false;
    };
    name.len() <= 253 && !top.is_empty() && !INSIDE.contains(&top)
}

/// `home.arpa` among them: nothing else below `arpa` is a web server.
const INSIDE: [&str; 9] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "arpa",
];

/// Bytes (R143).
const LONGEST: usize = 2048;
const HTTPS: u16 = 443;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::webhooks::testing::rules;

    #[test]
    fn an_address_of_the_world_is_taken_as_browsers_read_it() {
        for (good, read) in [
            (
                "https://crm.example/hooks?a=b",
                "https://crm.example/hooks?a=b",
            ),
            ("https://CRM.example:443", "https://crm.example/"),
            ("https://crm.example:8443/x", "https://crm.example:8443/x"),
            ("https://8.8.8.8/x", "https://8.8.8.8/x"),
            ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
            (
                "https://xn--bcher-kva.example/%2e%2e/x",
                "https://xn--bcher-kva.example/x",
            ),
            ("https://a_b.example/", "https://a_b.example/"),
            ("https://crm.example/@x", "https://crm.example/@x"),
        ] {
            assert_eq!(rules(false).judge(good).unwrap().as_str(), read);
        }
    }

    /// R143, R145, R146: the corpus, and none of it with the switch for this machine either, but for this machine.
    #[test]
    fn an_address_of_somebodys_inside_is_refused_in_every_spelling() {
        for line in include_str!("address.corpus.txt").lines() {
            let Some(text) = line.strip_prefix("refused ") else {
                continue;
            };
            let text = text
                .replace("\\t", "\t")
                .replace("\\n", "\n")
                .replace("\\s", " ");
            assert!(rules(false).judge(&text).is_err(), "{line}");
            let insecure = rules(true).judge(&text);
            assert!(
                insecure.is_err() || is_loopback(&insecure.unwrap()),
                "{line}"
            );
        }
        let long = format!("https://crm.example/{}", "a".repeat(2048));
        assert!(rules(false).judge(&long).is_err());
        let name = format!("https://{}example/", "abcdefghi.".repeat(25));
        assert!(rules(false).judge(&name).is_err());
    }

    #[test]
    fn a_receiver_on_this_machine_is_for_the_switch_alone() {
        for here in [
            "http://127.0.0.1:9000/x",
            "http://localhost:9000/",
            "http://[::1]:9000/",
            "https://127.1:9/",
        ] {
            assert!(rules(false).judge(here).is_err(), "{here}");
            assert!(rules(true).judge(here).is_ok(), "{here}");
        }
        for elsewhere in [
            "http://crm.example/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://localhost.evil.example/",
        ] {
            assert!(rules(true).judge(elsewhere).is_err(), "{elsewhere}");
        }
    }

    proptest! {
        #[test]
        fn judging_never_panics(text in ".*") {
            let _ = rules(true).judge(&text);
        }

        /// Whatever is taken is https, on an allowed port, without user or fragment, and no special address.
        #[test]
        fn what_is_taken_is_what_was_meant(
            text in "(https?|ftp)://([a-z0-9.@:%\\[\\]x-]{0,24})(:[0-9]{1,5})?(/[a-z@#?:.]{0,8})?"
        ) {
            if let Ok(url) = rules(false).judge(&text) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!([443, 8443].contains(&url.port_or_known_default().unwrap()));
                prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
                prop_assert!(!is_loopback(&url));
                prop_assert_eq!(rules(false).judge(url.as_str()).unwrap(), url);
            }
        }

        /// Every number is an address of IPv4, in whatever notation.
        #[test]
        fn an_address_of_ipv4_is_judged_by_its_value(bits: u32) {
            let address = std::net::Ipv4Addr::from_bits(bits);
            let good = is_global(address.into(), &rules(false).blocked);
            for spelling in [format!("{address}"), format!("{bits}"), format!("0x{bits:x}"), format!("0{bits:o}")] {
                let judged = rules(false).judge(&format!("https://{spelling}/"));
                prop_assert_eq!(judged.is_ok(), good, "{}", spelling);
            }
        }
    }
}
