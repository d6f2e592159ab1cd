//! The class that JavaScript sees.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::client::Client;
use crate::error::Trouble;
use crate::options::{self, ConnectOptions};
use crate::page::Page;
use crate::paths::MailPath;
use crate::{connect, redirect};

/// Outlook mailboxes of this browser's session, through one backend.
///
/// Objects go out as plain JavaScript objects; what is thrown has `code`, `actor`, `next`, `message` and perhaps
/// `correlation_id`. `index.js` wraps both, and is what pages import.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Outlook {
    client: Rc<Client>,
}

#[wasm_bindgen]
impl Outlook {
    /// `options.backend`: the path under which the backend is mounted, such as `/outlook`.
    ///
    /// # Errors
    /// `bad_options` for a path of another site, `no_page` outside a page.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Outlook, JsValue> {
        let client = Client::open(options).map_err(|trouble| trouble.to_js())?;
        Ok(Self {
            client: Rc::new(client),
        })
    }

    /// Sends the browser to Microsoft to connect a mailbox. `undefined` means the page is being left; otherwise the
    /// outcome says why not. Rejects with `bad_options` only.
    pub fn connect(&self, options: JsValue) -> Promise {
        self.promise(|client| async move {
            let options = ConnectOptions::read(options)?;
            let started = connect::start(&client.backend, &options).await;
            Ok(started.map_or_else(Trouble::into_outcome, |()| JsValue::UNDEFINED))
        })
    }

    /// Finishes what `connect` began, on the page that Microsoft sends the visitor back to. `null`: this page is not
    /// an answer to us. Whatever is ordinary is an outcome, not a rejection.
    #[wasm_bindgen(js_name = completeRedirect)]
    pub fn complete_redirect(&self) -> Promise {
        self.promise(|client| async move {
            client.forget_account();
            let finished = match redirect::take(&Page::current()?) {
                Ok(None) => return Ok(JsValue::NULL),
                Ok(Some(returned)) => redirect::finish(&client.backend, returned).await,
                Err(trouble) => Err(trouble),
            };
            Ok(finished.unwrap_or_else(Trouble::into_outcome))
        })
    }

    /// Who is connected in this browser, or `null`. Rejects with the problem that the backend names, or
    /// `unreachable`; so below.
    pub fn session(&self) -> Promise {
        self.promise(|client| async move { client.session().await })
    }

    /// Ends the session of this browser. The mailboxes stay connected on the server.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self) -> Promise {
        self.promise(|client| async move { client.end(None).await })
    }

    /// Disconnects a mailbox: the server destroys its tokens.
    pub fn disconnect(&self, account: String) -> Promise {
        self.promise(|client| async move { client.end(Some(&account)).await })
    }

    /// The folders of a mailbox. `options.account`: which, unless the first of the session; so below.
    pub fn folders(&self, options: JsValue) -> Promise {
        self.mail(options, Ok(MailPath::Folders))
    }

    /// A page of messages, newest first. `options`: `folder`, `cursor`, `limit`, `account`.
    pub fn messages(&self, options: JsValue) -> Promise {
        let query = options::message_query(&options);
        self.mail(options, query.map(MailPath::Messages))
    }

    /// One message with its text.
    pub fn message(&self, id: String, options: JsValue) -> Promise {
        self.mail(options, Ok(MailPath::Message(id)))
    }
}

impl Outlook {
    fn mail(&self, options: JsValue, path: Result<MailPath, Trouble>) -> Promise {
        self.promise(|client| async move { client.mail(&options, &path?).await })
    }

    /// One type of future for all calls: each type of its own would repeat what surrounds it in the module.
    fn promise<F>(&self, call: impl FnOnce(Rc<Client>) -> F) -> Promise
    where
        F: Future<Output = Result<JsValue, Trouble>> + 'static,
    {
        settle(Box::pin(call(Rc::clone(&self.client))))
    }
}

fn settle(work: Pin<Box<dyn Future<Output = Result<JsValue, Trouble>>>>) -> Promise {
    future_to_promise(async { work.await.map_err(|trouble| trouble.to_js()) })
}
