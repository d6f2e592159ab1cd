//! The contract between page and server, pure: bytes in, decision out.
//!
//! Nothing here does IO, knows the time or rolls dice: clocks and random bytes are arguments. The browser SDK and
//! the backend both build on this crate, so that the same knowledge is not written twice.
//!
//! Feature `server` adds what only a server needs: judging token answers, the table of refusals with its texts, what
//! the integrator's own server says, and webhooks.
//! It is off in the browser, where every kilobyte is paid by a visitor.

pub mod authority;
pub mod authorize;
pub mod callback;
#[cfg(feature = "server")]
pub mod consent;
pub mod encoding;
#[cfg(feature = "server")]
pub mod integrator;
pub mod outcome;
pub mod pkce;
pub mod refusal;
pub mod returned;
pub mod scope;
pub mod secret;
mod shape;
pub mod state;
#[cfg(feature = "server")]
pub mod token_answer;
#[cfg(feature = "server")]
pub mod webhook;
pub mod wire;
