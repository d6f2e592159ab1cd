//! What has been issued and can be presented again.

mod access;
mod codes;
mod opaque;
mod proof;
mod refresh;

pub use access::{AccessTokenGrant, AccessTokens};
pub(crate) use codes::{CodeGrant, CodeState, Codes};
pub(crate) use proof::{Moment, Proof};
pub use refresh::RefreshRotation;
pub(crate) use refresh::{
    INACTIVITY_LIMIT, RefreshGrant, RefreshLife, RefreshState, RefreshTokens,
};
