//! Admin consent at the door: the page that a visitor forwards, the administrator's gesture, and the way back.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use connect_outlook_protocol::consent;
use connect_outlook_protocol::secret::ConsentToken;
use connect_outlook_protocol::wire::ConsentProgress;

use super::codes::Code;
use super::error::Problem;
use super::server_driven::{away, see_other};
use super::{Door, consent_page, cookies};
use crate::app::{self, ConsentEnd, ConsentError, ConsentStep, FlowHandle};

type Token = Result<Path<String>, PathRejection>;

/// `GET /v1/consent/{token}`: what is asked and why, before the button. Scanners may look as often as they like (R41).
pub(super) async fn offer(State(door): State<Door>, token: Token) -> Result<Response, Problem> {
    let on_page = |problem: Problem| problem.on_page(&door.base);
    let token = read(token).map_err(on_page)?;
    let offer = door.app.offer_consent(&token).await;
    let offer = offer.map_err(|error| on_page(told(error)))?;
    Ok(consent_page::offer(&door.base, token.expose(), &offer))
}

/// `POST /v1/consent/{token}`: the administrator's gesture. On to Microsoft.
pub(super) async fn start(
    State(door): State<Door>,
    headers: HeaderMap,
    token: Token,
) -> Result<Response, Problem> {
    let on_page = |problem: Problem| problem.on_page(&door.base);
    let token = read(token).map_err(on_page)?;
    let started = door.app.start_consent(&token, cookies::flow(&headers));
    let (url, browser) = started.await.map_err(|error| on_page(told(error)))?;
    away(&url, &browser).map_err(on_page)
}

/// `GET /v1/consent/{token}/state`: for the page whose visitor waits.
pub(super) async fn state(
    State(door): State<Door>,
    token: Token,
) -> Result<axum::Json<ConsentProgress>, Problem> {
    let state = door.app.consent_state(&read(token)?).await.map_err(told)?;
    Ok(axum::Json(ConsentProgress {
        state: state.name().to_owned(),
        may_try: state.is_yes(),
    }))
}

/// `GET /v1/consent/ended`: what an administrator's way came to. Only what it can come to is shown.
pub(super) async fn ended(State(door): State<Door>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let named = query.strip_prefix("as=").unwrap_or_default();
    let end = ConsentEnd::ALL.into_iter().find(|end| end.name() == named);
    consent_page::ended(&door.base, end.unwrap_or(ConsentEnd::Unmatched))
}

/// Back from Microsoft's page for administrators. The answer is always an address without what Microsoft said (R32).
pub(super) async fn returned(
    door: &Door,
    query: &str,
    browser: Option<FlowHandle>,
) -> Result<Response, Problem> {
    let Ok(callback) = consent::parse(query) else {
        return see_other(&ended_at(door, ConsentEnd::Unmatched));
    };
    match door.app.consent_returned(callback, browser).await {
        Ok(ConsentStep::Away(url)) => see_other(&url),
        Ok(ConsentStep::Ended(end)) => see_other(&ended_at(door, end)),
        Err(error) => Err(Problem::from(error).on_page(&door.base)),
    }
}

/// The page of an end.
pub(super) fn ended_at(door: &Door, end: ConsentEnd) -> String {
    let (site, base, name) = (&door.site, &door.base, end.name());
    format!("{site}{base}/v1/consent/ended?as={name}")
}

/// A token that could be one of ours and opens nothing was guessed, or ended long ago (D3).
fn told(error: ConsentError) -> Problem {
    let unknown = matches!(error, ConsentError::Unknown);
    let problem = Problem::from(error);
    if unknown { problem.guessed() } else { problem }
}

fn read(token: Token) -> Result<ConsentToken, Problem> {
    let token = token.ok().and_then(|Path(text)| app::consent_token(&text));
    token.ok_or_else(|| Code::ConsentUnknown.into())
}
