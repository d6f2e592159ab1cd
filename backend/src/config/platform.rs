//! The platform on which the redirect URI is registered.

/// As the registration has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A server's: with a credential.
    Web,
    /// A page's: without credential; connections end after a day.
    Spa,
}

pub(super) fn parse(text: &str) -> Result<Platform, &'static str> {
    match text {
        "web" => Ok(Platform::Web),
        "spa" => Ok(Platform::Spa),
        _ => Err("must be web or spa"),
    }
}
