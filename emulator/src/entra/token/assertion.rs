//! Client assertions (entra.md §4.1, §4.2; entra 49, 50): a JWT signed with a registered certificate's key, or one that a
//! trusted identity provider issued.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::call::TokenCall;
use crate::{
    entra::{
        aadsts::{self, Aadsts},
        authority::Authority,
        certificate::ReadCertificate,
        oauth_error::OAuthError,
    },
    world::{Application, Cloud, FederatedCredential},
};

/// Whether `assertion` proves that the caller is the app of `call`.
///
/// # Errors
/// Certificate: 50012 unreadable, for another audience or out of its time, 5002741 for several, 700027 unknown or expired
/// certificate or bad signature, 50048 not about this client. Another provider's: 70021 nobody trusts it, 700027 bad signature, 50012.
pub(super) fn check(call: &TokenCall<'_>, assertion: &str) -> Result<(), OAuthError> {
    let Some(assertion) = Assertion::read(assertion) else {
        return Err(OAuthError::about(
            &aadsts::ASSERTION_REFUSED,
            "it is not a JWT",
        ));
    };
    match assertion.claims.iss.contains("://") {
        true => federated(call, &assertion),
        false => by_certificate(call, &assertion),
    }
}

fn by_certificate(call: &TokenCall<'_>, assertion: &Assertion<'_>) -> Result<(), OAuthError> {
    let client_id = call.application.client_id.as_str();
    let refused = |row: &'static Aadsts| Err(OAuthError::about(row, client_id));
    let signed = signing_certificate(&call.application, &assertion.header)
        .filter(|certificate| (certificate.not_before..=certificate.not_after).contains(&call.now))
        .is_some_and(|certificate| assertion.is_signed_by(&certificate.public_key));
    if !signed {
        return refused(&aadsts::ASSERTION_UNKNOWN);
    }
    let claims = &assertion.claims;
    let is_client = |text: &str| text.eq_ignore_ascii_case(client_id);
    if !is_client(&claims.iss) || !is_client(&claims.sub) {
        return refused(&aadsts::ASSERTION_SUBJECT);
    }
    match claims.audience()? {
        audience if is_meant_for(call, audience) => claims.check_time(call.now),
        _ => Err(OAuthError::about(
            &aadsts::ASSERTION_REFUSED,
            "its audience is neither this token endpoint nor its issuer",
        )),
    }
}

/// The registered certificate a header names, by the thumbprint that belongs to its algorithm.
fn signing_certificate(application: &Application, header: &Header) -> Option<ReadCertificate> {
    let registered = application
        .certificates
        .iter()
        .filter_map(ReadCertificate::of);
    registered
        .into_iter()
        .find(|certificate| match (&header.sha256, &header.sha1) {
            (Some(named), _) => *named == certificate.sha256,
            (None, Some(named)) => *named == certificate.sha1,
            (None, None) => false,
        })
}

/// Whether `audience` is the endpoint that was called, or its issuer: its tenant in any spelling, its host in any of the
/// names the emulator answers to or stands for. Microsoft's page on certificates names the endpoint, its page on
/// assertions for MSAL.NET the issuer.
fn is_meant_for(call: &TokenCall<'_>, audience: &str) -> bool {
    let Some((host, path)) = audience
        .strip_prefix("https://")
        .or_else(|| audience.strip_prefix("http://"))
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let own = call.state.origin.split_once("://").map(|(_, host)| host);
    let mut aliases = call.world.host_aliases.iter();
    let known = own == Some(host)
        || aliases.any(|alias| alias.host == host)
        || Cloud::ALL.iter().any(|cloud| cloud.hosts().contains(&host));
    let tenant = path
        .strip_suffix("/oauth2/v2.0/token")
        .or_else(|| path.strip_suffix("/v2.0"))
        .and_then(|segment| Authority::named(segment, &call.world).ok());
    known && tenant.as_ref() == Some(&call.authority)
}

fn federated(call: &TokenCall<'_>, assertion: &Assertion<'_>) -> Result<(), OAuthError> {
    let claims = &assertion.claims;
    let fits = |trusted: &&FederatedCredential| {
        trusted.issuer == claims.iss
            && trusted.subject == claims.sub
            && claims.aud == [trusted.audience.as_str()]
            && trusted.usable_from <= call.now
    };
    let Some(trusted) = call.application.federated_credentials.iter().find(fits) else {
        let told = format!(
            "issuer '{}', subject '{}', audience '{}'",
            claims.iss,
            claims.sub,
            claims.aud.join("', '")
        );
        return Err(OAuthError::about(&aadsts::FEDERATION_UNKNOWN, &told));
    };
    let named = trusted
        .keys
        .iter()
        .find(|key| Some(&key.kid) == assertion.header.kid.as_ref());
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let key = named.and_then(|key| {
        Some(RsaPublicKeyComponents {
            n: decode(&key.n)?,
            e: decode(&key.e)?,
        })
    });
    let genuine = assertion.header.alg == "RS256"
        && key.is_some_and(|key| {
            let (signed, signature) = (assertion.signed.as_bytes(), &assertion.signature);
            key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
                .is_ok()
        });
    match genuine {
        true => claims.check_time(call.now),
        false => Err(OAuthError::about(
            &aadsts::ASSERTION_UNKNOWN,
            call.application.client_id.as_str(),
        )),
    }
}

/// A JWT, read but not believed.
struct Assertion<'text> {
    header: Header,
    claims: Claims,
    /// Header and claims as they were signed.
    signed: &'text str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "x5t")]
    sha1: Option<String>,
    #[serde(default, rename = "x5t#S256")]
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sub: String,
    #[serde(default, deserialize_with = "one_or_several")]
    aud: Vec<String>,
    #[serde(default)]
    exp: i64,
    #[serde(default)]
    nbf: i64,
}

impl<'text> Assertion<'text> {
    fn read(text: &'text str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: part(header)?,
            claims: part(claims)?,
            signed,
            signature: BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// Whether the key signed it by the algorithm its header names: PS256, or RS256 as older libraries do.
    fn is_signed_by(&self, public_key: &[u8]) -> bool {
        let (signed, signature) = (self.signed.as_bytes(), &self.signature);
        match self.header.alg.as_str() {
            "PS256" => UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public_key)
                .verify(signed, signature)
                .is_ok(),
            "RS256" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key)
                .verify(signed, signature)
                .is_ok(),
            _ => false,
        }
    }
}

impl Claims {
    /// The one audience; several are refused (5002741, seen in published answers).
    fn audience(&self) -> Result<&str, OAuthError> {
        match self.aud.as_slice() {
            [] => Ok(""),
            [one] => Ok(one),
            several => Err(OAuthError::about(
                &aadsts::ASSERTION_AUDIENCES,
                &several.len().to_string(),
            )),
        }
    }

    fn check_time(&self, now: i64) -> Result<(), OAuthError> {
        match self.nbf - SKEW <= now && now < self.exp + SKEW {
            true => Ok(()),
            false => Err(OAuthError::about(
                &aadsts::ASSERTION_REFUSED,
                "it is not within its valid time range",
            )),
        }
    }
}

/// Text, or a list of texts, as JWTs may have it.
fn one_or_several<'json, D: Deserializer<'json>>(json: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Either::deserialize(json)? {
        Either::One(one) => vec![one],
        Either::Several(several) => several,
    })
}

fn part<T: DeserializeOwned>(encoded: &str) -> Option<T> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Clocks may differ by this many seconds. Chosen: Microsoft names the usual five minutes for tokens, none for assertions.
const SKEW: i64 = 300;
