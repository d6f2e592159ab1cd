//! The address a request comes from: the peer of the connection, or, behind proxies that the operator names, the last
//! address before them (R173). Nobody else's word counts.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, Request};
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The client of a request as limits count it: of IPv6 the first 64 bits, for everybody has all the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Client(IpAddr);

/// `None` when it cannot be known: the router was mounted without the peers' addresses, or a proxy names nobody.
pub(super) fn client(request: &Request, proxies: &[IpNet]) -> Option<Client> {
    let found =
        peer(request.extensions()).and_then(|peer| behind(peer, request.headers(), proxies));
    if found.is_none() {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| {
            tracing::warn!(
                "requests come without the client's address: limits by address do not hold for them; see `trusted_proxies`"
            );
        });
    }
    found
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip().to_canonical())
}

fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> Option<Client> {
    let trusted = |address: &IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    if !trusted(&peer) {
        return Some(Client::of(peer));
    }
    // Each proxy adds its peer at the end; what stands before the last untrusted address, anybody may have written.
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let named = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    for text in named {
        let address = address(text.trim())?;
        if !trusted(&address) {
            return Some(Client::of(address));
        }
    }
    None
}

/// An address, perhaps with brackets and a port, as proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let parsed = bare.parse().ok();
    let parsed = parsed.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    parsed.map(|address| address.to_canonical())
}

impl Client {
    pub(super) fn of(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(peer: &str, forwarded: &[&str]) -> Option<String> {
        let proxies = ["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(
                "x-forwarded-for",
                HeaderValue::from_bytes(line.as_bytes()).unwrap(),
            );
        }
        let client = behind(peer.parse().unwrap(), &headers, &proxies);
        client.map(|client| client.0.to_string())
    }

    /// R173: whoever is no proxy of ours says nothing about where it comes from.
    #[test]
    fn a_header_of_a_stranger_does_not_count() {
        assert_eq!(found("203.0.113.9", &[]).unwrap(), "203.0.113.9");
        for lie in ["198.51.100.1", "127.0.0.1", "x", ""] {
            assert_eq!(found("203.0.113.9", &[lie]).unwrap(), "203.0.113.9");
        }
    }

    /// R173: what the client itself wrote stands before what the proxies added, in one line or in several.
    #[test]
    fn behind_proxies_the_last_stranger_is_the_client() {
        for lines in [
            &["203.0.113.9"][..],
            &["198.51.100.1, 203.0.113.9"],
            &["127.0.0.1, 203.0.113.9, 10.1.2.3"],
            &["198.51.100.1", "203.0.113.9", "10.1.2.3"],
            &["<script>, 203.0.113.9:4711"],
            &["::ffff:203.0.113.9"],
        ] {
            assert_eq!(
                found("127.0.0.1", lines).unwrap(),
                "203.0.113.9",
                "{lines:?}"
            );
        }
        assert_eq!(
            found("10.0.0.1", &["[2001:db8:1:2:3:4:5:6]:443"]).unwrap(),
            "2001:db8:1:2::"
        );
        assert_eq!(
            found("fd00::1", &["2001:db8:1:2:ffff::1"]),
            found("2001:db8:1:2::7", &[]),
            "one network, one client"
        );
    }

    #[test]
    fn a_proxy_that_names_nobody_leaves_the_client_unknown() {
        for lines in [
            &[][..],
            &[""],
            &["unknown"],
            &["203.0.113.9, ?"],
            &["10.0.0.7"],
            &["203.0.113.9, \u{80}"],
        ] {
            assert_eq!(found("127.0.0.1", lines), None, "{lines:?}");
        }
    }
}
