//! The server-driven way at the door: navigations of the whole tab instead of requests by script.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::authorize::Prompt;
use connect_outlook_protocol::{callback, consent};

use super::attempts::FLOW_LASTS;
use super::body::Form;
use super::codes::Code;
use super::consent::{ended_at, returned};
use super::error::Problem;
use super::{Door, bearer, cookies, page};
use crate::app::{FlowHandle, Landing, Wishes, claim_digest};

/// `GET /v1/connect`: a page with one button, for links.
pub(super) async fn offer(
    State(door): State<Door>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (wishes, account) = Form::read(query.unwrap_or_default().as_bytes())
        .and_then(wishes)
        .map_err(|problem| problem.on_page(&door.base))?;
    // R26: a link may say where to come back to, and nothing about the sign-in.
    let hints = wishes.login_hint.is_some() || wishes.domain_hint.is_some();
    let ties = account.is_some() || wishes.claim.is_some();
    if hints || ties || wishes.prompt.is_some() || wishes.scopes.is_some() {
        let problem = Problem::from(Code::BadRequest);
        let problem = problem.because("a link may hold return_to and nothing else");
        return Err(problem.on_page(&door.base));
    }
    Ok(page::connect(&door.base, wishes.return_to.as_deref()))
}

/// `POST /v1/connect`: the visitor's gesture. On to Microsoft.
pub(super) async fn start(
    State(door): State<Door>,
    headers: HeaderMap,
    form: Result<Form, Problem>,
) -> Result<Response, Problem> {
    let on_page = |problem: Problem| problem.on_page(&door.base);
    let (wishes, account) = form.and_then(wishes).map_err(on_page)?;
    if wishes.claim.is_some() && !bearer::may_frames(&door) {
        return Err(on_page(Code::FramesNotAllowed.into()));
    }
    let (browser, session) = (cookies::flow(&headers), cookies::session(&headers));
    let started = door
        .app
        .start_server_attempt(wishes, account.as_deref(), browser, session)
        .await;
    let (url, browser) = started.map_err(|error| on_page(error.into()))?;
    away(&url, &browser).map_err(on_page)
}

/// `GET /v1/callback`: back from Microsoft. The answer is always an address without code and state (R32).
pub(super) async fn finish(
    State(door): State<Door>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let browser = cookies::flow(&headers);
    if consent::looks_like_consent(&query) {
        return returned(&door, &query, browser).await;
    }
    let callback = callback::parse(&query);
    let landed = match callback {
        Ok(callback) => {
            let landed = door.app.finish_server_attempt(callback, browser).await;
            landed.map_err(Problem::from)
        }
        Err(_) => Err(Code::CallbackMalformed.into()),
    };
    match landed {
        Ok(Landing::Consent(end)) => see_other(&ended_at(&door, end)),
        Ok(Landing::HandedOver) => {
            see_other(&format!("{}{}/v1/connect/done", door.site, door.base))
        }
        Ok(Landing::Back { url, session }) => {
            let mut response = see_other(url.as_str())?;
            let cookie =
                session.and_then(|session| cookies::set_session(&session.handle, session.lasts));
            response
                .headers_mut()
                .extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
            Ok(response)
        }
        Err(problem) => {
            let code = problem.code();
            tracing::info!(code, "a callback led to no end of an attempt");
            see_other(&format!(
                "{}{}/v1/connect/problem?code={code}",
                door.site, door.base
            ))
        }
    }
}

/// `GET /v1/connect/problem`: what a callback came to. Only what a callback can come to is shown.
pub(super) async fn problem(State(door): State<Door>, RawQuery(query): RawQuery) -> Problem {
    let query = query.unwrap_or_default();
    let named = query.strip_prefix("code=").unwrap_or_default();
    let code = SHOWN
        .into_iter()
        .find(|code| code.facts().code == named)
        .unwrap_or(Code::NotFound);
    Problem::from(code).on_page(&door.base)
}

/// What a form wishes, and the account that it names.
fn wishes(form: Form) -> Result<(Wishes, Option<String>), Problem> {
    let bad = |detail| Problem::from(Code::BadRequest).because(detail);
    let (mut wishes, mut account) = (Wishes::default(), None);
    for (name, value) in form.0 {
        match name.as_str() {
            "return_to" => wishes.return_to = Some(value),
            "login_hint" => wishes.login_hint = Some(value),
            "domain_hint" => wishes.domain_hint = Some(value),
            "account" => account = Some(value),
            "claim" => {
                let claim = claim_digest(&value);
                wishes.claim = Some(claim.ok_or_else(|| bad("claim is no digest"))?);
            }
            "scopes" => wishes.scopes = Some(value.split(' ').map(str::to_owned).collect()),
            "prompt" => {
                let known = PROMPTS.into_iter().find(|known| known.as_str() == value);
                wishes.prompt = Some(known.ok_or_else(|| bad("prompt is none that is known"))?);
            }
            _ => return Err(bad("the form holds a field that this route does not take")),
        }
    }
    Ok((wishes, account))
}

/// On to Microsoft, with the cookie by which the browser is known again.
pub(super) fn away(url: &str, browser: &FlowHandle) -> Result<Response, Problem> {
    let mut response = see_other(url)?;
    let cookie = cookies::set_flow(browser, FLOW_LASTS);
    response
        .headers_mut()
        .extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// 303: whatever the method was, the next is a GET. Never 307 or 308, which would repeat a body elsewhere.
pub(super) fn see_other(url: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(url).map_err(|_| Code::Internal)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

const PROMPTS: [Prompt; 3] = [Prompt::SelectAccount, Prompt::Login, Prompt::Consent];

const SHOWN: [Code; 9] = [
    Code::LinkEnded,
    Code::CallbackMalformed,
    Code::AttemptUnknown,
    Code::AttemptNotYours,
    Code::AttemptExpired,
    Code::VerifierMismatch,
    Code::IssuerMismatch,
    Code::Unavailable,
    Code::Internal,
];
