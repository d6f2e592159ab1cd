//! Cursors: where the next page begins, sealed for one mailbox (R134). Graph's own links never leave the server.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk};
use url::Url;

use super::GraphError;
use crate::random;

/// Path and query of a page, as Graph named it.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor(String);

/// Not a cursor that this mailbox was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this mailbox")]
pub struct CursorError;

impl Cursor {
    /// Takes `@odata.nextLink`, which must lead to messages at `origin` and nowhere else (R131).
    pub(super) fn from_link(link: &str, origin: &str) -> Result<Self, GraphError> {
        let elsewhere = || GraphError::Unexpected("a next link that leads elsewhere".to_owned());
        let url = Url::parse(link).map_err(|_| elsewhere())?;
        let own = Url::parse(origin).map_err(|_| elsewhere())?;
        let path = url.path().to_ascii_lowercase();
        let bare = url.username().is_empty() && url.password().is_none();
        let leads_on = url.origin() == own.origin()
            && path.starts_with("/v1.0/")
            && path.ends_with("/messages");
        if !bare || !leads_on || link.len() > LONGEST {
            return Err(elsewhere());
        }
        Ok(Self(format!(
            "{}?{}",
            url.path(),
            url.query().unwrap_or_default()
        )))
    }

    pub(super) fn path_and_query(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cursor(…)")
    }
}

/// Seals and opens cursors: ChaCha20-Poly1305 (RFC 8439) with a key for each mailbox, so that random nonces never come
/// near their limit, and a cursor of one mailbox is noise to another.
pub(super) struct CursorSeal(Prk);

impl CursorSeal {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(Prk::new_less_safe(HKDF_SHA256, key))
    }

    pub(super) fn seal(&self, cursor: &Cursor, mailbox: &str) -> Result<String, GraphError> {
        let nonce = random::bytes::<12>()?;
        let mut sealed = cursor.0.clone().into_bytes();
        self.key(mailbox)
            .and_then(|key| {
                key.seal_in_place_append_tag(
                    Nonce::assume_unique_for_key(nonce),
                    Aad::from(PURPOSE),
                    &mut sealed,
                )
            })
            .map_err(|_| GraphError::Unexpected("a next link that cannot be sealed".to_owned()))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    pub(super) fn open(&self, text: &str, mailbox: &str) -> Result<Cursor, CursorError> {
        if text.len() > 2 * LONGEST {
            return Err(CursorError);
        }
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError)?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>().ok_or(CursorError)?;
        let mut sealed = sealed.to_vec();
        let key = self.key(mailbox).map_err(|_| CursorError)?;
        let opened = key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(PURPOSE),
                &mut sealed,
            )
            .map_err(|_| CursorError)?;
        String::from_utf8(opened.to_vec())
            .map(Cursor)
            .map_err(|_| CursorError)
    }

    fn key(&self, mailbox: &str) -> Result<LessSafeKey, ring::error::Unspecified> {
        let info = [mailbox.as_bytes()];
        let unbound: UnboundKey = self.0.expand(&info, &CHACHA20_POLY1305)?.into();
        Ok(LessSafeKey::new(unbound))
    }
}

impl fmt::Debug for CursorSeal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CursorSeal(…)")
    }
}

/// Says what was sealed and in which format.
const PURPOSE: &[u8] = b"messages 1";

/// Characters of a next link.
const LONGEST: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GRAPH: &str = "https://graph.microsoft.com";

    fn cursor() -> Cursor {
        Cursor::from_link(
            &format!("{GRAPH}/v1.0/me/mailFolders/inbox/messages?$top=10&$skip=10"),
            GRAPH,
        )
        .unwrap()
    }

    #[test]
    fn a_cursor_comes_back_to_the_mailbox_it_was_given() {
        let seal = CursorSeal::new(&[7; 32]);
        let text = seal.seal(&cursor(), "ada").unwrap();
        assert_eq!(seal.open(&text, "ada"), Ok(cursor()));
        assert!(
            !text.contains("skip")
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }

    /// R134: another mailbox, another deployment, any changed character.
    #[test]
    fn a_cursor_opens_for_nobody_else_and_not_when_changed() {
        let seal = CursorSeal::new(&[7; 32]);
        let text = seal.seal(&cursor(), "ada").unwrap();
        assert_eq!(seal.open(&text, "grace"), Err(CursorError));
        assert_eq!(
            CursorSeal::new(&[8; 32]).open(&text, "ada"),
            Err(CursorError)
        );
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(
                seal.open(&String::from_utf8(changed).unwrap(), "ada"),
                Err(CursorError),
                "{at}"
            );
        }
        for bad in [
            "",
            "A",
            &text[1..],
            &format!("{text}A"),
            &"A".repeat(100_000),
        ] {
            assert_eq!(seal.open(bad, "ada"), Err(CursorError));
        }
    }

    #[test]
    fn two_seals_of_one_cursor_differ() {
        let seal = CursorSeal::new(&[7; 32]);
        assert_ne!(
            seal.seal(&cursor(), "ada").unwrap(),
            seal.seal(&cursor(), "ada").unwrap()
        );
    }

    /// R131: a link to another place is not followed, whoever wrote it.
    #[test]
    fn a_link_that_leads_elsewhere_is_refused() {
        for bad in [
            "",
            "/v1.0/me/messages",
            "http://graph.microsoft.com/v1.0/me/messages",
            "https://graph.microsoft.us/v1.0/me/messages",
            "https://graph.microsoft.com.evil.example/v1.0/me/messages",
            "https://graph.microsoft.com:444/v1.0/me/messages",
            "https://graph.microsoft.com@evil.example/v1.0/me/messages",
            "https://u@graph.microsoft.com/v1.0/me/messages",
            "https://graph.microsoft.com/beta/me/messages",
            "https://graph.microsoft.com/v1.0/me/messages/../../../x",
            "https://graph.microsoft.com/v1.0/$batch",
            "javascript:alert(1)",
            &format!("{GRAPH}/v1.0/me/messages?{}", "x".repeat(5_000)),
        ] {
            assert!(
                matches!(
                    Cursor::from_link(bad, GRAPH),
                    Err(GraphError::Unexpected(_))
                ),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_opens_or_panics(text in "[A-Za-z0-9_-]{0,200}") {
            prop_assert_eq!(CursorSeal::new(&[7; 32]).open(&text, "ada"), Err(CursorError));
        }
    }
}
