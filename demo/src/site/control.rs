//! `/demo/…`: the steps so far, the clock, and starting over.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::ground::Ground;
use crate::steps::{Fact, Kind, Step, Unit};

/// The routes; who may call them is decided in front of them.
pub(super) fn router() -> Router<Arc<Ground>> {
    Router::new()
        .route("/steps", get(steps))
        .route("/clock", post(advance))
        .route("/start-over", post(start_over))
}

/// `GET /demo/steps?after=N`: the steps with a number above N, oldest first, and the time.
async fn steps(State(ground): State<Arc<Ground>>, Query(range): Query<Range>) -> Response {
    let house = ground.house().await;
    let Some(house) = house.as_ref() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    house.watcher().collect();
    let news = News {
        now: house.clocks().now(),
        ahead: house.clocks().ahead(),
        steps: ground.record().after(range.after),
    };
    Json(news).into_response()
}

/// `POST /demo/clock {"advance_seconds": N}`: server and Microsoft both get N seconds older, a day at most.
async fn advance(State(ground): State<Arc<Ground>>, Json(by): Json<Advance>) -> Response {
    let house = ground.house().await;
    let Some(house) = house.as_ref() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    if !(1..=A_DAY).contains(&by.advance_seconds) {
        return (
            StatusCode::BAD_REQUEST,
            "advance_seconds is from 1 to 86400\n",
        )
            .into_response();
    }
    house.watcher().collect();
    house.clocks().advance(by.advance_seconds);
    let ahead = Fact::size("ahead", by.advance_seconds, Unit::Seconds);
    house.watcher().add(Kind::ClockMoved.with([ahead]));
    StatusCode::NO_CONTENT.into_response()
}

/// `POST /demo/start-over {}`: everything as it was when the demo started.
async fn start_over(
    State(ground): State<Arc<Ground>>,
    Json(Nothing {}): Json<Nothing>,
) -> Response {
    match ground.start_over().await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(%error, "the demo could not start over");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    after: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

/// An empty object: the body must be JSON, so that a form of another site cannot be it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize)]
struct News {
    /// Unix seconds.
    now: i64,
    /// Seconds ahead of the machine's clock.
    ahead: i64,
    steps: Vec<Step>,
}

const A_DAY: u32 = 86_400;
