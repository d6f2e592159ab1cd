//! Letters and keys as they may be. Pure.

use std::fmt;

use connect_outlook_protocol::wire::{Letter, Recipient, Way};

use super::SendLetterError;
use crate::graph::{AnsweredMessage, MessageId};
use crate::vault::id::{KeyDigest, LetterDigest};

/// What names a sending: chosen by whoever asks, the same when the same is asked again. The vault has only its digest.
#[derive(Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Takes 16 to 128 letters, digits and `-._~`, such as a UUID: long enough that nobody guesses another's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let fits = (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
    }

    pub(super) fn digest(&self) -> KeyDigest {
        KeyDigest::of(&self.0)
    }

    /// What tells whether the key comes with the same letter. The key is part of it: without, whoever reads the vault
    /// could try out what a short letter says.
    pub(super) fn with(&self, letter: &Letter) -> LetterDigest {
        // Strings and lists: there is nothing in it that JSON could not say.
        let letter = serde_json::to_string(letter).unwrap_or_default();
        LetterDigest::of(&format!("{} {letter}", self.0))
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey(…)")
    }
}

/// The message that a letter answers, if the letter is in order.
pub(super) fn letter(letter: &Letter) -> Result<Option<AnsweredMessage>, SendLetterError> {
    let bad = |what| Err(SendLetterError::Malformed(what));
    let answered = letter.answering.as_ref().map(|answering| {
        let id = MessageId::parse(&answering.message);
        id.map(|id| AnsweredMessage {
            id,
            way: answering.way,
        })
    });
    let Ok(answered) = answered.transpose() else {
        return bad("answering names no message");
    };
    let has_its_own = matches!(
        answered,
        Some(AnsweredMessage {
            way: Way::Reply | Way::ReplyAll,
            ..
        })
    );
    let recipients = || [&letter.to, &letter.cc, &letter.bcc].into_iter().flatten();
    match recipients().count() {
        0 if !has_its_own => return bad("to, cc and bcc name nobody"),
        count if count > MOST_RECIPIENTS => {
            return bad("to, cc and bcc name more than 500 recipients");
        }
        _ => {}
    }
    if !recipients().all(is_recipient) {
        return bad("a recipient has no mail address, or control characters");
    }
    let is_line = |subject: &String| subject.len() <= LONGEST_LINE && !has_controls(subject);
    if !letter.subject.as_ref().is_none_or(is_line) {
        return bad("subject must be one line of at most 998 bytes");
    }
    Ok(answered)
}

/// Enough that what Microsoft would choke on does not leave; whether it can be reached is Microsoft's to say.
fn is_recipient(recipient: &Recipient) -> bool {
    let Recipient { name, address } = recipient;
    let (local, domain) = address.rsplit_once('@').unwrap_or_default();
    let clean = !address.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let short = name.len() <= LONGEST_LINE && address.len() <= LONGEST_ADDRESS;
    clean && short && !has_controls(name) && !local.is_empty() && !domain.is_empty()
}

fn has_controls(text: &str) -> bool {
    text.chars().any(char::is_control)
}

const SHORTEST: usize = 16;
const LONGEST: usize = 128;

/// Microsoft's limit for all three kinds together.
const MOST_RECIPIENTS: usize = 500;

/// Bytes of a line (RFC 5322 section 2.1.1).
const LONGEST_LINE: usize = 998;

/// Bytes of an address (RFC 5321 section 4.5.3.1.3, without its brackets).
const LONGEST_ADDRESS: usize = 254;

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    fn read(changes: Value) -> Letter {
        let mut letter = json!({
            "to": [{"address": "grace@contoso.example"}],
            "body": {"content_type": "text", "content": "Dear Grace"},
        });
        let changes: Map<String, Value> = serde_json::from_value(changes).unwrap();
        letter.as_object_mut().unwrap().extend(changes);
        serde_json::from_value(letter).unwrap()
    }

    fn is_good(changes: Value) -> bool {
        letter(&read(changes)).is_ok()
    }

    #[test]
    fn a_letter_names_somebody_unless_it_answers() {
        let nobody = json!([]);
        assert!(!is_good(json!({"to": nobody})));
        assert!(is_good(json!({"to": nobody, "bcc": [{"address": "a@b"}]})));
        let answer = |way: &str| json!({"to": [], "answering": {"message": "AAMk=", "way": way}});
        assert!(is_good(answer("reply")) && is_good(answer("reply_all")));
        assert!(!is_good(answer("forward")), "somebody has to get it");
    }

    /// R178: no line break reaches a header, no path a message's place.
    #[test]
    fn nothing_leaves_its_field() {
        for address in ["", "a", "@b", "a@", "a b@c", "a@b\r\nBcc: x@y", "a@b\0"] {
            assert!(
                !is_good(json!({"cc": [{"address": address}]})),
                "{address:?}"
            );
        }
        assert!(!is_good(
            json!({"to": [{"name": "a\nb", "address": "a@b"}]})
        ));
        assert!(!is_good(json!({"subject": "a\r\nb"})));
        assert!(!is_good(json!({"subject": "x".repeat(999)})));
        let message = json!({"answering": {"message": "../x", "way": "reply"}});
        assert!(!is_good(message));
        let many: Vec<_> = (0..501).map(|_| json!({"address": "a@b"})).collect();
        assert!(!is_good(json!({"to": many})));
    }

    #[test]
    fn a_key_is_long_and_harmless() {
        for good in ["0123456789abcdef", "6731de76-14a6-49ae-97bc-6eba6914391e"] {
            assert!(IdempotencyKey::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "short",
            "0123456789abcde/",
            "0123456789 abcdef",
            &"a".repeat(129),
        ] {
            assert!(IdempotencyKey::parse(bad).is_none(), "{bad}");
        }
    }

    /// Whoever has the vault and not the key cannot try out what a letter said.
    #[test]
    fn the_same_letter_under_another_key_has_another_digest() {
        let letter = read(json!({}));
        let key = |text: &str| IdempotencyKey::parse(text).unwrap();
        let (one, two) = (key("0123456789abcdef"), key("0123456789abcdeg"));
        assert_eq!(one.with(&letter), one.with(&read(json!({}))));
        assert_ne!(one.with(&letter), two.with(&letter));
        assert_ne!(one.with(&letter), one.with(&read(json!({"subject": ""}))));
        assert_eq!(format!("{one:?}"), "IdempotencyKey(…)");
    }
}
