//! What a tab keeps of its attempts while the visitor is at Microsoft.
//!
//! One text lies in `sessionStorage`: of this tab and origin alone, gone with the tab. It has a line for each attempt,
//! `<verifier> <digest of state> <expires_at> <return_to>`, and a line is taken once. As on the server, the store knows
//! only the digest of `state` (R20), so a look into it does not yield the pair that the backend asks for.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::state::State;

/// An attempt that waits for its callback.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParkedAttempt {
    /// Made by this page, sent once, beside the code.
    pub(crate) verifier: CodeVerifier,
    digest: String,
    expires_at: u32,
    /// Path, query and fragment the visitor came from; addresses of browsers have no spaces or line ends in them.
    pub(crate) return_to: String,
}

impl ParkedAttempt {
    /// The attempt of this `state`, which the backend forgets at `expires_at`, unix seconds.
    pub(crate) fn new(
        state: &State,
        verifier: CodeVerifier,
        expires_at: u32,
        return_to: String,
    ) -> Self {
        Self {
            verifier,
            digest: digest(state),
            expires_at,
            return_to,
        }
    }

    /// Adds the attempt to the text, and takes out what has lapsed.
    pub(crate) fn add_to(&self, text: &mut String, now: u32) {
        sweep(text, now);
        let expires_at = self.expires_at.to_string();
        for part in [self.verifier.expose(), &self.digest, &expires_at] {
            text.push_str(part);
            text.push(' ');
        }
        text.push_str(&self.return_to);
        text.push('\n');
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, ' ');
        Some(Self {
            verifier: CodeVerifier::parse(parts.next()?).ok()?,
            digest: parts.next()?.to_owned(),
            expires_at: parts.next()?.parse().ok()?,
            return_to: parts.next()?.to_owned(),
        })
    }
}

/// Attempts that wait in the page's memory, because the visitor is at Microsoft in a window of its own. The same text as
/// in a tab's store, seen by nobody else and gone with the page.
#[derive(Debug, Default)]
pub(crate) struct Waiting(RefCell<String>);

impl Waiting {
    /// Adds an attempt.
    pub(crate) fn add(&self, parked: &ParkedAttempt, now: u32) {
        parked.add_to(&mut self.0.borrow_mut(), now);
    }

    /// Takes the attempt of this state; a second call finds nothing.
    pub(crate) fn take(&self, state: &State, now: u32) -> Option<ParkedAttempt> {
        take(&mut self.0.borrow_mut(), state, now)
    }
}

/// Takes the attempt of this `state` out of the text, if it is there and open.
pub(crate) fn take(text: &mut String, state: &State, now: u32) -> Option<ParkedAttempt> {
    take_by_digest(text, &digest(state), now)
}

/// Takes out what the backend has forgotten, and what this version did not write.
pub(crate) fn sweep(text: &mut String, now: u32) {
    take_by_digest(text, "", now);
}

fn take_by_digest(text: &mut String, digest: &str, now: u32) -> Option<ParkedAttempt> {
    let mut taken = None;
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        match ParkedAttempt::read(line.trim_end()) {
            Some(parked) if now >= parked.expires_at => {}
            Some(parked) if parked.digest == digest => taken = Some(parked),
            Some(_) => kept.push_str(line),
            None => {}
        }
    }
    *text = kept;
    taken
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
        let verifier = CodeVerifier::from_random([100 + number; 32]);
        ParkedAttempt::new(
            &state(number),
            verifier,
            NOW + 600,
            format!("/inbox?open={number}.b.c#x,y"),
        )
    }

    fn store(numbers: &[u8]) -> String {
        let mut text = String::new();
        for number in numbers {
            parked(*number).add_to(&mut text, NOW);
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
        let text = store(&[1]);
        assert!(!text.contains(state(1).expose()));
        assert!(
            text.ends_with(
                " VtX6czP210fbQsI5QH5dpMMvTHnzXQkrE0_TWkAtnFw 1800000600 /inbox?open=1.b.c#x,y\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_waits_in_memory_is_taken_once_too() {
        let waiting = Waiting::default();
        waiting.add(&parked(1), NOW);
        waiting.add(&parked(2), NOW);
        assert_eq!(waiting.take(&state(1), NOW), Some(parked(1)));
        assert_eq!(waiting.take(&state(1), NOW), None);
        assert_eq!(waiting.take(&state(2), NOW + 600), None);
    }

    /// R123
    #[test]
    fn a_parked_attempt_cannot_be_printed() {
        assert!(!format!("{:?}", parked(1)).contains("ZWVl"));
    }
}
