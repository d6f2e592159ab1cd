//! What a sign-in is for: answering an app, an administrator's consent, or a device's code.

use super::delivery::ResponseMode;
use crate::{
    entra::{aadsts, oauth_error::OAuthError, parameters::Parameters},
    world::Application,
};

/// What happens once somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The app gets an answer of this kind.
    Answer(ResponseType),
    /// An administrator agrees for a whole tenant (entra 34).
    AdminConsent(AdminConsent),
    /// A program elsewhere waits for it (entra 76).
    Device {
        /// What the person typed.
        user_code: String,
        /// Whether they confirmed that they know the program.
        confirmed: bool,
    },
}

/// Which admin-consent endpoint was asked, and for how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdminConsent {
    pub(crate) edition: Edition,
    /// Everything the registration lists, application permissions included: `/.default`, and always in the first edition.
    pub(crate) everything: bool,
}

/// The two endpoints differ in their parameters and answers (entra.md §9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    First,
    Second,
}

/// `response_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseType {
    pub(crate) code: bool,
    pub(crate) id_token: bool,
    pub(crate) token: bool,
}

impl ResponseType {
    /// Reads the parameter.
    ///
    /// # Errors
    /// 900144 missing, 70005 a combination that discovery does not list.
    pub(super) fn read(parameters: &Parameters) -> Result<Self, OAuthError> {
        let text = parameters.get("response_type");
        let text =
            text.ok_or_else(|| OAuthError::about(&aadsts::PARAMETER_MISSING, "response_type"))?;
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let read = Self {
            code: words.contains(&"code"),
            id_token: words.contains(&"id_token"),
            token: words.contains(&"token"),
        };
        let known = words
            .iter()
            .all(|word| ["code", "id_token", "token"].contains(word));
        match (read.code, read.id_token, read.token) {
            (true, _, false) | (false, true, _) if known => Ok(read),
            _ => Err(OAuthError::about(&aadsts::RESPONSE_TYPE_UNKNOWN, text)),
        }
    }

    /// Fragment as soon as a token is asked of this endpoint (entra 12).
    pub(super) fn default_mode(self) -> ResponseMode {
        match self.id_token {
            true => ResponseMode::Fragment,
            false => ResponseMode::Query,
        }
    }

    /// Whether the registration allows it and the request fits it (entra 17).
    ///
    /// # Errors
    /// 700054 and 700051 not enabled, 70007 tokens in a query, 900144 no `nonce`, 70011 no `openid`.
    pub(super) fn check(
        self,
        application: &Application,
        mode: ResponseMode,
        parameters: &Parameters,
    ) -> Result<Self, OAuthError> {
        if !self.id_token {
            return Ok(self);
        }
        if !application.id_tokens_at_authorize {
            return Err((&aadsts::RESPONSE_TYPE_NOT_ENABLED).into());
        }
        if self.token && !application.access_tokens_at_authorize {
            return Err((&aadsts::TOKEN_NOT_ENABLED).into());
        }
        if mode == ResponseMode::Query {
            return Err(OAuthError::about(
                &aadsts::RESPONSE_MODE_UNSUPPORTED,
                "query",
            ));
        }
        if parameters.get("nonce").is_none() {
            return Err(OAuthError::about(&aadsts::PARAMETER_MISSING, "nonce"));
        }
        let scope = parameters.get("scope").unwrap_or_default();
        match scope
            .split(' ')
            .any(|word| word.eq_ignore_ascii_case("openid"))
        {
            true => Ok(self),
            false => Err(OAuthError::about(&aadsts::SCOPE_INVALID, scope)),
        }
    }
}
