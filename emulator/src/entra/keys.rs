//! Signing keys: RSA-2048, made when the emulator starts and gone when it stops (entra 6). Making them takes a moment, so
//! it happens beside everything else, and whoever needs them waits.

use std::{
    sync::{Arc, RwLock},
    thread,
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey, traits::PublicKeyParts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    lock::{read, write},
    world::{CONSUMERS_TENANT_ID, TenantKind},
};

/// The keys of an emulator, perhaps still in the making. Clones share them, also between emulators: tests that start
/// many spare themselves the making.
#[derive(Clone, Debug)]
pub struct SigningKeys {
    made: watch::Receiver<Option<Arc<KeySet>>>,
}

impl SigningKeys {
    /// Starts making a set of keys on threads of their own.
    pub fn make() -> Self {
        let (announce, made) = watch::channel(None);
        thread::spawn(move || match KeySet::make() {
            Ok(keys) => {
                announce.send_replace(Some(Arc::new(keys)));
            }
            Err(trouble) => tracing::error!(%trouble, "the signing keys could not be made"),
        });
        Self { made }
    }

    /// The keys, once they are made.
    ///
    /// # Errors
    /// [`KeysMissing`] if making them failed; the log has said why.
    pub(crate) async fn ready(&self) -> Result<Arc<KeySet>, KeysMissing> {
        let mut made = self.made.clone();
        let keys = made
            .wait_for(Option::is_some)
            .await
            .map_err(|_| KeysMissing)?;
        keys.clone().ok_or(KeysMissing)
    }
}

/// What becomes of the old key when a new one takes over (entra 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RollOver {
    /// It stays published, so that tokens signed by it are still good.
    Planned,
    /// It is gone at once, as after a theft.
    Emergency,
}

/// The keys of one emulator: those it was given, until they roll over.
#[derive(Debug)]
pub(crate) struct KeyRing {
    given: SigningKeys,
    rolled: RwLock<Option<Arc<KeySet>>>,
}

impl KeyRing {
    pub(crate) fn of(given: SigningKeys) -> Self {
        Self {
            given,
            rolled: RwLock::default(),
        }
    }

    /// The keys in use, once they are made.
    ///
    /// # Errors
    /// [`KeysMissing`] if making them failed; the log has said why.
    pub(crate) async fn ready(&self) -> Result<Arc<KeySet>, KeysMissing> {
        let rolled = read(&self.rolled).clone();
        match rolled {
            Some(keys) => Ok(keys),
            None => self.given.ready().await,
        }
    }

    /// Makes a new key that signs for tenants of this kind from now on, and answers its id.
    ///
    /// # Errors
    /// [`KeysMissing`] if it could not be made.
    pub(crate) async fn roll_over(
        &self,
        kind: TenantKind,
        mode: RollOver,
    ) -> Result<String, KeysMissing> {
        let made = tokio::task::spawn_blocking(Key::make).await;
        let key = made.map_err(|_| KeysMissing)?.map_err(|_| KeysMissing)?;
        let id = key.id.clone();
        let keys = self.ready().await?.rolled(kind, mode, key);
        *write(&self.rolled) = Some(Arc::new(keys));
        Ok(id)
    }
}

/// The signing keys could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing keys could not be made")]
pub struct KeysMissing;

/// The keys in use.
#[derive(Debug)]
pub(crate) struct KeySet {
    /// May sign for any company tenant; the first one does.
    company: Vec<Arc<Key>>,
    /// May sign for personal accounts and for nobody else; the first one does.
    personal: Vec<Arc<Key>>,
}

impl KeySet {
    /// Three keys, made side by side.
    fn make() -> Result<Self, MakingFailed> {
        thread::scope(|scope| {
            let making = [(); 3].map(|()| scope.spawn(Key::make));
            let [first, second, personal] =
                making.map(|key| key.join().unwrap_or(Err(MakingFailed::Interrupted)));
            Ok(Self {
                company: vec![Arc::new(first?), Arc::new(second?)],
                personal: vec![Arc::new(personal?)],
            })
        })
    }

    /// The key that signs tokens of this kind of tenant.
    ///
    /// # Errors
    /// Never: making and rolling over leave at least one of each kind.
    pub(crate) fn signing(&self, kind: TenantKind) -> Result<&Key, KeysMissing> {
        let keys = match kind {
            TenantKind::Company => &self.company,
            TenantKind::Personal => &self.personal,
        };
        keys.first().map(AsRef::as_ref).ok_or(KeysMissing)
    }

    /// These keys with `key` in the place of the one that signed so far.
    fn rolled(&self, kind: TenantKind, mode: RollOver, key: Key) -> Self {
        let (mut company, mut personal) = (self.company.clone(), self.personal.clone());
        let keys = match kind {
            TenantKind::Company => &mut company,
            TenantKind::Personal => &mut personal,
        };
        if mode == RollOver::Emergency && !keys.is_empty() {
            keys.remove(0);
        }
        keys.insert(0, Arc::new(key));
        Self { company, personal }
    }

    /// The published document. Each key names the issuer it may sign for (entra.md §2.3).
    pub(crate) fn document(&self, origin: &str) -> Value {
        let issuer = |segment: &str| format!("{origin}/{segment}/v2.0");
        let company = self
            .company
            .iter()
            .map(|key| key.published(&issuer("{tenantid}")));
        let personal = self
            .personal
            .iter()
            .map(|key| key.published(&issuer(CONSUMERS_TENANT_ID)));
        json!({ "keys": company.chain(personal).collect::<Vec<_>>() })
    }
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    /// Names the key; the certificate's SHA-1 thumbprint, as at Microsoft.
    pub(crate) id: String,
    modulus: String,
    exponent: String,
    certificate: String,
    pair: RsaKeyPair,
}

impl Key {
    fn make() -> Result<Self, MakingFailed> {
        let private = RsaPrivateKey::new(&mut rand::rngs::OsRng, KEY_BITS)?;
        let pkcs8 = private.to_pkcs8_der()?;
        let signer = rcgen::KeyPair::try_from(pkcs8.as_bytes())?;
        let mut certificate = rcgen::CertificateParams::new([])?;
        certificate.distinguished_name.push(
            rcgen::DnType::CommonName,
            "connect-outlook emulator, not Microsoft",
        );
        let certificate = certificate.self_signed(&signer)?;
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Ok(Self {
            id: encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der()).as_ref()),
            modulus: encode(&private.n().to_bytes_be()),
            exponent: encode(&private.e().to_bytes_be()),
            certificate: BASE64_STANDARD.encode(certificate.der()),
            pair: RsaKeyPair::from_pkcs8(pkcs8.as_bytes()).map_err(MakingFailed::Read)?,
        })
    }

    /// A JWT with these claims, signed RS256. The header names the key by `kid` only (entra 57).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, SigningFailed> {
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": self.id });
        let claims = serde_json::to_vec(claims).map_err(|_| SigningFailed)?;
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(&claims)
        );
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| SigningFailed)?;
        Ok(format!("{signed}.{}", encode(&signature)))
    }

    fn published(&self, issuer: &str) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "x5t": self.id,
            "n": self.modulus,
            "e": self.exponent,
            "x5c": [self.certificate],
            "issuer": issuer,
        })
    }
}

/// A token could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub(crate) struct SigningFailed;

/// Why a key could not be made.
#[derive(Debug, thiserror::Error)]
enum MakingFailed {
    #[error("generating: {0}")]
    Generate(#[from] rsa::Error),
    #[error("writing as PKCS#8: {0}")]
    Encode(#[from] rsa::pkcs8::Error),
    #[error("reading back: {0}")]
    Read(ring::error::KeyRejected),
    #[error("certificate: {0}")]
    Certify(#[from] rcgen::Error),
    #[error("the thread that made it ended early")]
    Interrupted,
}

const KEY_BITS: usize = 2048;
