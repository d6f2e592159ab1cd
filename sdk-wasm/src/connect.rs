//! Starting: verifier, attempt, and away to Microsoft, with this page or with a window of its own.

use connect_outlook_protocol::authorize::{AuthorizeRequest, ResponseMode};
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier, METHOD};
use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::state::{Nonce, State};
use wasm_bindgen::JsValue;

use crate::address::may_leave_for;
use crate::attempt::{ParkedAttempt, Waiting};
use crate::backend::Backend;
use crate::error::{Trouble, bad_answer, to_js, trouble, word};
use crate::fields::{number, set, text_or_empty};
use crate::options::ConnectOptions;
use crate::page::Page;
use crate::paths;

/// Starts an attempt. By redirect it waits in the tab's store and the page is left when this returns; by popup it waits
/// in `popup`, which lives and dies with the page, and where to send the window is returned.
///
/// # Errors
/// Why the visitor stays here. Nothing of the attempt is kept then.
pub(crate) async fn start(
    backend: &Backend,
    options: &ConnectOptions,
    popup: Option<&Waiting>,
) -> Result<JsValue, Trouble> {
    let verifier = CodeVerifier::from_random(random_bytes()?);
    let challenge = verifier.challenge();
    // Our part of `StartAttempt`; the page's options join it.
    let request = to_js(&[
        ("code_challenge", Some(challenge.as_str())),
        ("code_challenge_method", Some(METHOD)),
        ("return_to", options.return_to()),
    ]);
    options.copy_to(&request);
    let signal = options.signal();
    let answer = backend.post(paths::ATTEMPTS, &request, &signal).await?;
    let started = Started::read(&answer);
    let (Ok(state), Ok(nonce)) = (
        State::parse(started.text(STATE)),
        Nonce::parse(started.text(NONCE)),
    ) else {
        return Err(bad_answer());
    };
    if !may_leave_for(started.text(AUTHORIZE_ENDPOINT)) {
        return Err(bad_answer());
    }
    let url = started.authorize_url(&state, &nonce, &challenge);
    let page = Page::current()?;
    let return_to = options
        .return_to()
        .map_or_else(|| page.address().path().to_owned(), str::to_owned);
    let parked = ParkedAttempt::new(&state, verifier, started.expires_at, return_to);
    match popup {
        Some(waiting) => {
            waiting.add(&parked, page.now());
            // What the page needs to send a window to Microsoft and to hear from it: nothing of it is secret.
            let window = to_js(&[("url", Some(&url)), ("state", Some(state.expose()))]);
            set(&window, "expires_at", &started.expires_at.into());
            Ok(window)
        }
        None => leave(&page, &parked, &state, &url),
    }
}

fn leave(
    page: &Page,
    parked: &ParkedAttempt,
    state: &State,
    url: &str,
) -> Result<JsValue, Trouble> {
    page.park(parked)?;
    let left = page.leave_for(url);
    if left.is_err() {
        drop(page.take_parked(state));
    }
    left.map(|()| JsValue::UNDEFINED)
}

/// The backend's answer to a new attempt, as far as the authorize URL needs it. Nothing is missing in a real one: a
/// missing state, nonce or endpoint stops us, Microsoft stops the rest. Its texts stand in the order of [`MEMBERS`]: one
/// loop reads them, which is a quarter of the module that a field for each would be.
struct Started {
    texts: [String; MEMBERS.len()],
    expires_at: u32,
}

impl Started {
    fn read(answer: &JsValue) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds fit until 2106, and this cast saturates"
        )]
        let expires_at = number(answer, "expires_at") as u32;
        Self {
            texts: MEMBERS.map(|name| text_or_empty(answer, name)),
            expires_at,
        }
    }

    /// Empty when the answer has no such member.
    fn text(&self, member: usize) -> &str {
        self.texts.get(member).map_or("", String::as_str)
    }

    fn given(&self, member: usize) -> Option<&str> {
        Some(self.text(member)).filter(|text| !text.is_empty())
    }

    fn authorize_url(
        &self,
        state: &State,
        nonce: &Nonce,
        code_challenge: &CodeChallenge,
    ) -> String {
        AuthorizeRequest {
            endpoint: self.text(AUTHORIZE_ENDPOINT),
            client_id: self.text(CLIENT_ID),
            redirect_uri: self.text(REDIRECT_URI),
            scope: self.text(SCOPE),
            state,
            nonce,
            code_challenge,
            response_mode: word(self.text(RESPONSE_MODE)).unwrap_or(ResponseMode::Fragment),
            prompt: word(self.text(PROMPT)),
            login_hint: self.given(LOGIN_HINT),
            domain_hint: self.given(DOMAIN_HINT),
            claims: self.given(CLAIMS),
        }
        .to_url()
    }
}

const MEMBERS: [&str; 11] = [
    "state",
    "nonce",
    "authorize_endpoint",
    "client_id",
    "redirect_uri",
    "scope",
    "response_mode",
    "prompt",
    "login_hint",
    "domain_hint",
    "claims",
];
const STATE: usize = 0;
const NONCE: usize = 1;
const AUTHORIZE_ENDPOINT: usize = 2;
const CLIENT_ID: usize = 3;
const REDIRECT_URI: usize = 4;
const SCOPE: usize = 5;
const RESPONSE_MODE: usize = 6;
const PROMPT: usize = 7;
const LOGIN_HINT: usize = 8;
const DOMAIN_HINT: usize = 9;
const CLAIMS: usize = 10;

/// 256 bits from the browser (R15): without a good source nothing starts.
fn random_bytes() -> Result<[u8; 32], Trouble> {
    let mut bytes = [0; 32];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(trouble(
            "no_randomness",
            Actor::Visitor,
            Next::None,
            "This browser offers no secure randomness, so nothing can be connected from it.",
        )),
    }
}
