//! One backend, and the account that calls are for.

use std::cell::RefCell;

use connect_outlook_protocol::refusal::{Actor, Next};
use wasm_bindgen::JsValue;

use crate::attempt::Waiting;
use crate::backend::Backend;
use crate::error::{Trouble, bad_options, trouble};
use crate::fields::{member, text};
use crate::options::{self, ConnectOptions};
use crate::page::Page;
use crate::paths::{self, MailPath};
use crate::{connect, redirect};

/// A call of the page, with what it passed.
pub(crate) enum Call {
    /// Go to Microsoft.
    Connect(JsValue),
    /// Begin an attempt for a window of its own.
    OpenWindow(JsValue),
    /// Finish what `Connect` began.
    CompleteRedirect,
    /// Finish what `OpenWindow` began: the address that the window was sent back to.
    CompleteWindow(JsValue),
    /// Who is connected?
    Session,
    /// End the session.
    SignOut,
    /// Have an account's tokens destroyed.
    Disconnect(JsValue),
    /// Something of a mailbox.
    Mail(JsValue, Result<MailPath, Trouble>),
}

/// What the calls of one [`crate::Outlook`] share.
#[derive(Debug)]
pub(crate) struct Client {
    /// Where everything is asked.
    pub(crate) backend: Backend,
    /// The account that mail is asked of unless the page says; known after the first look at the session.
    first_account: RefCell<Option<String>>,
    /// Attempts whose visitors are at Microsoft in a window of their own.
    windows: Waiting,
}

impl Client {
    /// Reads `options.backend` and `options.held`, the page's keeper of handles.
    ///
    /// # Errors
    /// `bad_options` for an address of another site where the page holds no handles, `no_page` outside a page.
    pub(crate) fn open(options: &JsValue) -> Result<Self, Trouble> {
        let address = Page::current()?.address();
        let named = text(options, "backend").ok_or_else(|| bad_options("backend is missing"))?;
        let held = member(options, "held");
        let elsewhere = text(&held, "flow").is_some();
        let base = options::base(&named, address.origin(), elsewhere)?;
        Ok(Self {
            backend: Backend::new(base, held),
            first_account: RefCell::new(None),
            windows: Waiting::default(),
        })
    }

    /// Answers a call: one kind of future for all of them, since each of its own would repeat what surrounds it in
    /// the module.
    ///
    /// # Errors
    /// The problem the backend names, `unreachable`, or `bad_options`. What ends an attempt to connect is an outcome
    /// instead.
    pub(crate) async fn answer(&self, call: Call) -> Result<JsValue, Trouble> {
        if !matches!(call, Call::Mail(..)) {
            // The session may have another first account afterwards.
            self.first_account.replace(None);
        }
        match call {
            Call::Connect(options) => self.start(options, None).await,
            Call::OpenWindow(options) => self.start(options, Some(&self.windows)).await,
            Call::CompleteRedirect => Ok(ended(redirect::finish(&self.backend).await)),
            Call::CompleteWindow(address) => {
                let address = options::identifier(&address)?;
                Ok(ended(
                    redirect::finish_window(&self.backend, &self.windows, address).await,
                ))
            }
            Call::Session => match self.session(&JsValue::UNDEFINED).await {
                Ok(nobody) if nobody.is_undefined() => Ok(JsValue::NULL),
                Err(trouble) if trouble.is("no_session") => Ok(JsValue::NULL),
                other => other,
            },
            Call::SignOut => self.backend.delete(paths::SESSION).await,
            Call::Disconnect(account) => {
                let path = paths::account(&options::identifier(&account)?)?;
                self.backend.delete(&path).await
            }
            Call::Mail(options, path) => {
                let path = path?.of(&self.account(&options).await?)?;
                self.backend.read(&path, &member(&options, "signal")).await
            }
        }
    }

    async fn start(&self, options: JsValue, popup: Option<&Waiting>) -> Result<JsValue, Trouble> {
        let options = ConnectOptions::read(options)?;
        Ok(ended(connect::start(&self.backend, &options, popup).await))
    }

    fn session(&self, signal: &JsValue) -> impl Future<Output = Result<JsValue, Trouble>> {
        self.backend.read(paths::SESSION, signal)
    }

    async fn account(&self, options: &JsValue) -> Result<String, Trouble> {
        let known = options::account(options)?.or_else(|| self.first_account.borrow().clone());
        if let Some(account) = known {
            return Ok(account);
        }
        let session = self.session(&member(options, "signal")).await?;
        let account =
            text(&member(&member(&session, "accounts"), "0"), "id").ok_or_else(no_account)?;
        self.first_account.replace(Some(account.clone()));
        Ok(account)
    }
}

/// What ends an attempt is an outcome, whatever it was.
fn ended(step: Result<JsValue, Trouble>) -> JsValue {
    step.unwrap_or_else(Trouble::into_outcome)
}

fn no_account() -> Trouble {
    trouble(
        "no_account",
        Actor::Visitor,
        Next::SignInAgain,
        "No mailbox is connected.",
    )
}
