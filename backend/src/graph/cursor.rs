//! Cursors: where the next page begins, sealed for one mailbox (R134). Graph's own links never leave the server.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk};
use url::Url;
use zeroize::Zeroizing;

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

/// The key in use and the one before it, exchanged while requests are under way.
#[derive(Debug)]
pub(super) struct Cursors(RwLock<Seals>);

#[derive(Debug)]
struct Seals {
    present: Arc<CursorSeal>,
    before: Option<Arc<CursorSeal>>,
}

impl Cursors {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(RwLock::new(Seals {
            present: Arc::new(CursorSeal::new(key)),
            before: None,
        }))
    }

    /// The same key again changes nothing.
    pub(super) fn replace(&self, key: &[u8; 32]) {
        let mut seals = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if *seals.present.key != *key {
            let new = Arc::new(CursorSeal::new(key));
            seals.before = Some(std::mem::replace(&mut seals.present, new));
        }
    }

    pub(super) fn seal(&self, cursor: &Cursor, mailbox: &str) -> Result<String, GraphError> {
        let present = Arc::clone(&self.seals().present);
        present.seal(cursor, mailbox)
    }

    pub(super) fn open(&self, text: &str, mailbox: &str) -> Result<Cursor, CursorError> {
        let (present, before) = {
            let seals = self.seals();
            (Arc::clone(&seals.present), seals.before.clone())
        };
        present.open(text, mailbox).or_else(|error| match before {
            Some(before) => before.open(text, mailbox),
            None => Err(error),
        })
    }

    fn seals(&self) -> RwLockReadGuard<'_, Seals> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seals and opens cursors: ChaCha20-Poly1305 (RFC 8439) with a key for each mailbox, so that random nonces never come
/// near their limit, and a cursor of one mailbox is noise to another.
struct CursorSeal {
    key: Zeroizing<[u8; 32]>,
    derived: Prk,
}

impl CursorSeal {
    fn new(key: &[u8; 32]) -> Self {
        Self {
            key: Zeroizing::new(*key),
            derived: Prk::new_less_safe(HKDF_SHA256, key),
        }
    }

    fn seal(&self, cursor: &Cursor, mailbox: &str) -> Result<String, GraphError> {
        let nonce = random::bytes::<12>()?;
        let mut sealed = cursor.0.clone().into_bytes();
        self.key_of(mailbox)
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

    fn open(&self, text: &str, mailbox: &str) -> Result<Cursor, CursorError> {
        if text.len() > 2 * LONGEST {
            return Err(CursorError);
        }
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError)?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>().ok_or(CursorError)?;
        let mut sealed = sealed.to_vec();
        let key = self.key_of(mailbox).map_err(|_| CursorError)?;
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

    fn key_of(&self, mailbox: &str) -> Result<LessSafeKey, ring::error::Unspecified> {
        let info = [mailbox.as_bytes()];
        let unbound: UnboundKey = self.derived.expand(&info, &CHACHA20_POLY1305)?.into();
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

    /// F50: who reads page by page goes on when the keys are exchanged, and not for ever.
    #[test]
    fn a_cursor_outlives_one_change_of_the_key() {
        let cursors = Cursors::new(&[7; 32]);
        let old = cursors.seal(&cursor(), "ada").unwrap();
        cursors.replace(&[8; 32]);
        cursors.replace(&[8; 32]);
        let new = cursors.seal(&cursor(), "ada").unwrap();
        assert_eq!(cursors.open(&old, "ada"), Ok(cursor()));
        assert_eq!(cursors.open(&new, "ada"), Ok(cursor()));
        assert_eq!(
            Cursors::new(&[7; 32]).open(&new, "ada"),
            Err(CursorError),
            "sealed anew"
        );
        cursors.replace(&[9; 32]);
        assert_eq!(cursors.open(&old, "ada"), Err(CursorError));
        assert_eq!(cursors.open(&new, "ada"), Ok(cursor()));
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
