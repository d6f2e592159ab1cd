//! Addresses of pages: where a callback stands in them, and what is left when it is taken out.

use connect_outlook_protocol::callback::looks_like_callback;

/// The part of an address that answers an attempt, without its `?` or `#`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallbackPart<'a> {
    /// `response_mode=fragment`: reached no server.
    Fragment(&'a str),
    /// `response_mode=query`.
    Query(&'a str),
}

impl<'a> CallbackPart<'a> {
    /// Finds the callback in an address, given `location.search` and `location.hash`. The fragment comes first: that
    /// is how we ask for it.
    pub(crate) fn find(search: &'a str, hash: &'a str) -> Option<Self> {
        if looks_like_callback(hash) {
            Some(Self::Fragment(hash))
        } else if looks_like_callback(search) {
            Some(Self::Query(search))
        } else {
            None
        }
    }

    /// The parameters.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Fragment(text) | Self::Query(text) => text,
        }
    }
}

/// The address without the callback. Parameters of the page itself stay.
pub(crate) fn without_callback(path: &str, search: &str, part: CallbackPart<'_>) -> String {
    match part {
        CallbackPart::Fragment(_) => format!("{path}{search}"),
        // The fragment of a query callback is Microsoft's empty `#`, or what the browser carried along.
        CallbackPart::Query(query) => {
            let kept: Vec<&str> = query
                .trim_start_matches('?')
                .split('&')
                .filter(|pair| !pair.is_empty() && !belongs_to_callback(pair))
                .collect();
            if kept.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{}", kept.join("&"))
            }
        }
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

fn belongs_to_callback(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    CALLBACK_NAMES.contains(&name)
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

    #[test]
    fn a_callback_is_found_behind_the_hash_first() {
        assert_eq!(
            CallbackPart::find("?code=q&state=s", "#code=f&state=s"),
            Some(CallbackPart::Fragment("#code=f&state=s"))
        );
        assert_eq!(
            CallbackPart::find("?error=e&state=s", "#"),
            Some(CallbackPart::Query("?error=e&state=s"))
        );
        assert_eq!(CallbackPart::find("?page=2", "#chapter"), None);
    }

    #[test]
    fn nothing_of_a_callback_stays_in_the_address() {
        let clean = |search: &str, hash: &str| {
            without_callback("/back", search, CallbackPart::find(search, hash).unwrap())
        };
        assert_eq!(clean("", "#code=a&state=b&session_state=c"), "/back");
        assert_eq!(clean("?page=2", "#code=a&state=b"), "/back?page=2");
        assert_eq!(clean("?code=a&state=b&iss=c&client_info=d", "#"), "/back");
        assert_eq!(clean("?lang=de&code=a&state=b&x", ""), "/back?lang=de&x");
        assert_eq!(
            clean(
                "?error=a&error_description=b&suberror=c&claims=d&state=e",
                ""
            ),
            "/back"
        );
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
