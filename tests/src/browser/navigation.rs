//! Navigating and fetching with the headers a browser adds.

use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::Method;
use url::Url;

use super::{Answer, Document, Jar, Request};

/// One visitor's browser. Requests may run side by side, as tabs do.
#[derive(Debug, Default)]
pub struct Browser {
    jar: Mutex<Jar>,
    seen: Mutex<Vec<String>>,
}

/// Where a navigation ended.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The address bar, fragment and all.
    pub url: Url,
    /// The page.
    pub answer: Answer,
}

impl Landing {
    /// The page, read.
    #[must_use]
    pub fn document(&self) -> Document {
        Document::read(&self.answer.body)
    }
}

impl Browser {
    /// An empty browser.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Its cookies.
    pub fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that pages at `localhost` could see so far: addresses, headers, bodies.
    pub fn seen(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Presses something on the page at `here`, or goes to an address it names: a navigation of the whole tab, which
    /// follows redirects.
    pub async fn navigate(&self, here: &Url, mut request: Request) -> Landing {
        let mut cross_site = false;
        let mut url = request.url.clone();
        loop {
            cross_site |= site(here) != site(&url);
            let relation = if cross_site {
                "cross-site"
            } else {
                relation(here, &url)
            };
            let answer = self
                .send(navigation(request, here, relation), cross_site, true)
                .await;
            let Some(location) = redirected(&answer) else {
                return Landing { url, answer };
            };
            url = url.join(location).expect("a place to go");
            request = Request::new(Method::GET, url.clone());
        }
    }

    /// What `fetch` sends from a page at `here`.
    pub async fn fetch(&self, here: &Url, request: Request) -> Answer {
        let relation = relation(here, &request.url);
        let mut request = request
            .header("sec-fetch-site", relation)
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-dest", "empty");
        if relation != "same-origin" || request.method != Method::GET {
            request = request.header("origin", here.origin().ascii_serialization());
        }
        self.send(request, relation == "cross-site", false).await
    }

    /// Sends a request as it is, with the cookies that belong to it, and takes in those of the answer.
    pub async fn send(&self, request: Request, cross_site: bool, top_level: bool) -> Answer {
        let cookies = self.jar().header(
            &request.url,
            cross_site,
            top_level && request.method == Method::GET,
        );
        let address = request.url.clone();
        let mut request = match cookies {
            Some(cookies) => request.header("cookie", cookies),
            None => request,
        };
        request.url.set_fragment(None);
        let answer = Answer {
            url: address,
            ..request.send().await
        };
        self.take_in(&answer, top_level);
        answer
    }

    fn take_in(&self, answer: &Answer, top_level: bool) {
        for line in answer.headers("set-cookie") {
            let set = self.jar().set(&answer.url, line);
            assert_eq!(set, Ok(()), "a browser drops `{line}`");
        }
        // No document ever stands at an address that a navigation was sent on from.
        let passed_by = top_level && redirected(answer).is_some();
        if answer.url.host_str() == Some("localhost") && !passed_by {
            let mut visible = answer.clone();
            // What script cannot read, and what the address carries for its one hop.
            visible.headers.retain(|(name, _)| name != "set-cookie");
            visible.url.set_fragment(None);
            self.seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(visible.as_text());
        }
    }
}

fn navigation(request: Request, here: &Url, relation: &str) -> Request {
    let origin = here.origin().ascii_serialization();
    let posted = request.method == Method::POST;
    let request = request
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .header("accept-language", "en-GB,en;q=0.9")
        .header("sec-fetch-site", relation)
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-user", "?1");
    if posted {
        request.header("origin", origin)
    } else {
        request
    }
}

/// `Sec-Fetch-Site` of a request that a page at `from` causes.
fn relation(from: &Url, to: &Url) -> &'static str {
    match (from.origin() == to.origin(), site(from) == site(to)) {
        (true, _) => "same-origin",
        (false, true) => "same-site",
        (false, false) => "cross-site",
    }
}

/// Scheme and host: hosts without a registrable domain, such as `localhost` and addresses, are sites of their own.
fn site(url: &Url) -> (&str, &str) {
    (url.scheme(), url.host_str().unwrap_or_default())
}

fn redirected(answer: &Answer) -> Option<&str> {
    let redirect = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
    assert!(
        !matches!(answer.status, 307 | 308),
        "R32: {} repeats a body elsewhere",
        answer.url
    );
    answer.header("location").filter(|_| redirect)
}
