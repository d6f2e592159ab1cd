//! What the tests share: a started emulator, a browser that keeps its cookie and presses buttons, and an app.

mod app;
mod browser;
mod html;
mod stage;

pub use app::{App, Start};
pub use browser::{Browser, Shown};
pub use html::Tag;
pub use stage::{Stage, TokenAnswer};

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636 appendix B: base64url(SHA-256(VERIFIER)).
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub const ADA: &str = "ada@contoso.example";
pub const GRACE: &str = "grace@contoso.example";
pub const ALAN: &str = "alan@contoso.example";
pub const KATHERINE: &str = "katherine@fabrikam.example";
pub const MARGARET: &str = "margaret@fabrikam.example";
pub const HEDY: &str = "hedy@live.example";
