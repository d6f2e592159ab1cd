//! Somebody with a browser of their own who connects a mailbox.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    browser::{Answer, Browser, Control, Landing, Request},
    integrator,
    page::{Attempt, Callback, Page},
};

/// A visitor of the site. Clones share one browser, as tabs do.
#[derive(Clone, Debug)]
pub struct Visitor {
    browser: Arc<Browser>,
    site: Url,
}

/// How somebody answers at Microsoft.
#[derive(Clone, Copy, Debug)]
pub enum Answering<'person> {
    /// Agrees to everything, as the person with this address (its part before the `@` is enough).
    Yes(&'person str),
    /// Turns back on the first page.
    TurnsBack,
    /// Signs in as the person with this address and declines.
    Declines(&'person str),
    /// Signs in as the person with this address, may not agree, and returns.
    Returns(&'person str),
}

impl Visitor {
    /// Somebody new at `site` (its origin with a slash).
    #[must_use]
    pub fn arriving_at(site: &Url) -> Self {
        Self {
            browser: Arc::new(Browser::new()),
            site: site.clone(),
        }
    }

    /// The same person with the same browser at another origin of the site.
    #[must_use]
    pub fn at(&self, site: &Url) -> Self {
        Self {
            browser: Arc::clone(&self.browser),
            site: site.clone(),
        }
    }

    /// The browser.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// The site's page in a tab.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        Page::new(&self.browser, &self.site)
    }

    /// Starts an attempt and goes through Microsoft's pages, up to the redirect back.
    pub async fn sign_in(&self, answering: Answering<'_>) -> (Attempt, Callback) {
        let attempt = self.page().start_attempt(&json!({})).await;
        let callback = self.authorize(&attempt, answering).await;
        (attempt, callback)
    }

    /// As [`Visitor::sign_in`], in a browser where somebody else has signed in before: asks to choose.
    pub async fn sign_in_anew(&self, answering: Answering<'_>) -> (Attempt, Callback) {
        let choose = json!({"prompt": "select_account"});
        let attempt = self.page().start_attempt(&choose).await;
        let callback = self.authorize(&attempt, answering).await;
        (attempt, callback)
    }

    /// Takes an attempt through Microsoft's pages, up to the redirect back.
    ///
    /// # Panics
    /// If the pages lead nowhere.
    pub async fn authorize(&self, attempt: &Attempt, answering: Answering<'_>) -> Callback {
        let mut landing = self
            .browser
            .navigate(
                &self.site,
                Request::new(Method::GET, attempt.authorize_url()),
            )
            .await;
        for _ in 0..MOST_PAGES {
            if landing.url.origin() == self.site.origin() {
                return Callback::read(&landing.url);
            }
            let request = press(&landing, answering);
            landing = self.browser.navigate(&landing.url, request).await;
        }
        panic!("still at {}", landing.url);
    }

    /// The whole way: the outcome of connecting `person`'s mailbox.
    ///
    /// # Panics
    /// If it does not end connected.
    pub async fn connect(&self, person: &str) -> Connected {
        let (attempt, callback) = match self.session_handle() {
            None => self.sign_in(Answering::Yes(person)).await,
            Some(_) => self.sign_in_anew(Answering::Yes(person)).await,
        };
        let answer = self.page().finish(&attempt, &callback).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let outcome = answer.json();
        assert_eq!(outcome["status"], "connected", "{outcome}");
        Connected {
            visitor: self.clone(),
            account: outcome["account"].clone(),
        }
    }

    /// Connects as a browser without script does: opens the page behind the link, presses its button, and goes through
    /// Microsoft's pages. Where that ends, with what it says.
    ///
    /// # Panics
    /// If the pages lead nowhere.
    pub async fn connect_without_script(&self, fields: &str, answering: Answering<'_>) -> Landing {
        let link = format!("/outlook/v1/connect?{fields}");
        let link = self.site.join(&link).expect("a link");
        let mut landing = self
            .browser
            .navigate(&self.site, Request::new(Method::GET, link))
            .await;
        let document = landing.document();
        let mut request = document
            .labelled("Continue to Microsoft")
            .pressed(&landing.url);
        for _ in 0..MOST_PAGES {
            landing = self.browser.navigate(&landing.url, request).await;
            if landing.url.origin() == self.site.origin() {
                return landing;
            }
            request = press(&landing, answering);
        }
        panic!("still at {}", landing.url);
    }

    /// Follows a hosted link from a letter, presses its button, and goes through Microsoft's pages. Where that ends.
    ///
    /// # Panics
    /// If the pages lead nowhere.
    pub async fn follow_link(&self, url: &Url, answering: Answering<'_>) -> Landing {
        let at_microsoft = self.begin_with_link(url).await;
        self.answer_until_back(at_microsoft, answering).await
    }

    /// Follows a hosted link and presses its button: where that leads, which is Microsoft if all is well.
    pub async fn begin_with_link(&self, url: &Url) -> Landing {
        let letter = "https://mail.example/".parse().expect("an address");
        let request = Request::new(Method::GET, url.clone());
        let landing = self.browser.navigate(&letter, request).await;
        let document = landing.document();
        let button = document.labelled("Continue to Microsoft");
        let pressed = button.pressed(&landing.url);
        self.browser.navigate(&landing.url, pressed).await
    }

    /// Goes on through Microsoft's pages until they lead back.
    ///
    /// # Panics
    /// If the pages lead nowhere.
    pub async fn answer_until_back(&self, mut at: Landing, answering: Answering<'_>) -> Landing {
        let ours = [self.site.origin(), integrator::site().origin()];
        for _ in 0..MOST_PAGES {
            if ours.contains(&at.url.origin()) {
                return at;
            }
            let request = press(&at, answering);
            at = self.browser.navigate(&at.url, request).await;
        }
        panic!("still at {}", at.url);
    }

    /// The value of the session cookie, as it stands in the jar.
    #[must_use]
    pub fn session_handle(&self) -> Option<String> {
        self.cookie(SESSION_COOKIE)
    }

    /// The value of a cookie of the site.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let host = self.site.host_str().unwrap_or_default();
        self.browser
            .jar()
            .find(host, name)
            .map(|cookie| cookie.value.clone())
    }
}

/// A visitor with a connected mailbox.
#[derive(Clone, Debug)]
pub struct Connected {
    /// Who.
    pub visitor: Visitor,
    /// The account as the outcome showed it.
    pub account: Value,
}

impl Connected {
    /// The account's id.
    ///
    /// # Panics
    /// If the outcome had none.
    #[must_use]
    pub fn id(&self) -> &str {
        self.account["id"].as_str().expect("an account has an id")
    }

    /// `GET /v1/accounts/{account}{rest}`.
    pub async fn get(&self, rest: &str) -> Answer {
        self.visitor
            .page()
            .get(&format!("/v1/accounts/{}{rest}", self.id()))
            .await
    }

    /// The inbox's first page.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn inbox(&self) -> Vec<Value> {
        let answer = self.get("/messages?folder=inbox&limit=25").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["messages"]
            .as_array()
            .expect("messages")
            .clone()
    }

    /// The path of the message with this subject, below the account.
    ///
    /// # Panics
    /// If it is not in the inbox.
    pub async fn message_about(&self, subject: &str) -> String {
        let answer = self.get("/messages?folder=inbox&limit=100").await;
        let list = answer.json();
        let mut messages = list["messages"].as_array().expect("messages").iter();
        let found = messages.find(|message| message["subject"] == subject);
        let id = found.and_then(|message| message["id"].as_str());
        format!("/messages/{}", id.expect("a message about it"))
    }

    /// The path of the only attachment of the message with this subject, below the account.
    ///
    /// # Panics
    /// If there is none.
    pub async fn attachment_of(&self, subject: &str) -> String {
        let list = format!("{}/attachments", self.message_about(subject).await);
        let attachments = self.get(&list).await.json();
        let id = attachments["attachments"][0]["id"].as_str();
        format!("{list}/{}", id.expect("an attachment"))
    }

    /// Disconnects the account.
    pub async fn disconnect(&self) -> Answer {
        self.visitor
            .page()
            .delete(&format!("/v1/accounts/{}", self.id()))
            .await
    }
}

/// What this visitor presses on this page of Microsoft's.
fn press(landing: &Landing, answering: Answering<'_>) -> Request {
    let document = landing.document();
    let person = match answering {
        Answering::TurnsBack => return document.labelled("Cancel").pressed(&landing.url),
        Answering::Yes(person) | Answering::Declines(person) | Answering::Returns(person) => person,
    };
    let name = format!("{}@", person.split('@').next().unwrap_or(person));
    // Somebody else's name was filled in.
    if document.text.contains('@') && !document.text.contains(&name) {
        let label = "Choose a different account";
        let mut controls = document.controls.iter();
        if let Some(other) = controls.find(|control| control.label == label) {
            return other.pressed(&landing.url);
        }
    }
    let offers = |control: &&Control| control.label.contains(&name);
    if let Some(choice) = document.controls.iter().find(offers) {
        return choice.pressed(&landing.url);
    }
    let asks = document.text.contains("Permissions requested");
    let control = match answering {
        Answering::Declines(_) if asks => document.labelled("Cancel"),
        Answering::Returns(_) if document.text.contains("Need admin approval") => {
            document.labelled("Return to the app")
        }
        _ => document.only_with("data-primary"),
    };
    control.pressed(&landing.url)
}

/// The cookie that carries the session handle.
pub const SESSION_COOKIE: &str = "__Host-connect-outlook-session";
/// The cookie that binds attempts to a browser.
pub const FLOW_COOKIE: &str = "__Host-connect-outlook-flow";
const MOST_PAGES: usize = 8;
