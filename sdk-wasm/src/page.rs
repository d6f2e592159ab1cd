//! The page around us: its address, its tab's store, its clock.

use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::state::State;
use wasm_bindgen::JsValue;
use web_sys::{History, Location, Storage, Url, Window};

use crate::attempt::{self, KEY_PREFIX, ParkedAttempt};
use crate::error::{Trouble, bad_options, trouble};

/// A browser's page.
pub(crate) struct Page {
    window: Window,
    location: Location,
}

impl Page {
    /// The page this runs in.
    ///
    /// # Errors
    /// `no_page` in workers and on servers.
    pub(crate) fn current() -> Result<Self, Trouble> {
        let window = web_sys::window().ok_or_else(no_page)?;
        let location = window.location();
        Ok(Self { window, location })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> Result<String, Trouble> {
        self.location.origin().map_err(|_| no_page())
    }

    /// Path, `?query` and `#fragment` of the current address.
    pub(crate) fn address(&self) -> [String; 3] {
        let location = &self.location;
        [location.pathname(), location.search(), location.hash()].map(Result::unwrap_or_default)
    }

    /// Path, query and fragment of `address`, resolved by the browser's own parser (R73).
    ///
    /// # Errors
    /// `bad_options` when it leads to another origin.
    pub(crate) fn own_path(&self, address: &str) -> Result<String, Trouble> {
        let origin = self.origin()?;
        Url::new_with_base(address, &origin)
            .ok()
            .filter(|url| url.origin() == origin)
            .map(|url| [url.pathname(), url.search(), url.hash()].concat())
            .ok_or_else(|| bad_options("return_to must be an address of this site"))
    }

    /// Puts another address of this site into the bar, without a new entry in the history and keeping the state that
    /// a router may have left there.
    pub(crate) fn show_address(&self, path: &str) {
        let Ok(history) = self.window.history() else {
            return;
        };
        let state = history.state().unwrap_or(JsValue::NULL);
        // With the origin in front, a path such as `//host` cannot be read as another site.
        let address = [&self.origin().unwrap_or_default(), path].concat();
        // Refused only in documents without an origin, where nothing of ours runs.
        let _: Result<(), JsValue> =
            History::replace_state_with_url(&history, &state, "", Some(&address));
    }

    /// Sends the browser elsewhere.
    ///
    /// # Errors
    /// `cannot_leave` when the browser forbids it, as in a sandboxed frame.
    pub(crate) fn leave_for(&self, url: &str) -> Result<(), Trouble> {
        self.location.assign(url).map_err(|_| {
            let message = "The browser does not let this page go to Microsoft's sign-in.";
            trouble("cannot_leave", Actor::Developer, Next::None, message)
        })
    }

    /// Keeps an attempt for the callback, in this tab only.
    ///
    /// # Errors
    /// `storage_unavailable` when the visitor's browser keeps nothing.
    pub(crate) fn park(&self, state: &State, parked: &ParkedAttempt) -> Result<(), Trouble> {
        let store = self.store().ok_or_else(storage_unavailable)?;
        store
            .set_item(&attempt::key(state), &parked.to_record())
            .map_err(|_| storage_unavailable())
    }

    /// Takes the attempt of this state out of the store; a second call finds nothing.
    pub(crate) fn take_parked(&self, state: &State) -> Option<ParkedAttempt> {
        let store = self.store()?;
        let key = attempt::key(state);
        let record = store.get_item(&key).ok()??;
        store.remove_item(&key).ok()?;
        ParkedAttempt::from_record(&record).filter(|parked| parked.is_open(self.now()))
    }

    /// Forgets attempts that have lapsed, and says whether any open one is left.
    pub(crate) fn has_open_attempts(&self) -> bool {
        let now = self.now();
        let open =
            |record: &str| ParkedAttempt::from_record(record).is_some_and(|it| it.is_open(now));
        self.forget(|record| !open(record)) > 0
    }

    /// Forgets every attempt of this tab.
    pub(crate) fn forget_attempts(&self) {
        self.forget(|_| true);
    }

    /// Unix seconds, by the visitor's clock.
    pub(crate) fn now(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "seconds fit")]
        let seconds = (js_sys::Date::now() / 1000.0) as i64;
        seconds
    }

    /// How many attempts are left.
    fn forget(&self, lapsed: impl Fn(&str) -> bool) -> usize {
        let Some(store) = self.store() else { return 0 };
        let count = store.length().unwrap_or(0);
        // Keys first: removing one may change the order of the others.
        let mut keys: Vec<String> = (0..count)
            .filter_map(|index| store.key(index).ok()?)
            .collect();
        keys.retain(|key| {
            let record = key
                .starts_with(KEY_PREFIX)
                .then(|| store.get_item(key).ok().flatten());
            let open = record.flatten().is_some_and(|record| !lapsed(&record));
            if !open && key.starts_with(KEY_PREFIX) {
                // A store that refuses to delete also refused to keep.
                let _: Result<(), JsValue> = store.remove_item(key);
            }
            open
        });
        keys.len()
    }

    fn store(&self) -> Option<Storage> {
        self.window.session_storage().ok().flatten()
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
