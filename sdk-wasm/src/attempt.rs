//! What a tab keeps of an attempt while its visitor is at Microsoft.
//!
//! The record lies in `sessionStorage`: of this tab and origin alone, gone with the tab, taken once. As on the
//! server, the store knows only the digest of `state` (R20), so a look into it does not yield the pair that the
//! backend asks for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::state::State;

/// An attempt that waits for its callback.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParkedAttempt {
    /// Made by this page, sent once, beside the code.
    pub(crate) verifier: CodeVerifier,
    /// When the backend forgets the attempt, unix seconds.
    pub(crate) expires_at: i64,
    /// Path, query and fragment the visitor came from.
    pub(crate) return_to: String,
}

impl ParkedAttempt {
    /// The record as text: `1.<expires_at>.<verifier>.<return_to>`; the last part may contain anything.
    pub(crate) fn to_record(&self) -> String {
        let expires_at = self.expires_at.to_string();
        [
            VERSION,
            &expires_at,
            self.verifier.expose(),
            &self.return_to,
        ]
        .join(".")
    }

    /// Reads a record; `None` for one that this version did not write.
    pub(crate) fn from_record(record: &str) -> Option<Self> {
        let mut parts = record.splitn(4, '.');
        if parts.next() != Some(VERSION) {
            return None;
        }
        let expires_at = parts.next()?.parse().ok()?;
        let verifier = CodeVerifier::parse(parts.next()?).ok()?;
        let return_to = parts.next()?.to_owned();
        Some(Self {
            verifier,
            expires_at,
            return_to,
        })
    }

    /// Whether the backend still knows the attempt, as far as this clock can tell.
    pub(crate) fn is_open(&self, now: i64) -> bool {
        now < self.expires_at
    }
}

/// The key under which the attempt of this `state` lies.
pub(crate) fn key(state: &State) -> String {
    let mut digest = [0; 43];
    // Never too small: 32 bytes are 43 characters. The shorter `encode` can panic, which costs the module 1.6 KB.
    let _: Result<usize, _> = URL_SAFE_NO_PAD.encode_slice(state.digest(), &mut digest);
    let mut key = KEY_PREFIX.to_owned();
    key.extend(digest.map(char::from));
    key
}

/// How every key of ours begins.
pub(crate) const KEY_PREFIX: &str = "connect-outlook.attempt.";
const VERSION: &str = "1";

#[cfg(test)]
mod tests {
    use super::*;

    fn parked() -> ParkedAttempt {
        ParkedAttempt {
            verifier: CodeVerifier::from_random([7; 32]),
            expires_at: 1_800_000_600,
            return_to: "/inbox?open=a.b.c#x.y".to_owned(),
        }
    }

    #[test]
    fn a_record_is_read_back_whatever_the_address_contains() {
        let record = parked().to_record();
        assert_eq!(
            record,
            "1.1800000600.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc./inbox?open=a.b.c#x.y"
        );
        assert_eq!(ParkedAttempt::from_record(&record), Some(parked()));
    }

    #[test]
    fn a_record_of_another_making_is_not_used() {
        let good = parked().to_record();
        for bad in [
            "",
            "1",
            "1.x.y.z",
            "1.5.short./",
            &good.replacen('1', "2", 1),
            "{\"verifier\":1}",
        ] {
            assert_eq!(ParkedAttempt::from_record(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_attempt_is_open_until_the_backend_forgets_it() {
        assert!(parked().is_open(1_800_000_599));
        assert!(!parked().is_open(1_800_000_600));
    }

    /// R20: the state itself is not in the store.
    #[test]
    fn the_key_is_the_digest_of_the_state() {
        let state = State::from_random([1; 32]);
        assert!(!key(&state).contains(state.expose()));
        assert_eq!(
            key(&state),
            "connect-outlook.attempt.VtX6czP210fbQsI5QH5dpMMvTHnzXQkrE0_TWkAtnFw"
        );
        assert_ne!(key(&state), key(&State::from_random([2; 32])));
    }

    /// R123
    #[test]
    fn a_parked_attempt_cannot_be_printed() {
        assert!(!format!("{:?}", parked()).contains("BwcHBw"));
    }
}
