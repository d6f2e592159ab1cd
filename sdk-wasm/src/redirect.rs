//! Coming back: the callback in the address becomes an outcome.

use connect_outlook_protocol::callback::{self, Callback, CallbackError, RefusedCallback};
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::secret::AuthorizationCode;
use connect_outlook_protocol::state::State;
use wasm_bindgen::JsValue;

use crate::address::Address;
use crate::attempt::{ParkedAttempt, Waiting};
use crate::backend::Backend;
use crate::error::{Member, Trouble, bad_answer, to_js, trouble};
use crate::fields::{member, set, text};
use crate::page::Page;
use crate::paths;

/// Finishes the attempt whose callback stands in the page's own address: reports it to the backend, once, and hands the
/// outcome on. `null`: this address is no callback of ours, and nothing was touched.
///
/// # Errors
/// The callback cannot be used, the backend refuses it or does not answer. The attempt is spent in either case.
pub(crate) async fn finish(backend: &Backend) -> Result<JsValue, Trouble> {
    match take()? {
        Some((callback, parked)) => report(backend, &callback, &parked).await,
        None => Ok(JsValue::NULL),
    }
}

/// Finishes an attempt that waits in memory, with the address that its window was sent back to.
///
/// # Errors
/// As [`finish`].
pub(crate) async fn finish_window(
    backend: &Backend,
    waiting: &Waiting,
    address: String,
) -> Result<JsValue, Trouble> {
    let now = Page::current()?.now();
    let address = Address::parse(address);
    let callback = callback::parse(address.callback().unwrap_or_default());
    let callback = callback.map_err(|_| malformed())?;
    let parked = waiting
        .take(callback.state(), now)
        .ok_or_else(attempt_unknown)?;
    report(backend, &callback, &parked).await
}

/// Takes the callback out of the address and its attempt out of the store, before anything else can see them. The
/// address of before the sign-in is shown again.
fn take() -> Result<Option<(Callback, ParkedAttempt)>, Trouble> {
    let page = Page::current()?;
    let address = page.address();
    let Some(parameters) = address.callback() else {
        return Ok(None);
    };
    let parsed = callback::parse(parameters);
    if parsed.as_ref().is_err_and(names_no_state_of_ours) && !page.waits() {
        return Ok(None);
    }
    page.show(&address.without_callback());
    let callback = parsed.map_err(|_| malformed())?;
    let parked = page
        .take_parked(callback.state())
        .ok_or_else(attempt_unknown)?;
    page.show(&parked.return_to);
    Ok(Some((callback, parked)))
}

async fn report(
    backend: &Backend,
    callback: &Callback,
    parked: &ParkedAttempt,
) -> Result<JsValue, Trouble> {
    let (path, report) = written(callback, parked);
    let outcome = backend.post(path, &report, &JsValue::UNDEFINED).await?;
    let status = text(&outcome, "status").ok_or_else(bad_answer)?;
    if status == "connected" && member(&outcome, "return_to").is_undefined() {
        // For sites of several documents, whose callback page is not the page of before.
        set(&outcome, "return_to", &parked.return_to.as_str().into());
    }
    Ok(outcome)
}

fn written(callback: &Callback, parked: &ParkedAttempt) -> (&'static str, JsValue) {
    match callback {
        Callback::Code {
            code,
            state,
            issuer,
        } => {
            let verifier = &parked.verifier;
            let finish = finish_members(state, code, verifier, issuer.as_deref());
            (paths::SESSIONS, to_js(&finish))
        }
        Callback::Refused { state, refusal } => {
            (paths::REFUSALS, to_js(&refuse_members(state, refusal)))
        }
    }
}

/// `FinishAttempt` on its way out; the wire type itself cannot be written, its secrets cannot be serialised.
fn finish_members<'a>(
    state: &'a State,
    code: &'a AuthorizationCode,
    verifier: &'a CodeVerifier,
    issuer: Option<&'a str>,
) -> [Member<'a>; 4] {
    [
        ("state", Some(state.expose())),
        ("code", Some(code.expose())),
        ("code_verifier", Some(verifier.expose())),
        ("issuer", issuer),
    ]
}

/// `RefuseAttempt` on its way out.
fn refuse_members<'a>(state: &'a State, refusal: &'a RefusedCallback) -> [Member<'a>; 6] {
    [
        ("state", Some(state.expose())),
        ("error", Some(&refusal.error)),
        ("error_subcode", refusal.error_subcode.as_deref()),
        ("error_description", refusal.error_description.as_deref()),
        ("suberror", refusal.suberror.as_deref()),
        ("claims", refusal.claims.as_deref()),
    ]
}

/// Another library of the page may use `code` and `state` too: a state that is not of our making is left to it,
/// unless this tab waits for one.
fn names_no_state_of_ours(error: &CallbackError) -> bool {
    matches!(
        error,
        CallbackError::Malformed("state") | CallbackError::Repeated("state")
    )
}

fn malformed() -> Trouble {
    let message =
        "The answer from Microsoft arrived damaged. Nothing was connected; please start again.";
    trouble(
        "callback_malformed",
        Actor::Visitor,
        Next::TryAgain,
        message,
    )
}

fn attempt_unknown() -> Trouble {
    let message = "This sign-in was not started in this tab, took too long or was already used. Please start again.";
    trouble("attempt_unknown", Actor::Visitor, Next::TryAgain, message)
}

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::wire::{FinishAttempt, RefuseAttempt};

    use super::*;
    use crate::error::as_json;

    #[test]
    fn what_the_page_sends_is_what_the_server_reads() {
        let (state, code) = (
            State::from_random([1; 32]),
            AuthorizationCode::new("0.AX".to_owned()),
        );
        let verifier = CodeVerifier::from_random([2; 32]);
        let issuer = "https://login.microsoftonline.com/t/v2.0";
        let sent = as_json(&finish_members(&state, &code, &verifier, Some(issuer)));
        let read: FinishAttempt = serde_json::from_value(sent).unwrap();
        assert_eq!(read.state, state);
        assert_eq!(read.code, code);
        assert_eq!(read.code_verifier, verifier);
        assert_eq!(read.issuer.as_deref(), Some(issuer));
    }

    #[test]
    fn a_refusal_arrives_whole() {
        let refusal = RefusedCallback {
            error: "access_denied".to_owned(),
            error_subcode: Some("cancel".to_owned()),
            error_description: Some("AADSTS65004: no".to_owned()),
            suberror: Some("basic_action".to_owned()),
            claims: Some("{}".to_owned()),
        };
        let sent = as_json(&refuse_members(&State::from_random([1; 32]), &refusal));
        let read: RefuseAttempt = serde_json::from_value(sent).unwrap();
        assert_eq!(
            (read.error, read.error_subcode),
            (refusal.error, refusal.error_subcode)
        );
        assert_eq!(
            (read.error_description, read.suberror),
            (refusal.error_description, refusal.suberror)
        );
        assert_eq!(read.claims, refusal.claims);
    }

    #[test]
    fn only_a_state_that_is_not_of_our_making_is_left_to_others() {
        assert!(names_no_state_of_ours(&CallbackError::Malformed("state")));
        assert!(!names_no_state_of_ours(&CallbackError::Malformed("code")));
        assert!(!names_no_state_of_ours(&CallbackError::CodeAndError));
    }
}
