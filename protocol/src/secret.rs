//! Secrets as types that cannot be printed.
//!
//! None has `Display` or `Serialize`, `Debug` shows only the name, the memory is wiped on drop, and the value is
//! read through `expose` alone: searching for that word finds every place where a secret leaves its type.

use serde::Deserialize;

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Deserialize)]
        #[serde(from = "String")]
        pub struct $name(zeroize::Zeroizing<String>);

        impl $name {
            /// Takes the value over.
            #[must_use]
            pub fn new(value: String) -> Self {
                Self(zeroize::Zeroizing::new(value))
            }

            /// The value in the clear. Every caller of this is a place to look at.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self::new(value)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

pub(crate) use secret;

secret! {
    /// An authorization code (RFC 6749 section 4.1.2): good for about ten minutes and one redemption.
    AuthorizationCode
}
secret! {
    /// An access token for Microsoft Graph: opaque to us, good for 60–90 minutes.
    AccessToken
}
secret! {
    /// A refresh token as Microsoft issued it: up to 90 days of access without the visitor.
    RefreshToken
}
secret! {
    /// An ID token in its compact form. It names a person, so it is handled like a secret.
    IdToken
}
secret! {
    /// The client secret of the app registration.
    ClientSecret
}
secret! {
    /// What the browser holds instead of tokens: 256 random bits in base64url.
    SessionHandle
}
secret! {
    /// What the integrator's server shows: a prefix that names the kind, and 256 random bits in base64url.
    ApiKey
}
secret! {
    /// What opens a hosted link: 256 random bits in base64url.
    LinkToken
}
secret! {
    /// What opens the page of a consent request: 256 random bits in base64url.
    ConsentToken
}
secret! {
    /// What a visitor of a link brings to the integrator: 256 random bits in base64url, good for two minutes.
    CompletionCode
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R123: a secret cannot be printed.
    #[test]
    fn debug_shows_the_name_and_nothing_else() {
        let token = RefreshToken::new("0.AXoA-very-secret".to_owned());
        assert_eq!(format!("{token:?}"), "RefreshToken(…)");
        assert_eq!(
            format!("{:#?}", Some(token)),
            "Some(\n    RefreshToken(…),\n)"
        );
    }
}
