//! The compact form (RFC 7515 §3.1, §7.1) and its header, read strictly.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{IdTokenError, MAX_LENGTH};
use crate::strict_json;

/// A token taken apart; nothing is decoded yet.
pub(super) struct Parts<'a> {
    /// Header and claims with the dot between: what the signature covers.
    pub(super) signed: &'a str,
    pub(super) header: &'a str,
    pub(super) claims: &'a str,
    pub(super) signature: &'a str,
}

/// Exactly three parts.
pub(super) fn split(token: &str) -> Result<Parts<'_>, IdTokenError> {
    if token.len() > MAX_LENGTH {
        return Err(IdTokenError::TooLong);
    }
    let malformed = IdTokenError::Malformed("not three parts");
    let mut dots = token.match_indices('.').map(|(at, _)| at);
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return Err(malformed);
    };
    Ok(Parts {
        signed: &token[..second],
        header: &token[..first],
        claims: &token[first + 1..second],
        signature: &token[second + 1..],
    })
}

/// Base64url without padding, spare bits zero, nothing else.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, IdTokenError> {
    BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| IdTokenError::Malformed("not base64url"))
}

/// A JSON object whose members each appear once.
pub(super) fn object(part: &str) -> Result<Map<String, Value>, IdTokenError> {
    match strict_json::parse(&decode(part)?) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(IdTokenError::Malformed("not a json object")),
        Err(_) => Err(IdTokenError::Malformed("not acceptable json")),
    }
}

/// Checks the header and names the key to verify with. The header chooses neither algorithm nor key material: it is
/// compared (R101), and a header that brings its own key or extensions is refused (R102).
pub(super) fn key_id(header: &str) -> Result<String, IdTokenError> {
    let header = object(header)?;
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(IdTokenError::Header("alg"));
    }
    if let Some(kind) = header.get("typ")
        && kind.as_str() != Some("JWT")
    {
        return Err(IdTokenError::Header("typ"));
    }
    if let Some(name) = REFUSED.into_iter().find(|name| header.contains_key(*name)) {
        return Err(IdTokenError::Header(name));
    }
    match header.get("kid").and_then(Value::as_str) {
        Some(id) if !id.is_empty() && id.len() <= MAX_KEY_ID => Ok(id.to_owned()),
        _ => Err(IdTokenError::Header("kid")),
    }
}

/// `x5c` and `x5t` are not here: they are ignored, Microsoft's older tokens carry them.
const REFUSED: [&str; 7] = ["jku", "x5u", "jwk", "crit", "b64", "zip", "enc"];

/// Characters of a key id; Microsoft's have 27 to 43.
const MAX_KEY_ID: usize = 256;
