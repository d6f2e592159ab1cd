//! Hosted links as their visitors see them: a page to look at, and a button that begins.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use connect_outlook_protocol::secret::LinkToken;

use super::codes::Code;
use super::error::Problem;
use super::server_driven::away;
use super::{Door, cookies, page};
use crate::app::{self, LinkError};

type Token = Result<Path<String>, PathRejection>;

/// `GET /v1/open/{token}`: who asks, for what, and one button. Scanners may look as often as they like (R41).
pub(super) async fn offer(State(door): State<Door>, token: Token) -> Result<Response, Problem> {
    let on_page = |problem: Problem| problem.on_page(&door.base);
    let token = read(token).map_err(on_page)?;
    let offer = door.app.offer_link(&token).await;
    let offer = offer.map_err(|error| on_page(told(error)))?;
    Ok(page::link(&door.base, token.expose(), &offer))
}

/// `POST /v1/open/{token}`: the visitor's gesture. On to Microsoft.
pub(super) async fn start(
    State(door): State<Door>,
    headers: HeaderMap,
    token: Token,
) -> Result<Response, Problem> {
    let on_page = |problem: Problem| problem.on_page(&door.base);
    let token = read(token).map_err(on_page)?;
    let started = door.app.start_link(&token, cookies::flow(&headers)).await;
    let (url, browser) = started.map_err(|error| on_page(told(error)))?;
    away(&url, &browser).map_err(on_page)
}

/// A token that could be one of ours and opens nothing was guessed, or ended long ago.
fn told(error: LinkError) -> Problem {
    let unknown = matches!(error, LinkError::Unknown);
    let problem = Problem::from(error);
    if unknown { problem.guessed() } else { problem }
}

fn read(token: Token) -> Result<LinkToken, Problem> {
    let token = token.ok().and_then(|Path(text)| app::link_token(&text));
    token.ok_or_else(|| Code::LinkUnknown.into())
}
