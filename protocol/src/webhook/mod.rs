//! Webhooks as [Standard Webhooks](https://www.standardwebhooks.com) 1.0 says: what is told, and the signature under it.
//!
//! Both sides are here: the server [signs](WebhookSecret::sign), the integrator's server [verifies](verify). Verify the
//! bytes as they arrived: JSON that was read and written again is another text (R156).

mod event;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::Zeroizing;

pub use event::{
    AccountEvent, ConsentEvent, CredentialEvent, EVENT_TYPES, EndpointEvent, Happening, MailEvent,
    TestEvent, WebhookEvent,
};

use crate::secret::secret;

/// The header that names the event: the same for every try, so that a receiver can tell what it has seen.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the time of the try, unix seconds.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

secret! {
    /// A webhook secret as it is written down: `whsec_` and base64.
    WebhookSecretText
}

/// What an endpoint and its receiver share: 24 to 64 bytes (R150).
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    text: WebhookSecretText,
    key: Zeroizing<Vec<u8>>,
}

/// One try to tell one event.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// As in [`ID_HEADER`].
    pub id: &'a str,
    /// As in [`TIMESTAMP_HEADER`].
    pub timestamp: i64,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// A text that is no webhook secret. It is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoWebhookSecret;

impl WebhookSecret {
    /// 256 bits from whoever has a good source.
    #[must_use]
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self {
            text: WebhookSecretText::new(format!("{PREFIX}{}", STANDARD.encode(bytes))),
            key: Zeroizing::new(bytes.to_vec()),
        }
    }

    /// Reads one that was written down.
    ///
    /// # Errors
    /// [`NoWebhookSecret`] unless it is `whsec_` and base64 (RFC 4648 section 4) of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Self, NoWebhookSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(NoWebhookSecret)?;
        let key = STANDARD.decode(encoded).map_err(|_| NoWebhookSecret)?;
        let key = Zeroizing::new(key);
        if !(SHORTEST..=LONGEST).contains(&key.len()) {
            return Err(NoWebhookSecret);
        }
        Ok(Self {
            text: WebhookSecretText::new(text.to_owned()),
            key,
        })
    }

    /// The text in the clear, for the one who is to verify.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
    #[must_use]
    pub fn sign(&self, message: &Message<'_>) -> String {
        let tag = self.mac(message).finalize().into_bytes();
        format!("{VERSION}{}", STANDARD.encode(tag))
    }

    /// In time that does not depend on where the two differ.
    fn fits(&self, message: &Message<'_>, signature: &[u8]) -> bool {
        self.mac(message).verify_slice(signature).is_ok()
    }

    #[expect(
        clippy::expect_used,
        reason = "HMAC takes keys of any length (RFC 2104 section 3)"
    )]
    fn mac(&self, message: &Message<'_>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length");
        mac.update(format!("{}.{}.", message.id, message.timestamp).as_bytes());
        mac.update(message.body);
        mac
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret(…)")
    }
}

impl fmt::Display for NoWebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a webhook secret")
    }
}

impl std::error::Error for NoWebhookSecret {}

/// A request as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// [`ID_HEADER`].
    pub id: &'a str,
    /// [`TIMESTAMP_HEADER`].
    pub timestamp: &'a str,
    /// [`SIGNATURE_HEADER`].
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Why a request is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotGenuine {
    /// A header is not what the standard says.
    Malformed,
    /// It is older, or newer, than [`TOLERANCE`]: perhaps somebody sends again what they have overheard.
    Stale,
    /// No signature under any of the secrets.
    WrongSignature,
}

impl fmt::Display for NotGenuine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "the webhook's headers are malformed",
            Self::Stale => "the webhook is too old, or comes from the future",
            Self::WrongSignature => "no signature of the webhook fits",
        })
    }
}

impl std::error::Error for NotGenuine {}

/// Whether a request comes from who holds one of `secrets`: while a secret is exchanged there are two. `now` is unix
/// seconds.
///
/// # Errors
/// [`NotGenuine`]: do nothing of what it says.
pub fn verify(
    secrets: &[WebhookSecret],
    received: &Received<'_>,
    now: i64,
) -> Result<(), NotGenuine> {
    let digits = received.timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let timestamp = received.timestamp.parse::<i64>().ok().filter(|_| digits);
    let timestamp = timestamp.ok_or(NotGenuine::Malformed)?;
    if received.id.is_empty() || received.id.contains('.') {
        return Err(NotGenuine::Malformed);
    }
    if now.abs_diff(timestamp) > TOLERANCE {
        return Err(NotGenuine::Stale);
    }
    let message = Message {
        id: received.id,
        timestamp,
        body: received.body,
    };
    let signatures = received.signature.split(' ').take(MOST_SIGNATURES);
    let fits = signatures
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix(VERSION)?).ok())
        .any(|signature| {
            secrets
                .iter()
                .any(|secret| secret.fits(&message, &signature))
        });
    fits.then_some(()).ok_or(NotGenuine::WrongSignature)
}

/// Seconds that a request may be old, or ahead (R156).
pub const TOLERANCE: u64 = 5 * 60;

/// Tells people and scanners for leaked secrets what they look at.
const PREFIX: &str = "whsec_";
const VERSION: &str = "v1,";
/// Bytes.
const SHORTEST: usize = 24;
const LONGEST: usize = 64;
/// More are nobody's rotation.
const MOST_SIGNATURES: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of the reference libraries of the standard.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const PUBLISHED: Received<'_> = Received {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        body: br#"{"test": 2432232314}"#,
    };
    const NOW: i64 = 1_614_265_330;

    fn secret() -> WebhookSecret {
        WebhookSecret::parse(SECRET).unwrap()
    }

    fn judged(received: &Received<'_>) -> Result<(), NotGenuine> {
        verify(&[secret()], received, NOW)
    }

    /// R150: the published vector, both ways.
    #[test]
    fn the_published_vector_holds() {
        let message = Message {
            id: PUBLISHED.id,
            timestamp: NOW,
            body: PUBLISHED.body,
        };
        assert_eq!(secret().sign(&message), PUBLISHED.signature);
        assert_eq!(judged(&PUBLISHED), Ok(()));
    }

    /// R156: five minutes, either way.
    #[test]
    fn what_is_old_or_from_the_future_is_refused() {
        for (now, good) in [
            (NOW + 300, true),
            (NOW - 300, true),
            (NOW + 301, false),
            (NOW - 301, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            let expected = good.then_some(()).ok_or(NotGenuine::Stale);
            assert_eq!(verify(&[secret()], &PUBLISHED, now), expected, "{now}");
        }
    }

    /// R151, R156: any of several signatures, under any of two secrets.
    #[test]
    fn one_signature_that_fits_is_enough() {
        let other = WebhookSecret::from_random(&[7; 32]);
        let both = format!("v1,AAAA v1a,ed25519 {} v2,later", PUBLISHED.signature);
        let received = Received {
            signature: &both,
            ..PUBLISHED
        };
        assert_eq!(verify(&[other.clone(), secret()], &received, NOW), Ok(()));
        assert_eq!(
            verify(&[other], &received, NOW),
            Err(NotGenuine::WrongSignature)
        );
        assert_eq!(verify(&[], &received, NOW), Err(NotGenuine::WrongSignature));
    }

    /// D10: whoever sends thousands of signatures has a few of them looked at.
    #[test]
    fn signatures_beyond_those_of_any_rotation_are_not_looked_at() {
        for (others, good) in [(15, Ok(())), (16, Err(NotGenuine::WrongSignature))] {
            let signature = format!("{}{}", "v1,AAAA ".repeat(others), PUBLISHED.signature);
            let received = Received {
                signature: &signature,
                ..PUBLISHED
            };
            assert_eq!(judged(&received), good, "{others}");
        }
    }

    /// R156: JSON that was read and written again is another text.
    #[test]
    fn another_body_id_or_time_is_refused() {
        let again = br#"{"test":2432232314}"#;
        for received in [
            Received {
                body: again,
                ..PUBLISHED
            },
            Received {
                id: "msg_other",
                ..PUBLISHED
            },
            Received {
                timestamp: "1614265331",
                ..PUBLISHED
            },
            Received {
                signature: "",
                ..PUBLISHED
            },
            Received {
                signature: &PUBLISHED.signature[3..],
                ..PUBLISHED
            },
        ] {
            assert_eq!(
                judged(&received),
                Err(NotGenuine::WrongSignature),
                "{received:?}"
            );
        }
        for received in [
            Received {
                timestamp: "+1614265330",
                ..PUBLISHED
            },
            Received {
                timestamp: "",
                ..PUBLISHED
            },
            Received {
                timestamp: "99999999999999999999",
                ..PUBLISHED
            },
            Received {
                id: "a.b",
                ..PUBLISHED
            },
            Received {
                id: "",
                ..PUBLISHED
            },
        ] {
            assert_eq!(
                judged(&received),
                Err(NotGenuine::Malformed),
                "{received:?}"
            );
        }
    }

    #[test]
    fn a_secret_has_one_shape_and_cannot_be_printed() {
        for bad in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_AAAA",
            "whsec_ä",
        ] {
            assert_eq!(WebhookSecret::parse(bad), Err(NoWebhookSecret), "{bad}");
        }
        let long = format!("whsec_{}", STANDARD.encode([1; 65]));
        assert_eq!(WebhookSecret::parse(&long), Err(NoWebhookSecret));
        let made = WebhookSecret::from_random(&[9; 32]);
        assert_eq!(WebhookSecret::parse(made.expose()), Ok(made.clone()));
        assert_eq!(format!("{made:?}"), "WebhookSecret(…)");
    }

    proptest! {
        #[test]
        fn verifying_never_panics_and_believes_nothing(id in ".*", timestamp in ".*", signature in ".*", body: Vec<u8>, now: i64) {
            let received = Received { id: &id, timestamp: &timestamp, signature: &signature, body: &body };
            prop_assert!(verify(&[secret()], &received, now).is_err());
        }

        #[test]
        fn what_is_signed_is_believed(key: [u8; 32], body: Vec<u8>, timestamp in 0..i64::MAX) {
            let secret = WebhookSecret::from_random(&key);
            let signature = secret.sign(&Message { id: "id", timestamp, body: &body });
            let timestamp_text = timestamp.to_string();
            let received = Received { id: "id", timestamp: &timestamp_text, signature: &signature, body: &body };
            prop_assert_eq!(verify(&[secret], &received, timestamp), Ok(()));
        }
    }
}
