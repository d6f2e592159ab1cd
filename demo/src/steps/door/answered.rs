//! What the page is answered.

use axum::http::StatusCode;
use axum::response::Response;

use super::super::sizes::Sizes;
use super::super::step::{Fact, Kind, Sketch, Unit};
use super::super::words;
use super::cookie;
use super::route::Route;

/// The step that an answer with this body stands for; none for answers nobody asked about.
pub(super) fn answered(route: Route, answer: &Response, got: &[u8]) -> Option<Sketch> {
    let sizes = Sizes::of(got);
    let status = Fact::size("status", answer.status().as_u16(), Unit::Count);
    if is_nobody(route, answer.status(), &sizes) {
        return None;
    }
    let code = sizes.word("code", words::CODES);
    if !answer.status().is_success() {
        return (route != Route::Other).then(|| Kind::Refused.with([status, code]));
    }
    Some(match route {
        Route::Begin => {
            let facts = [status, sizes.size("state"), sizes.size("nonce")];
            Kind::AttemptAnswered.with(facts.into_iter().chain(cookie::flow(answer.headers())))
        }
        Route::Finish if sizes.is("status", "connected") => {
            let session = cookie::session(answer.headers());
            Kind::SessionOpened.with([status].into_iter().chain(session))
        }
        Route::Finish | Route::Refuse => {
            let outcome = sizes.word("status", words::OUTCOMES);
            Kind::RefusalJudged.with([status, outcome.map(|fact| fact.named("outcome")), code])
        }
        Route::WhoAmI => Kind::SessionKnown.with([status, sizes.count("accounts")]),
        Route::Mail(of) => Kind::MailAnswered.with([
            Fact::word("of", of),
            status,
            sizes.count("messages"),
            sizes.count("folders"),
            Fact::size("body", got.len(), Unit::Bytes),
        ]),
        Route::Disconnect => Kind::Disconnected.with([status]),
        Route::SignOut => Kind::SignedOut.with([status]),
        Route::Other => return None,
    })
}

/// Nobody is connected yet: an answer, and neither a refusal nor worth telling.
fn is_nobody(route: Route, status: StatusCode, sizes: &Sizes) -> bool {
    route == Route::WhoAmI && (status == StatusCode::NO_CONTENT || sizes.is("code", "no_session"))
}
