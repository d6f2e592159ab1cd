//! The platform of the registered redirect URI: what Microsoft demands of a token request hangs on it and on nothing
//! else (Microsoft: "Redirect URI (reply URL) best practices"; entra.md §6 and §7 say what was observed).

use connect_outlook_protocol::refusal::{Actor, Class, Next, Refusal};

use super::TokenError;

/// As the registration has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A server redeems, with its credential and without `Origin`. Refresh tokens roll for 90 days.
    Web,
    /// Microsoft expects a page: the registered origin, PKCE, and no credential. Grants end 24 hours after the sign-in.
    Spa {
        /// Of the redirect URI.
        origin: String,
    },
}

impl Platform {
    /// How long a grant lasts whatever one does, in seconds; `None` if there is no such end.
    #[must_use]
    pub const fn grant_life(&self) -> Option<i64> {
        match self {
            Self::Web => None,
            Self::Spa { .. } => Some(SPA_LIFE),
        }
    }
}

/// What a refusal means where the registration is of another platform than the settings say: Microsoft's own words then
/// ask for what we must not send.
pub(super) fn explain(platform: &Platform, error: TokenError) -> TokenError {
    let TokenError::Refused {
        refusal,
        claims,
        retry_after,
    } = error
    else {
        return error;
    };
    let refusal = Box::new(mismatch(platform, *refusal));
    TokenError::Refused {
        refusal,
        claims,
        retry_after,
    }
}

fn mismatch(platform: &Platform, refusal: Refusal) -> Refusal {
    let (code, cause) = match (platform, refusal.aadsts) {
        (Platform::Web, Some(9_002_325 | 9_002_327)) => ("registered_as_spa", REGISTERED_AS_SPA),
        (Platform::Web, Some(700_025)) => ("registered_as_public", REGISTERED_AS_PUBLIC),
        (Platform::Spa { .. }, Some(7_000_218 | 9_002_326)) => {
            ("not_registered_as_spa", NOT_REGISTERED_AS_SPA)
        }
        _ => return refusal,
    };
    Refusal {
        code,
        cause,
        class: Class::Misconfigured,
        actor: Actor::Developer,
        next: Next::FixRegistration,
        ..refusal
    }
}

/// Seconds: 24 hours from the sign-in, not put off by use.
const SPA_LIFE: i64 = 24 * 60 * 60;

const REGISTERED_AS_SPA: &str = "The redirect URI is registered on the platform Single-page application, and the settings say platform = \"web\": register it on the platform Web (recommended), or set platform = \"spa\".";
const REGISTERED_AS_PUBLIC: &str = "The registration treats the redirect URI as a public client's, which may not send a credential: move it to the platform Web, and switch off \"Allow public client flows\".";
const NOT_REGISTERED_AS_SPA: &str = "The settings say platform = \"spa\", and the redirect URI is not registered on the platform Single-page application: set platform = \"web\" and give a client credential (recommended), or register it there.";

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::refusal::{Evidence, decode};

    use super::*;

    fn refused(platform: &Platform, error: &str, number: u32) -> Refusal {
        let evidence = Evidence {
            error,
            error_codes: &[number],
            status: Some(400),
            ..Evidence::default()
        };
        mismatch(platform, decode(&evidence))
    }

    /// Each mismatch of setting and registration says what the registration is and what to do about it.
    #[test]
    fn a_mismatch_names_both_sides() {
        let web = Platform::Web;
        let spa = Platform::Spa {
            origin: "https://app.example".to_owned(),
        };
        for (platform, error, number, code) in [
            (&web, "invalid_request", 9_002_325, "registered_as_spa"),
            (&web, "invalid_request", 9_002_327, "registered_as_spa"),
            (&web, "invalid_client", 700_025, "registered_as_public"),
            (&spa, "invalid_client", 7_000_218, "not_registered_as_spa"),
            (&spa, "invalid_request", 9_002_326, "not_registered_as_spa"),
        ] {
            let refusal = refused(platform, error, number);
            assert_eq!(refusal.code, code, "{number}");
            assert_eq!(
                (refusal.class, refusal.actor),
                (Class::Misconfigured, Actor::Developer)
            );
            assert_eq!(
                refusal.aadsts,
                Some(number),
                "Microsoft's own number is kept"
            );
        }
        // A credential that is wrong is no mismatch.
        assert_eq!(
            refused(&web, "invalid_client", 7_000_218).code,
            "credential_missing"
        );
        assert_eq!(
            refused(&web, "invalid_client", 7_000_215).code,
            "secret_wrong"
        );
    }
}
