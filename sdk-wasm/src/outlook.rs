//! The class that JavaScript sees.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::client::{Call, Client};
use crate::error::bad_options;
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
    /// `options.backend`: the path under which the backend is mounted, such as `/outlook`. `options.held`: handles that
    /// the page holds itself, for a backend of another site.
    ///
    /// # Errors
    /// `bad_options` for another site's backend without handles, `no_page` outside a page.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Outlook, JsValue> {
        let client = Client::open(options).map_err(|trouble| trouble.to_js())?;
        Ok(Self {
            client: Rc::new(client),
        })
    }

    /// Makes the call of this name, with what the page passed: one door for all of them, since each door of its own
    /// costs the page as much as what is behind it. Rejects with the problem that the backend names, or `unreachable`;
    /// those that connect resolve to an outcome instead, and reject with `bad_options` only.
    ///
    /// | name | values | resolves to |
    /// | --- | --- | --- |
    /// | `connect` | options | `undefined`: the page is being left; otherwise the outcome that says why not |
    /// | `openWindow` | options | `{url, state, expires_at}`: where to send a window and what it will say; or the outcome |
    /// | `completeRedirect` | | the outcome of what `connect` began; `null` on a page that is not an answer to us |
    /// | `completeWindow` | the address that the window was sent back to | the outcome of what `openWindow` began |
    /// | `session` | | who is connected in this browser, or `null` |
    /// | `signOut` | | `undefined`: the session is ended, the mailboxes stay connected on the server |
    /// | `disconnect` | account | `undefined`: the server has destroyed its tokens |
    /// | `folders` | options: `account` | the folders of a mailbox, of the session's first unless said |
    /// | `messages` | options: `account`, `folder`, `cursor`, `limit` | a page of messages, newest first |
    /// | `message` | identifier, options: `account` | one message with its text |
    pub fn call(&self, name: &str, first: JsValue, second: JsValue) -> Promise {
        let client = Rc::clone(&self.client);
        let call = Call::named(name, first, second);
        future_to_promise(
            async move { client.answer(call).await.map_err(|trouble| trouble.to_js()) },
        )
    }
}

impl Call {
    fn named(name: &str, first: JsValue, second: JsValue) -> Self {
        match name {
            "connect" => Self::Connect(first),
            "openWindow" => Self::OpenWindow(first),
            "completeRedirect" => Self::CompleteRedirect,
            "completeWindow" => Self::CompleteWindow(first),
            "session" => Self::Session,
            "signOut" => Self::SignOut,
            "disconnect" => Self::Disconnect(first),
            "folders" => Self::Mail(first, Ok(MailPath::Folders)),
            "messages" => {
                let query = options::message_query(&first);
                Self::Mail(first, query.map(MailPath::Messages))
            }
            "message" => {
                let id = options::identifier(&first);
                Self::Mail(second, id.map(MailPath::Message))
            }
            _ => Self::Mail(first, Err(bad_options("there is no such call"))),
        }
    }
}
