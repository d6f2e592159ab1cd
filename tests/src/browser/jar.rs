//! Cookies with the rules that browsers keep (RFC 6265bis): by host whatever the port, prefixes enforced, `SameSite`
//! honoured. Loopback counts as trustworthy, as in Chromium and Firefox: `Secure` cookies work there over http.

use url::Url;

/// One browser's cookies.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
    /// Every `Set-Cookie` line that came in, for the story to look at.
    pub seen: Vec<String>,
}

/// A stored cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// The host it goes back to, and no other.
    pub host: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The path below which it is sent.
    pub path: String,
    /// Whether it travels only over secure connections and to loopback.
    pub secure: bool,
    /// Whether script is kept from it.
    pub http_only: bool,
    /// When it comes along from another site.
    pub same_site: SameSite,
}

/// When a cookie comes along on requests that another site caused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// On top-level navigations by GET. Also what no attribute means.
    Lax,
    /// Always.
    None,
}

/// Why a browser would drop a `Set-Cookie` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedCookie {
    /// No name and value in it.
    Malformed,
    /// `__Host-` without `Secure`, with `Domain`, or with a path.
    HostPrefix,
    /// `__Secure-` without `Secure`.
    SecurePrefix,
    /// `SameSite=None` without `Secure`.
    NoneInsecure,
    /// Name and value longer than 4096 bytes.
    TooLong,
    /// `Domain`: nobody here needs it.
    Domain,
}

impl Jar {
    /// Takes in one `Set-Cookie` line of an answer from `url`.
    ///
    /// # Errors
    /// [`RefusedCookie`] where a browser drops it.
    pub fn set(&mut self, url: &Url, line: &str) -> Result<(), RefusedCookie> {
        self.seen.push(line.to_owned());
        let (cookie, gone) = read(url, line)?;
        self.cookies.retain(|known| {
            !(known.host == cookie.host && known.name == cookie.name && known.path == cookie.path)
        });
        if !gone {
            self.cookies.push(cookie);
        }
        Ok(())
    }

    /// Puts a cookie in, as a tampering visitor would.
    pub fn insert(&mut self, cookie: Cookie) {
        self.cookies
            .retain(|known| !(known.host == cookie.host && known.name == cookie.name));
        self.cookies.push(cookie);
    }

    /// The cookie of this name at `host`.
    #[must_use]
    pub fn find(&self, host: &str, name: &str) -> Option<&Cookie> {
        self.cookies
            .iter()
            .find(|cookie| cookie.host == host && cookie.name == name)
    }

    /// Forgets the cookies of this name.
    pub fn remove(&mut self, name: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
    }

    /// The `Cookie` header for a request to `url`, if there is any to send. `cross_site` says that another site caused
    /// the request, `top_level_get` that it is a navigation by GET.
    #[must_use]
    pub fn header(&self, url: &Url, cross_site: bool, top_level_get: bool) -> Option<String> {
        let fits = |cookie: &&Cookie| {
            cookie.host == host_of(url)
                && path_matches(&cookie.path, url.path())
                && match cookie.same_site {
                    SameSite::Strict => !cross_site,
                    SameSite::Lax => !cross_site || top_level_get,
                    SameSite::None => true,
                }
        };
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .filter(fits)
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// The cookie of a line and whether it deletes.
fn read(url: &Url, line: &str) -> Result<(Cookie, bool), RefusedCookie> {
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts
        .next()
        .and_then(|pair| pair.split_once('='))
        .ok_or(RefusedCookie::Malformed)?;
    if name.is_empty() {
        return Err(RefusedCookie::Malformed);
    }
    let mut cookie = Cookie {
        host: host_of(url),
        name: name.to_owned(),
        value: value.to_owned(),
        path: "/".to_owned(),
        secure: false,
        http_only: false,
        same_site: SameSite::Lax,
    };
    let (mut gone, mut path_given) = (false, false);
    for attribute in parts {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        match key.to_ascii_lowercase().as_str() {
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "path" => (cookie.path, path_given) = (value.to_owned(), true),
            "max-age" => gone = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
            "samesite" => cookie.same_site = same_site(value),
            "domain" => return Err(RefusedCookie::Domain),
            _ => {}
        }
    }
    check(&cookie, path_given)?;
    Ok((cookie, gone))
}

fn check(cookie: &Cookie, path_given: bool) -> Result<(), RefusedCookie> {
    let name = cookie.name.to_ascii_lowercase();
    if cookie.name.len() + cookie.value.len() > 4096 {
        return Err(RefusedCookie::TooLong);
    }
    if name.starts_with("__host-") && !(cookie.secure && path_given && cookie.path == "/") {
        return Err(RefusedCookie::HostPrefix);
    }
    if name.starts_with("__secure-") && !cookie.secure {
        return Err(RefusedCookie::SecurePrefix);
    }
    if cookie.same_site == SameSite::None && !cookie.secure {
        return Err(RefusedCookie::NoneInsecure);
    }
    Ok(())
}

fn same_site(value: &str) -> SameSite {
    match value.to_ascii_lowercase().as_str() {
        "strict" => SameSite::Strict,
        "none" => SameSite::None,
        _ => SameSite::Lax,
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn path_matches(cookie: &str, request: &str) -> bool {
    let below = request.strip_prefix(cookie);
    below.is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "__Host-a=1; Secure; HttpOnly; Path=/; SameSite=Strict";

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_strict_cookie_stays_home_when_another_site_calls() {
        let mut jar = Jar::default();
        let here = url("http://localhost:1/x");
        jar.set(&here, SESSION).unwrap();
        jar.set(&here, "__Host-b=2; Secure; Path=/; SameSite=Lax")
            .unwrap();
        assert_eq!(
            jar.header(&here, false, false).as_deref(),
            Some("__Host-a=1; __Host-b=2")
        );
        assert_eq!(jar.header(&here, true, true).as_deref(), Some("__Host-b=2"));
        assert_eq!(jar.header(&here, true, false), None);
        assert_eq!(jar.header(&url("http://127.0.0.1:1/x"), false, false), None);
    }

    #[test]
    fn a_cookie_of_a_broken_promise_is_dropped() {
        let here = url("http://localhost:1/");
        let refused = |line: &str| Jar::default().set(&here, line).unwrap_err();
        assert_eq!(refused("__Host-a=1; Path=/"), RefusedCookie::HostPrefix);
        assert_eq!(refused("__Host-a=1; Secure"), RefusedCookie::HostPrefix);
        assert_eq!(
            refused("__Host-a=1; Secure; Path=/; Domain=localhost"),
            RefusedCookie::Domain
        );
        assert_eq!(refused("__secure-a=1"), RefusedCookie::SecurePrefix);
        assert_eq!(refused("a=1; SameSite=None"), RefusedCookie::NoneInsecure);
        assert_eq!(refused("a"), RefusedCookie::Malformed);
    }

    #[test]
    fn a_cookie_ends_when_its_age_does() {
        let mut jar = Jar::default();
        let here = url("http://localhost:1/");
        jar.set(&here, SESSION).unwrap();
        jar.set(&here, "__Host-a=; Secure; Path=/; Max-Age=0")
            .unwrap();
        assert_eq!(jar.find("localhost", "__Host-a"), None);
    }
}
