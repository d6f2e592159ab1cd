//! The key-encryption keys that this process holds.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::blob::KeyId;
use super::cipher::{SealingKey, key_of};
use super::error::KeyRingError;
use super::kek::{KeyEncryptionKey, read_key};
use super::pieces::{Pieces, SALT_LENGTH};
use super::place::Place;
use super::wrap::{WRAPPED_LENGTH, unwrap, wrap};
use super::{SealError, key_file};
use crate::random::{self, NoRandomness};

/// Key-encryption keys: the first wraps and seals, all of them unwrap and open (R120). None ever enters the database,
/// and the keys as given are forgotten once the working keys are derived from them.
///
/// The text form, in a file or in the environment, is one key of 256 bits after another, separated by white space,
/// each as 64 hexadecimal digits or 44 characters of base64; a line that starts with `#` is a comment. To bring a new
/// key in, put it first and keep the old one below; a key may go once nothing is wrapped under it any more.
pub struct KeyRing {
    current: KeyEncryptionKey,
    older: Vec<KeyEncryptionKey>,
    /// Where newer keys may be found.
    file: Option<PathBuf>,
}

/// A wrapped data key as it stands in `data_keys`.
pub(in crate::vault) struct WrappedKey {
    /// The data key's own id.
    pub(in crate::vault) id: KeyId,
    /// The key-encryption key it is wrapped under.
    pub(in crate::vault) kek_id: KeyId,
    /// 40 bytes in base64.
    pub(in crate::vault) wrapped: String,
}

impl KeyRing {
    /// Reads a key file.
    ///
    /// # Errors
    /// Also when anybody but the owner may read or write it (R121).
    pub fn from_file(path: &Path) -> Result<Self, KeyRingError> {
        let mut ring = Self::parse(&key_file::read(path)?)?;
        ring.file = Some(path.to_owned());
        Ok(ring)
    }

    /// What its file holds now; `None` for a ring that came from no file.
    ///
    /// # Errors
    /// As for [`Self::from_file`].
    pub fn read_again(&self) -> Option<Result<Self, KeyRingError>> {
        self.file.as_deref().map(Self::from_file)
    }

    /// Reads the text form, as an environment variable carries it.
    ///
    /// # Errors
    /// [`KeyRingError::Malformed`], [`KeyRingError::Repeated`], [`KeyRingError::Empty`].
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        let mut keys: Vec<KeyEncryptionKey> = Vec::new();
        for (index, word) in lines.flat_map(str::split_whitespace).enumerate() {
            let position = index + 1;
            let key = read_key(word).ok_or(KeyRingError::Malformed { position })?;
            let key = KeyEncryptionKey::derive(&key);
            if keys.iter().any(|known| known.id == key.id) {
                return Err(KeyRingError::Repeated { position });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(KeyRingError::Empty)?;
        Ok(Self {
            current,
            older: keys.collect(),
            file: None,
        })
    }

    /// One new key that nobody will have again: for a vault in memory.
    ///
    /// # Errors
    /// [`KeyRingError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyRingError> {
        let key = Zeroizing::new(random::bytes()?);
        Ok(Self {
            current: KeyEncryptionKey::derive(&key),
            older: Vec::new(),
            file: None,
        })
    }

    /// Makes a new key, writes it to a new file that only its owner may read, and reads it back.
    ///
    /// # Errors
    /// [`KeyRingError::File`], also when something is there already: a key is never overwritten.
    pub fn create_file(path: &Path) -> Result<Self, KeyRingError> {
        let key = Zeroizing::new(random::bytes::<32>()?);
        let text = Zeroizing::new(format!(
            "{}\n",
            &*Zeroizing::new(STANDARD.encode(key.as_slice()))
        ));
        key_file::create(path, &text)?;
        Self::from_file(path)
    }

    /// Makes a new key and puts it before those of a file: it wraps from then on, the others still open. The file is
    /// replaced as a whole, so that nobody reads half of it.
    ///
    /// # Errors
    /// As for [`Self::from_file`]; the file is as it was then.
    pub fn add_to_file(path: &Path) -> Result<Self, KeyRingError> {
        let before = key_file::read(path)?;
        Self::parse(&before)?;
        let key = Zeroizing::new(random::bytes::<32>()?);
        let text = Zeroizing::new(format!(
            "{}\n{}",
            &*Zeroizing::new(STANDARD.encode(key.as_slice())),
            &*before
        ));
        key_file::replace(path, &text)?;
        Self::from_file(path)
    }

    /// The names of all keys, the one that wraps first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.all().map(|key| key.id)
    }

    /// The key that new data keys are wrapped under.
    #[must_use]
    pub fn current_id(&self) -> KeyId {
        self.current.id
    }

    /// Whether values under this key can be opened.
    #[must_use]
    pub fn holds(&self, id: KeyId) -> bool {
        self.all().any(|key| key.id == id)
    }

    /// A new data key, ready to use and wrapped under the current key.
    pub(in crate::vault) fn new_data_key(
        &self,
        id: Uuid,
    ) -> Result<(SealingKey, WrappedKey), NoRandomness> {
        let id = KeyId::new(id);
        let data_key = Zeroizing::new(random::bytes()?);
        let wrapped = STANDARD.encode(wrap(&self.current.wrapping, &data_key));
        Ok((
            SealingKey::new(id, &data_key),
            WrappedKey {
                id,
                kek_id: self.current.id,
                wrapped,
            },
        ))
    }

    /// # Errors
    /// [`SealError::KeyUnknown`] when it is wrapped under a key that is not here; [`SealError::Damaged`].
    pub(in crate::vault) fn unwrap(&self, stored: &WrappedKey) -> Result<SealingKey, SealError> {
        Ok(SealingKey::new(stored.id, &self.unwrap_bytes(stored)?))
    }

    fn unwrap_bytes(&self, stored: &WrappedKey) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let place = || format!("data_keys.wrapped of row {}", stored.id);
        let wrapped: [u8; WRAPPED_LENGTH] = STANDARD
            .decode(&stored.wrapped)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| SealError::UnknownFormat { place: place() })?;
        unwrap(&self.find(stored.kek_id)?.wrapping, &wrapped)
            .ok_or_else(|| SealError::Damaged { place: place() })
    }

    /// Wraps the same data key under the current key (R120).
    ///
    /// # Errors
    /// As for [`Self::unwrap`].
    pub(in crate::vault) fn rewrap(&self, stored: &WrappedKey) -> Result<WrappedKey, SealError> {
        let data_key = self.unwrap_bytes(stored)?;
        Ok(WrappedKey {
            id: stored.id,
            kek_id: self.current.id,
            wrapped: STANDARD.encode(wrap(&self.current.wrapping, &data_key)),
        })
    }

    /// Seals what has no account and so no data key: of an attempt, a link, a webhook (R122).
    pub(in crate::vault) fn seal_attempt(
        &self,
        place: Place<'_>,
        plaintext: &str,
    ) -> Result<String, NoRandomness> {
        self.current.attempts.seal(place, plaintext)
    }

    /// Opens what [`Self::seal_attempt`] sealed, under whichever key of the ring.
    pub(in crate::vault) fn open_attempt(
        &self,
        place: Place<'_>,
        sealed: &str,
    ) -> Result<Zeroizing<String>, SealError> {
        self.find(key_of(place, sealed)?)?
            .attempts
            .open(place, sealed)
    }

    /// For a file that begins with `header` and was or is to be sealed under the key that `id` names.
    ///
    /// # Errors
    /// [`SealError::KeyUnknown`].
    pub(in crate::vault) fn pieces(
        &self,
        id: KeyId,
        header: &[u8],
        salt: &[u8; SALT_LENGTH],
    ) -> Result<Pieces, SealError> {
        Ok(Pieces::new(&self.find(id)?.exports, header, salt))
    }

    fn find(&self, id: KeyId) -> Result<&KeyEncryptionKey, SealError> {
        self.all()
            .find(|key| key.id == id)
            .ok_or_else(|| SealError::KeyUnknown {
                key: id.to_string(),
            })
    }

    fn all(&self) -> impl Iterator<Item = &KeyEncryptionKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_list()
            .entries(self.all().map(|key| key.id))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Field;
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const OTHER: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    /// R122: the working keys are those of RFC 5869 with our labels, worked out with Python's hmac module.
    #[test]
    fn each_purpose_has_its_own_derived_key() {
        let ring = KeyRing::parse(HEX).unwrap();
        let hex = |bytes: &[u8]| crate::vault::id::hex(bytes);
        assert_eq!(
            hex(ring.current_id().as_bytes()),
            "836d77062ea90a9facabf200bfa7e883"
        );
        assert_eq!(
            hex(&*ring.current.wrapping),
            "4fdd0d615fbf068f807fc0f9cb618071d924667a37a8168f742993d8cf047601"
        );
        assert_eq!(
            hex(&*ring.current.exports),
            "0f461299c9eaa081976d2df8b8c9f6b7e0e0d469529eb87aa0ee8be4c17dcb26"
        );
        let attempts = [
            0xd9, 0xd4, 0x61, 0x6c, 0x69, 0xd5, 0x16, 0xdc, 0xed, 0x6e, 0x6f, 0x40, 0xf1, 0x76,
            0xd9, 0x33, 0x91, 0x95, 0x71, 0xc9, 0x05, 0xe2, 0xa7, 0x9a, 0x61, 0x43, 0xf7, 0x4a,
            0x5a, 0x6e, 0x35, 0xfe,
        ];
        let place = Place::new(Field::CodeVerifier, "attempt");
        let sealed = ring.seal_attempt(place, "verifier").unwrap();
        let opened =
            SealingKey::new(ring.current_id(), &Zeroizing::new(attempts)).open(place, &sealed);
        assert_eq!(*opened.unwrap(), "verifier");
    }

    /// R120, R121: the newest seals, the older ones stay, and what is no key file is left alone.
    #[test]
    fn a_key_is_added_before_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let first = KeyRing::create_file(&path).unwrap().current_id();
        let second = KeyRing::add_to_file(&path).unwrap();
        assert_eq!(second.ids().nth(1), Some(first));
        let third = KeyRing::add_to_file(&path).unwrap();
        assert_eq!(third.ids().nth(1), Some(second.current_id()));
        assert_eq!(third.ids().count(), 3);
        let entries = std::fs::read_dir(folder.path()).unwrap();
        assert_eq!(entries.count(), 1, "nothing lies beside it");

        let other = folder.path().join("other");
        std::fs::write(&other, "not a key").unwrap();
        assert!(KeyRing::add_to_file(&other).is_err());
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "not a key");
    }

    #[test]
    fn hexadecimal_and_base64_say_the_same_key() {
        let ids = [
            HEX,
            &HEX.to_uppercase(),
            BASE64,
            &format!("# made on Monday\n\n  {HEX}  \n"),
        ]
        .map(|text| KeyRing::parse(text).unwrap().current_id());
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    /// R120: the first key writes, every key reads.
    #[test]
    fn an_older_key_still_opens_what_it_wrapped() {
        let old = KeyRing::parse(HEX).unwrap();
        let (key, wrapped) = old.new_data_key(Uuid::from_u128(1)).unwrap();
        let place = Place::new(Field::AccessToken, "row");
        let sealed = key.seal(place, "token").unwrap();
        let attempt = old.seal_attempt(place, "verifier").unwrap();

        let both = KeyRing::parse(&format!("{OTHER}\n{HEX}")).unwrap();
        assert_eq!(
            *both.unwrap(&wrapped).unwrap().open(place, &sealed).unwrap(),
            "token"
        );
        assert_eq!(*both.open_attempt(place, &attempt).unwrap(), "verifier");
        assert_eq!(
            both.new_data_key(Uuid::from_u128(2)).unwrap().1.kek_id,
            both.current_id()
        );
        assert_ne!(both.current_id(), old.current_id());
    }

    /// R118, F49: a key that is not here is named, and nothing else happens.
    #[test]
    fn an_unknown_key_is_named() {
        let (old, new) = (KeyRing::parse(HEX).unwrap(), KeyRing::parse(OTHER).unwrap());
        let unknown = SealError::KeyUnknown {
            key: old.current_id().to_string(),
        };
        let (_, wrapped) = old.new_data_key(Uuid::from_u128(1)).unwrap();
        assert_eq!(new.unwrap(&wrapped).err(), Some(unknown.clone()));
        let place = Place::new(Field::CodeVerifier, "attempt");
        let sealed = old.seal_attempt(place, "verifier").unwrap();
        assert_eq!(new.open_attempt(place, &sealed).err(), Some(unknown));
    }

    /// R12: each way to be wrong is a refusal that names the key's position and not its text.
    #[test]
    fn a_wrong_key_is_refused() {
        assert!(matches!(
            KeyRing::parse(" \n# nothing\n"),
            Err(KeyRingError::Empty)
        ));
        assert!(matches!(
            KeyRing::parse(&format!("{HEX} {BASE64}")),
            Err(KeyRingError::Repeated { position: 2 })
        ));
        for bad in [
            "secret",
            &HEX[..62],
            &BASE64[..40],
            &BASE64[..43],
            &format!("{HEX}00"),
            &"é".repeat(32),
        ] {
            let error = KeyRing::parse(&format!("{OTHER}\n{bad}")).unwrap_err();
            assert!(
                matches!(error, KeyRingError::Malformed { position: 2 }),
                "{bad}"
            );
            assert!(!error.to_string().contains(bad));
        }
    }

    /// R123
    #[test]
    fn a_key_ring_prints_fingerprints_only() {
        let text = format!("{:?}", KeyRing::parse(HEX).unwrap());
        assert_eq!(text, "[KeyId(836d7706-2ea9-0a9f-acab-f200bfa7e883)]");
    }
}
