//! What every answer carries (R158–R163).

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

/// The headers of every answer, ready made. Copies share them: every request takes several.
#[derive(Clone, Debug)]
pub struct Headers {
    all: Arc<[(HeaderName, HeaderValue)]>,
}

impl Headers {
    /// `login_origin` is where a form may lead besides the site itself; and, where Microsoft asks nothing of a visitor who
    /// is signed in, on by redirects alone to one of `completion_urls`.
    #[must_use]
    pub fn new(login_origin: &str, completion_urls: &[String]) -> Self {
        let mut targets = vec![login_origin.to_owned()];
        for url in completion_urls
            .iter()
            .filter_map(|url| Url::parse(url).ok())
        {
            let origin = url.origin().ascii_serialization();
            if !targets.contains(&origin) {
                targets.push(origin);
            }
        }
        let mut all: Vec<_> = FIXED
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        // An origin that comes from a parsed address has no byte a header could not carry.
        if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&targets.join(" "))) {
            all.push((header::CONTENT_SECURITY_POLICY, policy));
        }
        Self { all: all.into() }
    }

    pub(super) fn put_on(&self, headers: &mut HeaderMap) {
        // What nobody may run anywhere has a stricter policy than documents of the site.
        let own = headers.get(header::CONTENT_SECURITY_POLICY).cloned();
        let own = own.filter(|policy| policy == SANDBOX);
        for (name, value) in &*self.all {
            headers.insert(name, value.clone());
        }
        if let Some(policy) = own {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// The policy for documents of the site, where the browser's part runs (R158–R160).
#[must_use]
pub fn content_security_policy(login_origin: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self' {login_origin}; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// The policy of what strangers wrote (R138): should a browser ever show it, then with nothing loaded, run or shared.
pub(super) const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

const FIXED: [(&str, &str); 7] = [
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
];
