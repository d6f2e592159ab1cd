//! One backend, and the account that calls are for.

use std::cell::RefCell;

use connect_outlook_protocol::refusal::{Actor, Next};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::backend::Backend;
use crate::error::{Trouble, bad_options, trouble};
use crate::fields::{member, text};
use crate::options;
use crate::page::Page;
use crate::paths::{self, MailPath};

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

    /// The session, or `null`.
    ///
    /// # Errors
    /// The problem the backend names, or `unreachable`; so below.
    pub(crate) async fn session(&self) -> Result<JsValue, Trouble> {
        match self.backend.read(paths::SESSION).await {
            Err(trouble) if trouble.is("no_session") => Ok(JsValue::NULL),
            other => other,
        }
    }

    /// Disconnects an account, or without one ends the session.
    pub(crate) async fn end(&self, account: Option<&str>) -> Result<JsValue, Trouble> {
        self.forget_account();
        let path = account.map_or_else(|| Ok(paths::SESSION.to_owned()), paths::account)?;
        self.backend.delete(&path).await
    }

    /// Asks for something of a mailbox.
    pub(crate) async fn mail(
        &self,
        options: &JsValue,
        path: &MailPath,
    ) -> Result<JsValue, Trouble> {
        let account = self.account(options).await?;
        let answer = self.backend.read(&path.of(&account)?).await;
        if answer
            .as_ref()
            .is_err_and(|trouble| trouble.is("account_unknown"))
        {
            self.forget_account();
        }
        answer
    }

    /// The session may have another first account now.
    pub(crate) fn forget_account(&self) {
        self.first_account.replace(None);
    }

    async fn account(&self, options: &JsValue) -> Result<String, Trouble> {
        let known = options::account(options)?.or_else(|| self.first_account.borrow().clone());
        if let Some(account) = known {
            return Ok(account);
        }
        let session = self.backend.read(paths::SESSION).await?;
        let first =
            Reflect::get_u32(&member(&session, "accounts"), 0).unwrap_or(JsValue::UNDEFINED);
        let account = text(&first, "id").ok_or_else(no_account)?;
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
