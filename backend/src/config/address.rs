//! Addresses in settings: parsed by the WHATWG rules, and kept only in the shape that was meant.

use std::net::IpAddr;

use url::{Host, Url};

/// Scheme, host and port of the site, as browsers write it in `Origin`: `https://app.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOrigin {
    url: Url,
    text: String,
}

impl SiteOrigin {
    /// `https`, or `http` on a loopback host; no path, no query, no user.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = bare_origin(text)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err("may begin with http:// only on a loopback host; use https://"),
            _ => return Err("must begin with https://"),
        }
        let text = url.origin().ascii_serialization();
        Ok(Self { url, text })
    }

    /// As it stands in an `Origin` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// To resolve paths against.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether nobody but this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}

/// The origin of an emulator: a loopback host and nothing else, without a slash at its end. `https` only where there is an
/// authority to believe.
pub(super) fn insecure_origin(text: &str, authority: bool) -> Result<String, &'static str> {
    let url = bare_origin(text)?;
    match url.scheme() {
        "http" => {}
        "https" if authority => {}
        "https" => {
            return Err(
                "must begin with http://, or `insecure_authority_file` has to name whom to believe",
            );
        }
        _ => return Err("must begin with http://: it is for an emulator on this machine"),
    }
    if !is_loopback(&url) {
        return Err("may name a loopback host only: 127.0.0.1, [::1] or localhost");
    }
    Ok(url.origin().ascii_serialization())
}

/// A redirect URI is repeated byte for byte (R33), so it is checked and not rewritten (R35).
pub(super) fn redirect_uri(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not an absolute address")?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !plain {
        return Err("must have neither user nor fragment");
    }
    match url.scheme() {
        "https" => Ok(text.to_owned()),
        "http" if is_loopback(&url) => Ok(text.to_owned()),
        _ => Err("must begin with https://, or with http:// on a loopback host"),
    }
}

/// Where the routes hang: `/outlook`, or `/` for none.
pub(super) fn base_path(text: &str) -> Result<String, &'static str> {
    if text == "/" {
        return Ok(String::new());
    }
    let path = text.strip_prefix('/').ok_or("must begin with a slash")?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let named = path
        .split('/')
        .all(|segment| !segment.is_empty() && segment.bytes().all(allowed));
    if named {
        Ok(text.to_owned())
    } else {
        Err("may hold letters, digits, hyphens and underscores between slashes")
    }
}

fn bare_origin(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not an absolute address")?;
    let bare = url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if bare {
        Ok(url)
    } else {
        Err("must be scheme, host and port alone, such as https://app.example")
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_https_or_loopback() {
        for (good, origin) in [
            ("https://app.example", "https://app.example"),
            ("https://App.Example:443/", "https://app.example"),
            ("http://localhost:8400", "http://localhost:8400"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("http://[::1]", "http://[::1]"),
        ] {
            assert_eq!(SiteOrigin::parse(good).unwrap().as_str(), origin);
        }
        for bad in [
            "",
            "app.example",
            "http://app.example",
            "ftp://app.example",
            "https://app.example/path",
            "https://user@app.example",
            "https://app.example?x",
            "https://app.example#x",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://169.254.169.254",
        ] {
            assert!(SiteOrigin::parse(bad).is_err(), "{bad}");
        }
    }

    /// R11, R6: the insecure switch leads to this machine and nowhere else, in every spelling.
    #[test]
    fn an_emulator_lives_on_loopback() {
        for (good, origin) in [
            ("http://127.0.0.1:8401", "http://127.0.0.1:8401"),
            ("http://127.1:8401/", "http://127.0.0.1:8401"),
            ("http://[::1]:8401", "http://[::1]:8401"),
            ("http://localhost:8401", "http://localhost:8401"),
            ("https://127.0.0.1:8401/", "https://127.0.0.1:8401"),
        ] {
            assert_eq!(insecure_origin(good, true).unwrap(), origin);
        }
        assert!(insecure_origin("https://127.0.0.1:8401", false).is_err());
        for bad in [
            "http://emulator",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::]",
            "https://emulator",
            "https://login.microsoftonline.com",
            "ftp://127.0.0.1",
            "http://localhost.",
            "http://127.0.0.1@evil.example",
            "http://evil.example#127.0.0.1",
            "http://[::ffff:10.0.0.1]",
            "http://127.0.0.1/x",
        ] {
            assert!(insecure_origin(bad, true).is_err(), "{bad}");
        }
    }

    /// R33, R35
    #[test]
    fn a_redirect_uri_is_https_or_loopback_and_stays_as_written() {
        for good in [
            "https://app.example/outlook-callback",
            "https://App.example/CB?x=1",
            "http://localhost/outlook-callback",
        ] {
            assert_eq!(redirect_uri(good).unwrap(), good);
        }
        for bad in [
            "/callback",
            "http://app.example/cb",
            "https://app.example/cb#x",
            "https://u@app.example/",
            "myapp://cb",
        ] {
            assert!(redirect_uri(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_base_path_is_plain_segments() {
        assert_eq!(base_path("/").unwrap(), "");
        assert_eq!(base_path("/outlook/v-1").unwrap(), "/outlook/v-1");
        for bad in [
            "", "outlook", "//", "/a/", "/a//b", "/{x}", "/a b", "/..", "/%2e",
        ] {
            assert!(base_path(bad).is_err(), "{bad}");
        }
    }
}
