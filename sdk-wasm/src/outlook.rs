//! The class that JavaScript sees.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::client::{Call, Client};
use crate::options;
use crate::paths::MailPath;

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
        self.promise(Call::Connect(options))
    }

    /// Begins an attempt for a window of its own: `{url, state, expires_at}`, where to send it and what it will say, or
    /// the outcome that says why not. Rejects with `bad_options` only.
    #[wasm_bindgen(js_name = openWindow)]
    pub fn open_window(&self, options: JsValue) -> Promise {
        self.promise(Call::OpenWindow(options))
    }

    /// Finishes what `openWindow` began, with the address that the window was sent back to.
    #[wasm_bindgen(js_name = completeWindow)]
    pub fn complete_window(&self, address: String) -> Promise {
        self.promise(Call::CompleteWindow(address))
    }

    /// Finishes what `connect` began, on the page that Microsoft sends the visitor back to. `null`: this page is not
    /// an answer to us. Whatever is ordinary is an outcome, not a rejection.
    #[wasm_bindgen(js_name = completeRedirect)]
    pub fn complete_redirect(&self) -> Promise {
        self.promise(Call::CompleteRedirect)
    }

    /// Who is connected in this browser, or `null`. Rejects with the problem that the backend names, or
    /// `unreachable`; so below.
    pub fn session(&self) -> Promise {
        self.promise(Call::Session)
    }

    /// Ends the session of this browser. The mailboxes stay connected on the server.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self) -> Promise {
        self.promise(Call::SignOut)
    }

    /// Disconnects a mailbox: the server destroys its tokens.
    pub fn disconnect(&self, account: JsValue) -> Promise {
        self.promise(Call::Disconnect(account))
    }

    /// The folders of a mailbox. `options.account`: which, unless the first of the session; so below.
    pub fn folders(&self, options: JsValue) -> Promise {
        self.promise(Call::Mail(options, Ok(MailPath::Folders)))
    }

    /// A page of messages, newest first. `options`: `folder`, `cursor`, `limit`, `account`.
    pub fn messages(&self, options: JsValue) -> Promise {
        let query = options::message_query(&options);
        self.promise(Call::Mail(options, query.map(MailPath::Messages)))
    }

    /// One message with its text.
    pub fn message(&self, id: &JsValue, options: JsValue) -> Promise {
        let id = options::identifier(id);
        self.promise(Call::Mail(options, id.map(MailPath::Message)))
    }
}

impl Outlook {
    fn promise(&self, call: Call) -> Promise {
        let client = Rc::clone(&self.client);
        future_to_promise(
            async move { client.answer(call).await.map_err(|trouble| trouble.to_js()) },
        )
    }
}
