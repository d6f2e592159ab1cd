//! Starting: verifier, attempt, and away to Microsoft, with this page or with a window of its own.

use connect_outlook_protocol::authorize::{AuthorizeRequest, Prompt, ResponseMode};
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier, METHOD};
use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::state::{Nonce, State};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::address::may_leave_for;
use crate::attempt::{ParkedAttempt, Waiting};
use crate::backend::Backend;
use crate::error::{Trouble, bad_answer, to_js, trouble, word};
use crate::fields::{number, text, text_or_empty};
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
    let request = to_js(&Start {
        code_challenge: challenge.as_str(),
        code_challenge_method: METHOD,
        return_to: options.return_to(),
    });
    options.copy_to(&request);
    let signal = options.signal();
    let answer = backend.post(paths::ATTEMPTS, &request, &signal).await?;
    let started = Started::read(&answer);
    let (Ok(state), Ok(nonce)) = (State::parse(&started.state), Nonce::parse(&started.nonce))
    else {
        return Err(bad_answer());
    };
    if !may_leave_for(&started.authorize_endpoint) {
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
            Ok(to_js(&Window {
                url: &url,
                state: &started.state,
                expires_at: started.expires_at,
            }))
        }
        None => leave(&page, &parked, &state, &url),
    }
}

/// Our part of `StartAttempt` on its way out; the page's options join it.
#[derive(Serialize)]
struct Start<'a> {
    code_challenge: &'a str,
    code_challenge_method: &'a str,
    return_to: Option<&'a str>,
}

/// What the page needs to send a window to Microsoft and to hear from it: nothing of it is secret.
#[derive(Serialize)]
struct Window<'a> {
    url: &'a str,
    state: &'a str,
    expires_at: u32,
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
/// missing state, nonce or endpoint stops us, Microsoft stops the rest.
struct Started {
    state: String,
    nonce: String,
    client_id: String,
    authorize_endpoint: String,
    scope: String,
    redirect_uri: String,
    response_mode: ResponseMode,
    expires_at: u32,
    prompt: Option<Prompt>,
    login_hint: Option<String>,
    domain_hint: Option<String>,
    claims: Option<String>,
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
            state: text_or_empty(answer, "state"),
            nonce: text_or_empty(answer, "nonce"),
            client_id: text_or_empty(answer, "client_id"),
            authorize_endpoint: text_or_empty(answer, "authorize_endpoint"),
            scope: text_or_empty(answer, "scope"),
            redirect_uri: text_or_empty(answer, "redirect_uri"),
            response_mode: word(&text_or_empty(answer, "response_mode"))
                .unwrap_or(ResponseMode::Fragment),
            expires_at,
            prompt: word(&text_or_empty(answer, "prompt")),
            login_hint: text(answer, "login_hint"),
            domain_hint: text(answer, "domain_hint"),
            claims: text(answer, "claims"),
        }
    }

    fn authorize_url(
        &self,
        state: &State,
        nonce: &Nonce,
        code_challenge: &CodeChallenge,
    ) -> String {
        AuthorizeRequest {
            endpoint: &self.authorize_endpoint,
            client_id: &self.client_id,
            redirect_uri: &self.redirect_uri,
            scope: &self.scope,
            state,
            nonce,
            code_challenge,
            response_mode: self.response_mode,
            prompt: self.prompt,
            login_hint: self.login_hint.as_deref(),
            domain_hint: self.domain_hint.as_deref(),
            claims: self.claims.as_deref(),
        }
        .to_url()
    }
}

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
