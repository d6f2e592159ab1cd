//! What the page asks for.

use super::super::sizes::Sizes;
use super::super::step::{Fact, Kind, Sketch, Unit};
use super::super::words;
use super::route::Route;

/// The steps that a request with this body stands for.
pub(super) fn asked(route: Route, sent: &[u8]) -> Vec<Sketch> {
    let sizes = Sizes::of(sent);
    match route {
        Route::Begin => begin(&sizes, sent.len()),
        Route::Finish => vec![Kind::CodeHanded.with([
            sizes.size("code"),
            sizes.size("code_verifier"),
            sizes.size("state"),
            Fact::size("body", sent.len(), Unit::Bytes),
        ])],
        Route::Refuse => vec![Kind::RefusalHanded.with([
            sizes.word("error", words::OAUTH_ERRORS),
            sizes.word("error_subcode", words::SUBCODES),
            sizes.size("state"),
        ])],
        Route::Mail(of) => vec![Kind::MailAsked.with([Fact::word("of", of)])],
        Route::Disconnect => vec![Kind::DisconnectAsked.with([])],
        Route::SignOut => vec![Kind::SignOutAsked.with([])],
        Route::WhoAmI | Route::Other => Vec::new(),
    }
}

/// The challenge is the first that is seen of the verifier: its making is told with it.
fn begin(sizes: &Sizes, length: usize) -> Vec<Sketch> {
    let made = Kind::VerifierMade.with([
        sizes.size("code_challenge"),
        sizes.word("code_challenge_method", words::CHALLENGE_METHODS),
    ]);
    let asked = Kind::AttemptAsked.with([
        sizes.size("code_challenge"),
        sizes.word("prompt", words::PROMPTS),
        Fact::size("body", length, Unit::Bytes),
    ]);
    vec![made, asked]
}
