//! The claims of a verified token. A claim of the wrong JSON type is a refusal, never "absent" (R107).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connect_outlook_protocol::authority::is_guid;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Expected, IdTokenError, Person, compact};
use crate::clock::UnixTime;
use crate::entra::jwks::SigningKey;

/// The members of the claims part, by name.
pub(super) struct Claims(Map<String, Value>);

/// Decodes the claims part. Call it after the signature was verified (R103).
pub(super) fn read(part: &str) -> Result<Claims, IdTokenError> {
    compact::object(part).map(Claims)
}

/// Checks every claim and reads the person.
pub(super) fn person(
    claims: &Claims,
    key: &SigningKey,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<Person, IdTokenError> {
    let tenant_id = claims.guid("tid")?;
    claims.check_issuer(&tenant_id, key, expected)?;
    claims.check_audience(expected.client_id)?;
    claims.check_times(now)?;
    claims.check_nonce(expected)?;
    claims.check_access_token(expected)?;
    claims.text("sub")?;
    if let Some(version) = claims.optional_text("ver")?
        && version != "2.0"
    {
        return Err(IdTokenError::Claim("ver"));
    }
    let address = match claims.optional_text("preferred_username")? {
        Some(name) => Some(name),
        None => claims.optional_text("email")?,
    };
    Ok(Person {
        object_id: claims.guid("oid")?,
        tenant_id,
        display_name: claims.optional_text("name")?,
        address,
    })
}

impl Claims {
    /// R104, R105: issuer, tenant and key agree, and the tenant may sign in here.
    fn check_issuer(
        &self,
        tenant_id: &str,
        key: &SigningKey,
        expected: &Expected<'_>,
    ) -> Result<(), IdTokenError> {
        let issuer = expected.authority.issuer_for(tenant_id);
        if self.text("iss")? != issuer || !key.may_sign_for(&issuer, tenant_id) {
            return Err(IdTokenError::Claim("iss"));
        }
        let listed = expected.allowed_tenants.is_empty()
            || expected.allowed_tenants.iter().any(|one| one == tenant_id);
        if !listed || !expected.authority.admits(tenant_id) {
            return Err(IdTokenError::Claim("tid"));
        }
        Ok(())
    }

    /// R106: our client id as one string; an array, even of one, is not what Microsoft writes.
    fn check_audience(&self, client_id: &str) -> Result<(), IdTokenError> {
        if self.text("aud")? != client_id {
            return Err(IdTokenError::Claim("aud"));
        }
        match self.optional_text("azp")? {
            Some(party) if party != client_id => Err(IdTokenError::Claim("azp")),
            _ => Ok(()),
        }
    }

    /// R107
    fn check_times(&self, now: UnixTime) -> Result<(), IdTokenError> {
        let expires = self.time("exp")?.ok_or(IdTokenError::Claim("exp"))?;
        if expires.plus(LEEWAY) <= now {
            return Err(IdTokenError::Claim("exp"));
        }
        for name in ["nbf", "iat"] {
            if self.time(name)?.is_some_and(|at| at > now.plus(LEEWAY)) {
                return Err(IdTokenError::Claim(name));
            }
        }
        Ok(())
    }

    /// R108
    fn check_nonce(&self, expected: &Expected<'_>) -> Result<(), IdTokenError> {
        match expected.nonce {
            Some(is_ours) if !is_ours(&self.text("nonce")?) => Err(IdTokenError::Claim("nonce")),
            _ => Ok(()),
        }
    }

    /// R113: the left half of the access token's hash (OpenID Connect Core §3.1.3.6).
    fn check_access_token(&self, expected: &Expected<'_>) -> Result<(), IdTokenError> {
        let Some(own) = self.optional_text("at_hash")? else {
            return Ok(());
        };
        let digest = Sha256::digest(expected.access_token.expose().as_bytes());
        let (half, _) = digest.split_at(digest.len() / 2);
        if own == BASE64_URL_SAFE_NO_PAD.encode(half) {
            Ok(())
        } else {
            Err(IdTokenError::Claim("at_hash"))
        }
    }

    fn optional_text(&self, name: &'static str) -> Result<Option<String>, IdTokenError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(IdTokenError::Claim(name)),
        }
    }

    fn text(&self, name: &'static str) -> Result<String, IdTokenError> {
        self.optional_text(name)?
            .filter(|text| !text.is_empty())
            .ok_or(IdTokenError::Claim(name))
    }

    fn guid(&self, name: &'static str) -> Result<String, IdTokenError> {
        let text = self.text(name)?;
        if is_guid(&text) {
            Ok(text)
        } else {
            Err(IdTokenError::Claim(name))
        }
    }

    /// Whole seconds, not negative: neither `"9999999999"` nor `1e300` is a time.
    fn time(&self, name: &'static str) -> Result<Option<UnixTime>, IdTokenError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_i64()
                .filter(|seconds| *seconds >= 0)
                .map(|seconds| Some(UnixTime(seconds)))
                .ok_or(IdTokenError::Claim(name)),
        }
    }
}

/// Seconds that two clocks may differ (R107).
const LEEWAY: i64 = 120;
