//! Signing keys: RSA-2048, made when the emulator starts and gone when it stops (entra 6), unless a file is to keep them.
//! Making them takes a moment, so it happens beside everything else, and whoever needs them waits.

use std::{
    fs, io,
    path::Path,
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
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem, pem::PemObject};
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
        Self::by(|| KeySet::of(make_three()?))
    }

    /// The keys in `file`, as PKCS#8 in PEM; where there is no such file, keys are made and kept there. An
    /// emulator that starts anew with them is known to whoever read them before, and has no keys to make.
    ///
    /// # Errors
    /// [`KeysUnreadable`], by what is wrong with the file.
    pub fn kept_in(file: &Path) -> Result<Self, KeysUnreadable> {
        match fs::read(file) {
            Ok(text) => {
                let keys = KeySet::read(&text)?;
                let (_, made) = watch::channel(Some(Arc::new(keys)));
                Ok(Self { made })
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                let file = file.to_owned();
                Ok(Self::by(move || {
                    let made = make_three()?;
                    keep(&file, &made)?;
                    KeySet::of(made)
                }))
            }
            Err(trouble) => Err(KeysUnreadable::Read(trouble)),
        }
    }

    /// The keys that `work` makes on a thread of its own.
    fn by(work: impl FnOnce() -> Result<KeySet, MakingFailed> + Send + 'static) -> Self {
        let (announce, made) = watch::channel(None);
        thread::spawn(move || match work() {
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
        let made = tokio::task::spawn_blocking(|| Key::of(&make()?)).await;
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

/// The file that is to keep the signing keys is of no use.
#[derive(Debug, thiserror::Error)]
pub enum KeysUnreadable {
    /// Give it to whoever starts the emulator.
    #[error("the file of the signing keys cannot be read: {0}")]
    Read(io::Error),
    /// Delete it, and new ones are made.
    #[error(
        "the file of the signing keys does not hold three RSA keys in PEM; delete it to have new ones made"
    )]
    Strange,
}

/// A private key as PKCS#8.
type Document = PrivatePkcs8KeyDer<'static>;

/// A key nobody had before.
fn make() -> Result<Document, MakingFailed> {
    let private = RsaPrivateKey::new(&mut rand::rngs::OsRng, KEY_BITS)?;
    Ok(private.to_pkcs8_der()?.to_bytes().to_vec().into())
}

/// Three of them, made side by side.
fn make_three() -> Result<[Document; 3], MakingFailed> {
    thread::scope(|scope| {
        let making = [(); 3].map(|()| scope.spawn(make));
        let [first, second, third] =
            making.map(|key| key.join().unwrap_or(Err(MakingFailed::Interrupted)));
        Ok([first?, second?, third?])
    })
}

/// Writes them down whole, for others may begin to read at any moment, and may do the same.
fn keep(file: &Path, keys: &[Document; 3]) -> Result<(), MakingFailed> {
    let mut text = String::new();
    for key in keys {
        let key = BASE64_STANDARD.encode(key.secret_pkcs8_der());
        text += &format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    }
    let aside = file.with_extension(format!("{}.aside", std::process::id()));
    fs::write(&aside, text)?;
    Ok(fs::rename(&aside, file)?)
}

/// The keys in use.
#[derive(Debug)]
pub(crate) struct KeySet {
    /// May sign for any company tenant; the first one does.
    company: Vec<Arc<Key>>,
    /// May sign for personal accounts and for nobody else; the first one does.
    personal: Vec<Arc<Key>>,
}

impl KeySet {
    /// Two for companies and one for personal accounts.
    fn of(keys: [Document; 3]) -> Result<Self, MakingFailed> {
        let [first, second, personal] = keys.map(|key| Key::of(&key).map(Arc::new));
        Ok(Self {
            company: vec![first?, second?],
            personal: vec![personal?],
        })
    }

    /// Those that were kept in a file.
    fn read(text: &[u8]) -> Result<Self, KeysUnreadable> {
        let keys = Document::pem_slice_iter(text).collect::<Result<Vec<_>, pem::Error>>();
        let keys = keys.ok().and_then(|keys| keys.try_into().ok());
        Self::of(keys.ok_or(KeysUnreadable::Strange)?).map_err(|_| KeysUnreadable::Strange)
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
    /// With a certificate that is always the same for the same key.
    fn of(pkcs8: &Document) -> Result<Self, MakingFailed> {
        let signer = rcgen::KeyPair::try_from(pkcs8.secret_pkcs8_der())?;
        let mut certificate = rcgen::CertificateParams::new([])?;
        certificate.distinguished_name.push(
            rcgen::DnType::CommonName,
            "connect-outlook emulator, not Microsoft",
        );
        let certificate = certificate.self_signed(&signer)?;
        let pair = RsaKeyPair::from_pkcs8(pkcs8.secret_pkcs8_der()).map_err(MakingFailed::Read)?;
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Ok(Self {
            id: encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der()).as_ref()),
            modulus: encode(&public.n),
            exponent: encode(&public.e),
            certificate: BASE64_STANDARD.encode(certificate.der()),
            pair,
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
    #[error("keeping it: {0}")]
    Keep(#[from] io::Error),
}

const KEY_BITS: usize = 2048;
