//! What a tab keeps of its attempts while the visitor is at Microsoft.
//!
//! One text lies in `sessionStorage`: of this tab and origin alone, gone with the tab. It has a line for each attempt,
//! `<digest of state> <expires_at> <verifier> <return_to>`, and a line is taken once. As on the server, the store knows
//! only the digest of `state` (R20), so a look into it does not yield the pair that the backend asks for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::state::State;

/// An attempt that waits for its callback.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParkedAttempt {
    /// When the backend forgets the attempt, unix seconds.
    pub(crate) expires_at: u32,
    /// Made by this page, sent once, beside the code.
    pub(crate) verifier: CodeVerifier,
    /// Path, query and fragment the visitor came from; addresses of browsers have no spaces or line ends in them.
    pub(crate) return_to: String,
}

impl ParkedAttempt {
    /// Adds the attempt of this `state` to the text.
    pub(crate) fn add_to(&self, text: &mut String, state: &State) {
        let expires_at = self.expires_at.to_string();
        for part in [digest(state).as_str(), &expires_at, self.verifier.expose()] {
            text.push_str(part);
            text.push(' ');
        }
        text.push_str(&self.return_to);
        text.push('\n');
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, ' ').skip(1);
        Some(Self {
            expires_at: parts.next()?.parse().ok()?,
            verifier: CodeVerifier::parse(parts.next()?).ok()?,
            return_to: parts.next()?.to_owned(),
        })
    }
}

/// Takes the attempt of this `state` out of the text, if it is there and open.
pub(crate) fn take(text: &mut String, state: &State, now: u32) -> Option<ParkedAttempt> {
    sweep(text, now);
    let digest = digest(state);
    let line = text.lines().find(|line| line.starts_with(&digest))?;
    let taken = ParkedAttempt::read(line);
    retain(text, |line| !line.starts_with(&digest));
    taken
}

/// Takes out what the backend has forgotten, and what this version did not write.
pub(crate) fn sweep(text: &mut String, now: u32) {
    retain(text, |line| {
        ParkedAttempt::read(line).is_some_and(|parked| now < parked.expires_at)
    });
}

fn retain(text: &mut String, keep: impl Fn(&str) -> bool) {
    let mut kept = String::new();
    for line in text
        .split_inclusive('\n')
        .filter(|line| keep(line.trim_end()))
    {
        kept.push_str(line);
    }
    *text = kept;
}

fn digest(state: &State) -> String {
    let mut text = [0; 43];
    // Never too small: 32 bytes are 43 characters. The shorter `encode` can panic, which costs the module 1.6 KB.
    let _: Result<usize, _> = URL_SAFE_NO_PAD.encode_slice(state.digest(), &mut text);
    text.iter().map(|byte| char::from(*byte)).collect()
}

/// The key in `sessionStorage`.
pub(crate) const KEY: &str = "connect-outlook.attempts";

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 1_800_000_000;

    fn state(number: u8) -> State {
        State::from_random([number; 32])
    }

    fn parked(number: u8) -> ParkedAttempt {
        ParkedAttempt {
            expires_at: NOW + 600,
            verifier: CodeVerifier::from_random([number; 32]),
            return_to: format!("/inbox?open={number}.b.c#x,y"),
        }
    }

    fn store(numbers: &[u8]) -> String {
        let mut text = String::new();
        for number in numbers {
            parked(*number).add_to(&mut text, &state(*number));
        }
        text
    }

    #[test]
    fn an_attempt_is_taken_once_and_others_stay() {
        let mut text = store(&[1, 2, 3]);
        assert_eq!(take(&mut text, &state(2), NOW), Some(parked(2)));
        assert_eq!(take(&mut text, &state(2), NOW), None);
        assert_eq!(text, store(&[1, 3]));
        assert_eq!(take(&mut text, &state(4), NOW), None);
        assert_eq!(text, store(&[1, 3]));
    }

    #[test]
    fn an_attempt_is_open_until_the_backend_forgets_it() {
        assert!(take(&mut store(&[1]), &state(1), NOW + 599).is_some());
        let mut late = store(&[1]);
        assert_eq!(take(&mut late, &state(1), NOW + 600), None);
        assert_eq!(late, "", "what has lapsed does not stay");
    }

    #[test]
    fn lines_of_another_making_are_swept_away() {
        let good = store(&[1]);
        for bad in [
            "\n",
            "x\n",
            "a b c d\n",
            "{\"verifier\":1}\n",
            "a 1 short /\n",
            "a 9 9",
        ] {
            let mut text = [bad, &good].concat();
            sweep(&mut text, NOW);
            assert!(text == good || text.is_empty(), "{text}");
        }
    }

    /// R20: neither the state nor anything that leads to it is in the store.
    #[test]
    fn the_store_knows_the_digest_of_a_state_only() {
        let mut text = String::new();
        parked(9).add_to(&mut text, &state(1));
        assert!(!text.contains(state(1).expose()));
        assert!(
            text.starts_with("VtX6czP210fbQsI5QH5dpMMvTHnzXQkrE0_TWkAtnFw 1800000600 CQkJCQ"),
            "{text}"
        );
    }

    /// R123
    #[test]
    fn a_parked_attempt_cannot_be_printed() {
        assert!(!format!("{:?}", parked(1)).contains("AQEB"));
    }
}
