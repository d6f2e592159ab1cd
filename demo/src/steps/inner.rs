//! What the server does by itself: the backend's own steps.

use connect_outlook_backend::steps::Step as Told;

use super::step::{Fact, Kind, Sketch, Unit};

/// What a step of the backend means here.
#[derive(Debug, PartialEq, Eq)]
pub enum Inner {
    /// Something nobody outside could see, and the requests it needed just before, if they were made.
    Unseen(Sketch, &'static [Kind]),
    /// Its request to Microsoft was seen on the wire; what follows came after.
    Seen(Kind),
    /// The answer to the page, which the door sees.
    Elsewhere,
}

/// Reads a step of the backend.
#[must_use]
pub fn read(told: &Told) -> Inner {
    match told {
        Told::AttemptTaken => Inner::Unseen(Kind::AttemptTaken.with([]), &[]),
        Told::IdTokenValidated { id_token } => {
            let size = Fact::size("id_token", *id_token, Unit::Characters);
            Inner::Unseen(
                Kind::IdTokenChecked.with([size]),
                &[Kind::DiscoveryRead, Kind::KeysFetched],
            )
        }
        Told::TokensSealed => Inner::Unseen(Kind::TokensSealed.with([]), &[]),
        Told::CodeRedeemed { .. } => Inner::Seen(Kind::CodeRedeemed),
        Told::AccessTokenRefreshed { .. } => Inner::Seen(Kind::TokenRefreshed),
        Told::GraphCalled { status, .. } if *status < 400 => Inner::Seen(Kind::GraphCalled),
        Told::GraphCalled { .. } => Inner::Seen(Kind::GraphRefused),
        _ => Inner::Elsewhere,
    }
}
