//! Telling the integrator's server: one POST to an address that somebody else chose.
//!
//! So it has a client of its own (R148): no redirects, no proxy from the environment, no cookies, nothing that proves who
//! we are but the signature. Where it leads is judged twice: the address when it is given ([`Rules::judge`]), and what its
//! name stands for whenever it is used, on the very addresses that are connected to (`lookup`). Of an answer nothing but
//! the status is kept (R149).

mod address;
mod global;
mod lookup;
mod post;
#[cfg(test)]
mod testing;

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

pub use address::Unfit;
pub use post::{Answer, Letter, Poster};

/// Where webhooks may lead, and how long they may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Ports besides 443 (R143).
    pub ports: Arc<[u16]>,
    /// Networks that are on nobody's list of special ones and are no integrator's either (R146).
    pub blocked: Arc<[IpNet]>,
    /// Whether a receiver on this machine is told, without encryption.
    pub insecure: bool,
    /// From connecting to the last byte that is read.
    pub timeout: Duration,
}
