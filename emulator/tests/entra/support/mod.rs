//! What the tests share: a started emulator, a browser that keeps its cookie and presses buttons, and an app.

mod app;
mod assertion;
mod browser;
mod html;
mod stage;

pub(crate) use app::{App, Start};
pub(crate) use assertion::Signer;
pub(crate) use browser::{Browser, Shown};
pub(crate) use html::Tag;
pub(crate) use stage::{Stage, TokenAnswer};

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636 appendix B: base64url(SHA-256(VERIFIER)).
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const ADA: &str = "ada@contoso.example";
pub(crate) const GRACE: &str = "grace@contoso.example";
pub(crate) const ALAN: &str = "alan@contoso.example";
pub(crate) const KATHERINE: &str = "katherine@fabrikam.example";
pub(crate) const MARGARET: &str = "margaret@fabrikam.example";
pub(crate) const JOAN: &str = "joan@contoso.example";
pub(crate) const KURT: &str = "kurt@contoso.example";
pub(crate) const HEDY: &str = "hedy@live.example";

pub(crate) const CONTOSO: &str = "c0a7050a-1111-4c0a-8c0a-000000000001";
pub(crate) const FABRIKAM: &str = "fab41ca0-2222-4fab-8fab-000000000002";
