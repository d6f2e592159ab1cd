//! A browser as far as the flow can tell: a cookie jar with the rules of browsers, the Fetch headers they send, documents
//! read by the standard's tokenizer, redirects followed in the open.

mod document;
mod jar;
mod navigation;
mod transport;

pub use document::{Control, Document};
pub use jar::{Cookie, Jar, RefusedCookie, SameSite};
pub use navigation::{Browser, Landing};
pub use transport::{Answer, Request, client};
