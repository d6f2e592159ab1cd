//! Which addresses belong to the world, and which to a machine, a network, a cloud's inside, or nobody (R146).

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;

/// Whether anybody anywhere may mean this address. Tunnels and translations are left out whole: what they carry may lead
/// anywhere.
pub(super) fn is_global(address: IpAddr, blocked: &[IpNet]) -> bool {
    let unicast = match address {
        IpAddr::V4(_) => true,
        // All that has been given out (IANA, IPv6 global unicast).
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    };
    let within = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
    unicast && !within(&SPECIAL_NETWORKS) && !within(blocked)
}

/// None is left out: a test counts them.
static SPECIAL_NETWORKS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    SPECIAL
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect()
});

/// IANA's registries of special-purpose addresses, and what else is not one server's own.
const SPECIAL: [&str; 31] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn global(text: &str) -> bool {
        is_global(
            text.parse().unwrap(),
            &["168.63.129.16/32".parse().unwrap()],
        )
    }

    /// R146: both ends of each, and what stands beside them.
    #[test]
    fn no_special_address_is_global_from_its_first_to_its_last() {
        assert_eq!(SPECIAL_NETWORKS.len(), SPECIAL.len());
        for network in SPECIAL_NETWORKS.iter() {
            for end in [network.network(), network.broadcast()] {
                assert!(!is_global(end, &[]), "{end} of {network}");
            }
        }
        for metadata in [
            "169.254.169.254",
            "169.254.170.2",
            "fd00:ec2::254",
            "100.100.100.200",
        ] {
            assert!(!global(metadata), "{metadata}");
        }
        for tunnel in [
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "2001:0:1::1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
        ] {
            assert!(!global(tunnel), "{tunnel}");
        }
        for beside in [
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700::1111",
        ] {
            assert!(global(beside), "{beside}");
        }
    }

    /// R146: what IANA has given to nobody, whatever becomes of it later.
    #[test]
    fn of_ipv6_only_what_has_been_given_out_is_global() {
        for bad in [
            "1::1",
            "1fff:ffff::1",
            "4000::1",
            "8000::1",
            "e000::1",
            "fbff::1",
        ] {
            assert!(!global(bad), "{bad}");
        }
    }

    /// R146: a global address that is a platform's inside.
    #[test]
    fn the_operator_may_name_more() {
        assert!(is_global("168.63.129.16".parse().unwrap(), &[]));
        assert!(!global("168.63.129.16"));
    }

    proptest! {
        /// Against the standard library's own, narrower, opinions.
        #[test]
        fn nothing_that_the_standard_library_calls_special_is_global(bits: u128, short: u32) {
            let v6 = std::net::Ipv6Addr::from_bits(bits);
            let special = v6.is_loopback() || v6.is_multicast() || v6.is_unspecified() || v6.is_unique_local()
                || v6.is_unicast_link_local();
            prop_assert!(!special || !is_global(v6.into(), &[]));
            let v4 = std::net::Ipv4Addr::from_bits(short);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!special || !is_global(v4.into(), &[]));
            prop_assert!(!is_global(v4.to_ipv6_mapped().into(), &[]));
            prop_assert!(!is_global(v4.to_ipv6_compatible().into(), &[]));
        }
    }
}
