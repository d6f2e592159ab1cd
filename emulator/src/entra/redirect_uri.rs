//! Which redirect URI of a registration a request means (entra.md §3.2, entra 11).

use crate::world::{Application, Platform};

/// The redirect URI of a request, together with the platform it is registered under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectTarget {
    /// As the request wrote it.
    pub(crate) uri: String,
    /// As the registration says.
    pub(crate) platform: Platform,
}

impl RedirectTarget {
    /// The registered redirect URI that `asked` equals; of several, the first.
    pub(crate) fn registered(asked: &str, application: &Application) -> Option<Self> {
        let registered = application
            .redirect_uris
            .iter()
            .find(|registered| same(&registered.uri, asked))?;
        Some(Self {
            uri: asked.to_owned(),
            platform: registered.platform,
        })
    }
}

/// Equal byte for byte; on loopback hosts the port is left out of the comparison.
pub(crate) fn same(registered: &str, asked: &str) -> bool {
    match (
        without_loopback_port(registered),
        without_loopback_port(asked),
    ) {
        (Some(registered), Some(asked)) => registered == asked,
        (None, None) => registered == asked,
        _ => false,
    }
}

/// Scheme, host and the rest of a URI on a loopback host, with its port dropped.
fn without_loopback_port(uri: &str) -> Option<(&str, &str, &str)> {
    let (scheme, after) = uri.split_once("://")?;
    let host = ["localhost", "127.0.0.1"]
        .into_iter()
        .find(|host| after.starts_with(host))?;
    let after = &after[host.len()..];
    let rest = match after.strip_prefix(':') {
        Some(port_and_rest) => {
            port_and_rest.trim_start_matches(|character: char| character.is_ascii_digit())
        }
        None => after,
    };
    let ends_host = rest.is_empty() || rest.starts_with(['/', '?', '#']);
    ends_host.then_some((scheme, host, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// entra 11
    #[test]
    fn only_the_port_of_a_loopback_host_is_ignored() {
        assert!(same("http://localhost/cb", "http://localhost:3000/cb"));
        assert!(same("http://localhost:1/cb", "http://localhost:2/cb"));
        assert!(same("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb"));
        assert!(!same("http://localhost/cb", "http://localhost:3000/CB"));
        assert!(!same("http://localhost/cb", "http://localhost:3000/cb/"));
        assert!(!same("http://localhost/cb", "https://localhost/cb"));
        assert!(!same("http://localhost/cb", "http://127.0.0.1/cb"));
        assert!(!same(
            "http://localhost/cb",
            "http://localhost:3000@elsewhere.example/cb"
        ));
        assert!(!same(
            "http://localhost/cb",
            "http://localhost.elsewhere.example/cb"
        ));
        assert!(!same("http://localhostess/cb", "http://localhost:1ess/cb"));
        assert!(!same(
            "https://app.example/cb",
            "https://app.example:8443/cb"
        ));
        assert!(same("https://app.example/cb", "https://app.example/cb"));
    }
}
