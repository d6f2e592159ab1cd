//! The page around us: its address, its tab's store, its clock.

use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::state::State;
use wasm_bindgen::JsValue;
use web_sys::{Storage, Url, Window};

use crate::address::Address;
use crate::attempt::{self, ParkedAttempt};
use crate::error::{Trouble, bad_options, trouble};

/// A browser's page.
pub(crate) struct Page(Window);

impl Page {
    /// The page this runs in.
    ///
    /// # Errors
    /// `no_page` in workers and on servers.
    pub(crate) fn current() -> Result<Self, Trouble> {
        web_sys::window().map(Self).ok_or_else(no_page)
    }

    /// The current address.
    pub(crate) fn address(&self) -> Address {
        // A page that may not know its own address has none that could hold a callback.
        Address::parse(self.0.location().href().unwrap_or_default())
    }

    /// Path, query and fragment of `address`, resolved by the browser's own parser (R73).
    ///
    /// # Errors
    /// `bad_options` when it leads to another origin.
    pub(crate) fn own_path(&self, address: &str) -> Result<String, Trouble> {
        let here = self.address();
        Url::new_with_base(address, here.origin())
            .ok()
            .map(|url| Address::parse(url.href()))
            .filter(|there| there.origin() == here.origin())
            .map(|there| there.path().to_owned())
            .ok_or_else(|| bad_options("return_to must be an address of this site"))
    }

    /// Puts another address of this site into the bar, without a new entry in the history and keeping the state that
    /// a router may have left there.
    pub(crate) fn show(&self, path: &str) {
        let Ok(history) = self.0.history() else {
            return;
        };
        let state = history.state().unwrap_or(JsValue::NULL);
        // With the origin in front, a path such as `//host` cannot be read as another site.
        let address = [self.address().origin(), path].concat();
        // Refused only in documents without an origin, where nothing of ours runs.
        let _: Result<(), JsValue> = history.replace_state_with_url(&state, "", Some(&address));
    }

    /// Sends the browser elsewhere.
    ///
    /// # Errors
    /// `cannot_leave` when the browser forbids it, as in a sandboxed frame.
    pub(crate) fn leave_for(&self, url: &str) -> Result<(), Trouble> {
        self.0.location().assign(url).map_err(|_| {
            let message = "The browser does not let this page go to Microsoft's sign-in.";
            trouble("cannot_leave", Actor::Developer, Next::None, message)
        })
    }

    /// Keeps an attempt for the callback, in this tab only.
    ///
    /// # Errors
    /// `storage_unavailable` when the visitor's browser keeps nothing.
    pub(crate) fn park(&self, parked: &ParkedAttempt) -> Result<(), Trouble> {
        let mut text = self.attempts();
        parked.add_to(&mut text, self.now());
        self.keep(&text).ok_or_else(storage_unavailable)
    }

    /// Takes the attempt of this state out of the store; a second call finds nothing.
    pub(crate) fn take_parked(&self, state: &State) -> Option<ParkedAttempt> {
        let mut text = self.attempts();
        let taken = attempt::take(&mut text, state, self.now());
        self.keep(&text)?;
        taken
    }

    /// Whether this tab waits for a callback.
    pub(crate) fn waits(&self) -> bool {
        let mut text = self.attempts();
        attempt::sweep(&mut text, self.now());
        !text.is_empty()
    }

    /// Forgets every attempt of this tab.
    pub(crate) fn forget_attempts(&self) {
        self.keep("");
    }

    fn attempts(&self) -> String {
        let found = self
            .store()
            .and_then(|store| store.get_item(attempt::KEY).ok()?);
        found.unwrap_or_default()
    }

    fn keep(&self, attempts: &str) -> Option<()> {
        let store = self.store()?;
        let kept = if attempts.is_empty() {
            store.remove_item(attempt::KEY)
        } else {
            store.set_item(attempt::KEY, attempts)
        };
        kept.ok()
    }

    fn store(&self) -> Option<Storage> {
        self.0.session_storage().ok().flatten()
    }

    /// Unix seconds, by the visitor's clock.
    pub(crate) fn now(&self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds fit until 2106, and this cast saturates"
        )]
        let seconds = (js_sys::Date::now() / 1000.0) as u32;
        seconds
    }
}

fn no_page() -> Trouble {
    let message = "connect-outlook works in a page, not on a server or in a worker.";
    trouble("no_page", Actor::Developer, Next::None, message)
}

fn storage_unavailable() -> Trouble {
    let message = "Your browser does not let this site remember the sign-in. Allow it to store data, then try again.";
    trouble(
        "storage_unavailable",
        Actor::Visitor,
        Next::TryAgain,
        message,
    )
}
