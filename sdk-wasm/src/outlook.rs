//! The class that JavaScript sees.

use std::cell::RefCell;

use connect_outlook_protocol::outcome::Reason;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::backend::Backend;
use crate::connect;
use crate::error::{bad_options, outcome_of, to_js};
use crate::fields::{member, text};
use crate::options::{self, ConnectOptions};
use crate::page::Page;
use crate::paths;
use crate::redirect;

/// Outlook mailboxes of this browser's session, through one backend.
///
/// Objects go out as plain JavaScript objects; what is thrown has `code`, `actor`, `next`, `message` and perhaps
/// `correlation_id`. `index.js` wraps both, and is what pages import.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Outlook {
    backend: Backend,
    /// The account that calls are for unless they say; known after the first look at the session.
    first_account: RefCell<Option<String>>,
}

#[wasm_bindgen]
impl Outlook {
    /// `options.backend`: the path under which the backend is mounted, such as `/outlook`.
    ///
    /// # Errors
    /// `bad_options` for a path of another site, `no_page` outside a page.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Outlook, JsValue> {
        Self::open(options).map_err(|reason| to_js(&reason))
    }

    /// Sends the browser to Microsoft to connect a mailbox. `undefined` means the page is being left; otherwise the
    /// outcome says why not.
    ///
    /// # Errors
    /// `bad_options`.
    pub async fn connect(&self, options: JsValue) -> Result<JsValue, JsValue> {
        let options = ConnectOptions::read(&options).map_err(|reason| to_js(&reason))?;
        let started = match Page::current() {
            Ok(page) => connect::start(&page, &self.backend, options).await,
            Err(reason) => Err(reason),
        };
        match started {
            Ok(()) => Ok(JsValue::UNDEFINED),
            Err(reason) if reason.code == "bad_options" => Err(to_js(&reason)),
            Err(reason) => Ok(to_js(&outcome_of(reason))),
        }
    }

    /// Finishes what `connect` began, on the page that Microsoft sends the visitor back to. `null`: this page is not
    /// an answer to us.
    ///
    /// # Errors
    /// None that is ordinary: everything is an outcome.
    #[wasm_bindgen(js_name = completeRedirect)]
    pub async fn complete_redirect(&self) -> Result<JsValue, JsValue> {
        self.forget_account();
        let taken = Page::current().and_then(|page| redirect::take(&page));
        let finished = match taken {
            Ok(None) => return Ok(JsValue::NULL),
            Ok(Some(returned)) => redirect::finish(&self.backend, returned).await,
            Err(reason) => Err(reason),
        };
        Ok(finished.unwrap_or_else(|reason| to_js(&outcome_of(reason))))
    }

    /// Who is connected in this browser, or `null`.
    ///
    /// # Errors
    /// The problem that the backend names, or `unreachable`; so below.
    pub async fn session(&self) -> Result<JsValue, JsValue> {
        let session = self.look_at_session().await;
        session.map_err(|reason| to_js(&reason))
    }

    /// Ends the session of this browser. The mailboxes stay connected on the server.
    #[wasm_bindgen(js_name = signOut)]
    pub async fn sign_out(&self) -> Result<(), JsValue> {
        self.forget_account();
        let done = self.backend.delete(paths::SESSION).await;
        done.map_err(|reason| to_js(&reason))
    }

    /// Disconnects a mailbox: the server destroys its tokens.
    pub async fn disconnect(&self, account: String) -> Result<(), JsValue> {
        self.forget_account();
        let done = match paths::account(&account) {
            Ok(path) => self.backend.delete(&path).await,
            Err(reason) => Err(reason),
        };
        done.map_err(|reason| to_js(&reason))
    }

    /// The folders of a mailbox. `options.account`: which, unless the first of the session; so below.
    pub async fn folders(&self, options: JsValue) -> Result<JsValue, JsValue> {
        self.ask_mail(&options, paths::folders).await
    }

    /// A page of messages, newest first. `options`: `folder`, `cursor`, `limit`, `account`.
    pub async fn messages(&self, options: JsValue) -> Result<JsValue, JsValue> {
        let query = options::message_query(&options).map_err(|reason| to_js(&reason))?;
        self.ask_mail(&options, |account| paths::messages(account, &query))
            .await
    }

    /// One message with its text.
    pub async fn message(&self, id: String, options: JsValue) -> Result<JsValue, JsValue> {
        self.ask_mail(&options, |account| paths::message(account, &id))
            .await
    }
}

impl Outlook {
    fn open(options: &JsValue) -> Result<Self, Reason> {
        let origin = Page::current()?.origin()?;
        let named = text(options, "backend").ok_or_else(|| bad_options("backend is missing"))?;
        let mount = options::mount(&named, &origin)?;
        Ok(Self {
            backend: Backend::new(&origin, &mount),
            first_account: RefCell::new(None),
        })
    }

    async fn look_at_session(&self) -> Result<JsValue, Reason> {
        match self.backend.read(paths::SESSION).await {
            Err(reason) if reason.code == "no_session" => Ok(JsValue::NULL),
            other => other,
        }
    }

    async fn ask_mail(
        &self,
        options: &JsValue,
        path: impl Fn(&str) -> Result<String, Reason>,
    ) -> Result<JsValue, JsValue> {
        let answer = async {
            let account = match options::account(options)? {
                Some(account) => account,
                None => self.default_account().await?,
            };
            self.backend.read(&path(&account)?).await
        };
        answer.await.map_err(|reason: Reason| {
            if reason.code == "account_unknown" {
                self.forget_account();
            }
            to_js(&reason)
        })
    }

    async fn default_account(&self) -> Result<String, Reason> {
        let known = self.first_account.borrow().clone();
        if let Some(account) = known {
            return Ok(account);
        }
        let session = self.backend.read(paths::SESSION).await?;
        let first = js_sys::Reflect::get_u32(&member(&session, "accounts"), 0)
            .unwrap_or(JsValue::UNDEFINED);
        let account = text(&first, "id").ok_or_else(no_account)?;
        self.first_account.replace(Some(account.clone()));
        Ok(account)
    }

    fn forget_account(&self) {
        self.first_account.replace(None);
    }
}

fn no_account() -> Reason {
    use connect_outlook_protocol::refusal::{Actor, Next};
    crate::error::reason(
        "no_account",
        Actor::Visitor,
        Next::SignInAgain,
        "No mailbox is connected.",
    )
}
