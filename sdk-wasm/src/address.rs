//! Addresses of pages: where a callback stands in them, and what is left when it is taken out.

use connect_outlook_protocol::callback::looks_like_callback;

/// An absolute address, as browsers write it: `origin path ?query #fragment`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    text: String,
    path_at: usize,
}

impl Address {
    /// Takes an address apart that the browser's own parser has written.
    pub(crate) fn parse(text: String) -> Self {
        // Behind `https://host`: the third slash. Other schemes come to no harm, they have no callbacks.
        let path_at = text
            .match_indices('/')
            .nth(2)
            .map_or(text.len(), |(at, _)| at);
        Self { text, path_at }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        self.text.get(..self.path_at).unwrap_or_default()
    }

    /// Path, query and fragment.
    pub(crate) fn path(&self) -> &str {
        self.text.get(self.path_at..).unwrap_or_default()
    }

    /// The parameters of a callback, if there are any: behind the `#` first, since that is how we ask for them.
    pub(crate) fn callback(&self) -> Option<&str> {
        let (_, query, fragment) = self.parts();
        [fragment, query]
            .into_iter()
            .find(|text| looks_like_callback(text))
    }

    /// Path and query without the callback. Parameters of the page itself stay.
    pub(crate) fn without_callback(&self) -> String {
        let (path, query, fragment) = self.parts();
        let in_query = !looks_like_callback(fragment);
        let mut clean = path.to_owned();
        let mut separator = '?';
        for pair in query.split('&') {
            let name = pair.split('=').next().unwrap_or_default();
            if pair.is_empty() || (in_query && CALLBACK_NAMES.contains(&name)) {
                continue;
            }
            clean.push(separator);
            clean.push_str(pair);
            separator = '&';
        }
        clean
    }

    fn parts(&self) -> (&str, &str, &str) {
        let (rest, fragment) = self.path().split_once('#').unwrap_or((self.path(), ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        (path, query, fragment)
    }
}

/// Whether the browser may be sent to this authorize endpoint: https, or this machine (the emulator).
pub(crate) fn may_leave_for(endpoint: &str) -> bool {
    let local = |host: &str| {
        endpoint
            .strip_prefix("http://")
            .and_then(|rest| rest.strip_prefix(host))
            .is_some_and(|rest| rest.starts_with([':', '/']))
    };
    let remote = endpoint
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.starts_with('/'));
    remote || local("127.0.0.1") || local("localhost") || local("[::1]")
}

/// Everything that Microsoft puts into a redirect.
const CALLBACK_NAMES: [&str; 12] = [
    "code",
    "state",
    "session_state",
    "client_info",
    "iss",
    "error",
    "error_description",
    "error_subcode",
    "error_uri",
    "suberror",
    "claims",
    "correlation_id",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Address {
        Address::parse(["https://app.example:8443", path].concat())
    }

    #[test]
    fn an_address_is_taken_apart() {
        let address = at("/a//b?c=/d#e?f");
        assert_eq!(address.origin(), "https://app.example:8443");
        assert_eq!(address.path(), "/a//b?c=/d#e?f");
        assert_eq!(address.parts(), ("/a//b", "c=/d", "e?f"));
        for odd in ["", "about:blank", "data:text/html,x", "https://app.example"] {
            let address = Address::parse(odd.to_owned());
            assert_eq!([address.origin(), address.path()].concat(), odd);
            assert_eq!(address.callback(), None);
        }
    }

    #[test]
    fn a_callback_is_found_behind_the_hash_first() {
        assert_eq!(
            at("/?code=q&state=s#code=f&state=s").callback(),
            Some("code=f&state=s")
        );
        assert_eq!(at("/?error=e&state=s#").callback(), Some("error=e&state=s"));
        assert_eq!(at("/?page=2#chapter").callback(), None);
    }

    #[test]
    fn nothing_of_a_callback_stays_in_the_address() {
        for (address, clean) in [
            ("/back#code=a&state=b&session_state=c", "/back"),
            ("/back?page=2#code=a&state=b", "/back?page=2"),
            ("/back?code=a&state=b&iss=c&client_info=d#", "/back"),
            ("/back?lang=de&code=a&state=b&x", "/back?lang=de&x"),
            (
                "/back?error=a&error_description=b&suberror=c&claims=d&state=e",
                "/back",
            ),
        ] {
            assert_eq!(at(address).without_callback(), clean);
        }
    }

    #[test]
    fn the_browser_leaves_for_https_or_this_machine_only() {
        for good in [
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            "http://127.0.0.1:9123/common/oauth2/v2.0/authorize",
            "http://localhost/x",
        ] {
            assert!(may_leave_for(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "http://login.microsoftonline.com/x",
            "http://localhost.example/x",
            "http://127.0.0.1.example/x",
            "https:///x",
            "//host/x",
            "/x",
            "data:text/html,x",
            "",
        ] {
            assert!(!may_leave_for(bad), "{bad}");
        }
    }
}
