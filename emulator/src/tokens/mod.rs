//! What has been issued and can be presented again.

mod access;

pub use access::{AccessTokenGrant, AccessTokens};
