//! One backend, and the account that calls are for.

use std::cell::RefCell;

use connect_outlook_protocol::refusal::{Actor, Next};
use wasm_bindgen::JsValue;

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
    /// Finish what `Connect` began.
    CompleteRedirect,
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
}

impl Client {
    /// Reads `options.backend`.
    ///
    /// # Errors
    /// `bad_options` for a path of another site, `no_page` outside a page.
    pub(crate) fn open(options: &JsValue) -> Result<Self, Trouble> {
        let address = Page::current()?.address();
        let named = text(options, "backend").ok_or_else(|| bad_options("backend is missing"))?;
        let mount = options::mount(&named, address.origin())?;
        Ok(Self {
            backend: Backend::new(address.origin(), &mount),
            first_account: RefCell::new(None),
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
            Call::Connect(options) => {
                let options = ConnectOptions::read(options)?;
                let started = connect::start(&self.backend, &options).await;
                Ok(started.map_or_else(Trouble::into_outcome, |()| JsValue::UNDEFINED))
            }
            Call::CompleteRedirect => {
                let finished = redirect::finish(&self.backend).await;
                Ok(finished.unwrap_or_else(Trouble::into_outcome))
            }
            Call::Session => match self.backend.read(paths::SESSION).await {
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
                self.backend.read(&path).await
            }
        }
    }

    async fn account(&self, options: &JsValue) -> Result<String, Trouble> {
        let known = options::account(options)?.or_else(|| self.first_account.borrow().clone());
        if let Some(account) = known {
            return Ok(account);
        }
        let session = self.backend.read(paths::SESSION).await?;
        let account =
            text(&member(&member(&session, "accounts"), "0"), "id").ok_or_else(no_account)?;
        self.first_account.replace(Some(account.clone()));
        Ok(account)
    }
}

fn no_account() -> Trouble {
    trouble(
        "no_account",
        Actor::Visitor,
        Next::SignInAgain,
        "No mailbox is connected.",
    )
}
