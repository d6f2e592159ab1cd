//! HTTPS, for clients that refuse plain HTTP: a certificate made at start, and the authority that vouches for it.

mod certificates;
mod connection;

pub(crate) use certificates::Certificates;
pub use certificates::NotCertified;
pub(crate) use connection::Connection;
