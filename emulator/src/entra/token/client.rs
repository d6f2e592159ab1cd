//! Who the client says it is, and whether that suits the platform of its grant (entra.md §4, §6).

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;

use super::{assertion, call::TokenCall, trouble};
use crate::{
    entra::{aadsts, oauth_error::OAuthError, parameters::Parameters},
    world::Platform,
};

/// What a client presents to prove its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    /// Nothing: a public client.
    None,
    /// A client secret, from body or header.
    Secret(String),
    /// A signed assertion (entra 49, 50).
    Assertion(String),
}

impl Credential {
    /// The client id and the credential of a request (entra 48).
    ///
    /// # Errors
    /// 900144 without client id or with half an assertion, 90013 for an unreadable header or for two credentials at once.
    pub(super) fn read(
        headers: &HeaderMap,
        parameters: &Parameters,
    ) -> Result<(String, Self), OAuthError> {
        let basic = basic(headers)?;
        let assertion = assertion_of(parameters)?.map(Self::Assertion);
        let posted = parameters
            .get("client_secret")
            .map(|secret| Self::Secret(secret.to_owned()));
        let posted_id = parameters.get("client_id");
        let client_id = match &basic {
            Some((client_id, _)) if posted_id.is_some_and(|posted| posted != client_id) => {
                return Err(OAuthError::about(
                    &aadsts::PARAMETER_INVALID,
                    "two different client ids",
                ));
            }
            Some((client_id, _)) => client_id.clone(),
            None => match posted_id {
                Some(client_id) => client_id.to_owned(),
                None => return Err(OAuthError::about(&aadsts::PARAMETER_MISSING, "client_id")),
            },
        };
        let presented: Vec<Self> = [
            basic.map(|(_, secret)| Self::Secret(secret)),
            assertion,
            posted,
        ]
        .into_iter()
        .flatten()
        .collect();
        match <[Self; 1]>::try_from(presented) {
            Ok([only]) => Ok((client_id, only)),
            Err(none) if none.is_empty() => Ok((client_id, Self::None)),
            Err(_several) => Err(OAuthError::about(
                &aadsts::PARAMETER_INVALID,
                "more than one client credential",
            )),
        }
    }
}

/// `client_assertion`, which must come with its type.
fn assertion_of(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let assertion = parameters.get("client_assertion");
    match (assertion, parameters.get("client_assertion_type")) {
        (None, None) => Ok(None),
        (Some(assertion), Some(JWT_BEARER)) => Ok(Some(assertion.to_owned())),
        (Some(_), Some(other)) => Err(OAuthError::about(
            &aadsts::PARAMETER_UNSUPPORTED,
            &format!("'client_assertion_type': '{other}'"),
        )),
        (Some(_), None) => Err(OAuthError::about(
            &aadsts::PARAMETER_MISSING,
            "client_assertion_type",
        )),
        (None, Some(_)) => Err(OAuthError::about(
            &aadsts::PARAMETER_MISSING,
            "client_assertion",
        )),
    }
}

/// `Authorization: Basic`: id and secret, each percent-encoded before base64 (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let unreadable = || OAuthError::about(&aadsts::PARAMETER_INVALID, "the Authorization header");
    let text = header.to_str().map_err(|_| unreadable())?;
    let (scheme, value) = text.split_once(' ').ok_or_else(unreadable)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(unreadable());
    }
    let decoded = BASE64_STANDARD
        .decode(value.trim())
        .map_err(|_| unreadable())?;
    let decoded = String::from_utf8(decoded).map_err(|_| unreadable())?;
    let (client_id, secret) = decoded.split_once(':').ok_or_else(unreadable)?;
    let form_decoded = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| unreadable())
    };
    Ok(Some((form_decoded(client_id)?, form_decoded(secret)?)))
}

/// Whether origin and credential of `call` suit a grant of `platform`.
///
/// # Errors
/// Web: 9002326 with `Origin`, 7000218, 7000215, 7000222 by what is wrong with the secret. Page: 9002327 without
/// `Origin`, 9002326 with a credential. Installed: 9002326 with `Origin`, 700025 with a credential.
pub(super) fn check(call: &TokenCall<'_>, platform: Platform) -> Result<(), OAuthError> {
    let with_credential = call.credential != Credential::None;
    match (platform, &call.origin) {
        (Platform::Spa, None) => Err((&aadsts::ORIGIN_REQUIRED).into()),
        (Platform::Spa, Some(origin)) if with_credential => {
            Err(OAuthError::about(&aadsts::ORIGIN_NOT_ALLOWED, origin))
        }
        (Platform::Spa, Some(_)) => Ok(()),
        (_, Some(origin)) => Err(OAuthError::about(&aadsts::ORIGIN_NOT_ALLOWED, origin)),
        (Platform::Public, None) | (Platform::Web, None)
            if with_credential && is_public(call, platform) =>
        {
            Err((&aadsts::SECRET_FROM_PUBLIC_CLIENT).into())
        }
        (_, None) if is_public(call, platform) => Ok(()),
        (_, None) => check_credential(call),
    }
}

/// Installed programs, and web apps whose registration allows public client flows (entra 46).
fn is_public(call: &TokenCall<'_>, platform: Platform) -> bool {
    platform == Platform::Public || call.application.fallback_public
}

/// Whether the caller of a flow for servers only proved its identity.
///
/// # Errors
/// 9002326 with `Origin`, and whatever is wrong with the credential.
pub(super) fn check_confidential(call: &TokenCall<'_>) -> Result<(), OAuthError> {
    match &call.origin {
        Some(origin) => Err(OAuthError::about(&aadsts::ORIGIN_NOT_ALLOWED, origin)),
        None => check_credential(call),
    }
}

fn check_credential(call: &TokenCall<'_>) -> Result<(), OAuthError> {
    let application = &call.application;
    let refused = |row| Err(OAuthError::about(row, application.client_id.as_str()));
    match &call.credential {
        Credential::None => Err((&aadsts::SECRET_MISSING).into()),
        Credential::Assertion(assertion) => assertion::check(call, assertion),
        Credential::Secret(presented) => {
            if let Some(row) = trouble::of_secrets(call) {
                return refused(row);
            }
            match application
                .secrets
                .iter()
                .find(|secret| secret.value == *presented)
            {
                None => refused(&aadsts::SECRET_WRONG),
                Some(secret) if secret.expires_at <= call.now => refused(&aadsts::SECRET_EXPIRED),
                Some(_) => Ok(()),
            }
        }
    }
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
