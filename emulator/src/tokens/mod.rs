//! What has been issued and can be presented again.

mod access;
mod app_only;
mod codes;
mod device;
mod opaque;
mod proof;
mod refresh;

pub(crate) use access::Issued;
pub use access::{AccessTokenGrant, AccessTokens};
pub use app_only::{AppTokenGrant, AppTokens};
pub(crate) use codes::{CodeGrant, CodeState, Codes};
pub(crate) use device::{Approved, Decision, DeviceCodes, DeviceRequest, INTERVAL, LIFE, Poll};
pub(crate) use proof::{Moment, Proof};
pub use refresh::RefreshRotation;
pub(crate) use refresh::{
    INACTIVITY_LIMIT, RefreshGrant, RefreshLife, RefreshState, RefreshTokens,
};
