//! The `claims` parameter (entra.md §16), as far as it changes what is issued.

use serde_json::Value;

use super::{aadsts, oauth_error::OAuthError, parameters::Parameters};

/// What a `claims` parameter asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimsRequest {
    /// The client declares that it handles claims challenges: `xms_cc` holds `cp1`, in any case.
    pub(crate) handles_challenges: bool,
    /// The authentication contexts it demands (`acrs`).
    pub(crate) contexts: Vec<String>,
}

impl ClaimsRequest {
    /// Reads the parameter; a request without it asks for nothing.
    ///
    /// # Errors
    /// `invalid_request` 90013 when it is not a JSON object (entra 29).
    pub(crate) fn of(request: &Parameters) -> Result<Self, OAuthError> {
        let Some(text) = request.get("claims") else {
            return Ok(Self::default());
        };
        match serde_json::from_str::<Value>(text) {
            Ok(claims @ Value::Object(_)) => Ok(Self {
                handles_challenges: declares_cp1(&claims),
                contexts: contexts(&claims),
            }),
            _ => Err(OAuthError::about(
                &aadsts::PARAMETER_INVALID,
                "'claims' is not a JSON object",
            )),
        }
    }
}

/// What `acrs` demands, as `value` or `values`.
fn contexts(claims: &Value) -> Vec<String> {
    let demanded = |pointer| claims.pointer(pointer);
    let one = demanded("/access_token/acrs/value").into_iter();
    let many = demanded("/access_token/acrs/values").and_then(Value::as_array);
    one.chain(many.into_iter().flatten())
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn declares_cp1(claims: &Value) -> bool {
    let capabilities = claims
        .pointer("/access_token/xms_cc/values")
        .and_then(Value::as_array);
    let is_cp1 = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case("cp1"))
    };
    capabilities.is_some_and(|values| values.iter().any(is_cp1))
}
