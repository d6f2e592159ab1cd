//! Reading an authorize request (entra.md §3.1). Until client and redirect URI are known to belong together, errors stay
//! on our side; from there on the app hears of them.

use super::delivery::{Delivery, ResponseMode};
use crate::{
    entra::{
        aadsts, authority::Authority, claims_request::ClaimsRequest, known_application,
        oauth_error::OAuthError, parameters::Parameters, pkce::Challenge,
        redirect_uri::RedirectTarget, scopes::Scopes,
    },
    random,
    world::{Application, ClientId, World},
};

/// A well-formed request of a known app.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizeRequest {
    pub(crate) authority: Authority,
    pub(crate) client_id: ClientId,
    pub(crate) delivery: Delivery,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<String>,
    /// `client_info=1`
    pub(crate) wants_client_info: bool,
}

/// `prompt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Whatever is needed.
    Unset,
    /// Nothing may be shown.
    None,
    /// Credentials again.
    Login,
    /// The consent page in any case.
    Consent,
    /// The account picker in any case.
    SelectAccount,
}

/// Why a request is not served, by who hears of it.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// The visitor, on our page.
    Shown(OAuthError),
    /// The app.
    Sent(Box<Delivery>, OAuthError),
}

impl AuthorizeRequest {
    /// Reads the parameters of a request to the tenant segment `segment`.
    ///
    /// # Errors
    /// [`Rejected`], by who may hear of it.
    pub(crate) fn read(
        segment: &str,
        parameters: &Parameters,
        world: &World,
    ) -> Result<Self, Rejected> {
        let (authority, application) =
            known_client(segment, parameters, world).map_err(Rejected::Shown)?;
        let target = redirect_target(parameters, application).map_err(Rejected::Shown)?;
        let response_type = ResponseType::read(parameters);
        let asked_mode = ResponseMode::asked(parameters);
        let default_mode = response_type
            .as_ref()
            .map_or(ResponseMode::Query, |kind| kind.default_mode());
        let mode = asked_mode
            .as_ref()
            .ok()
            .copied()
            .flatten()
            .unwrap_or(default_mode);
        let delivery = Delivery::new(target, mode, parameters.sent("state"));
        let sent = |error| Rejected::Sent(Box::new(delivery.clone()), error);
        asked_mode.map_err(sent)?;
        response_type.and_then(ResponseType::check).map_err(sent)?;
        check_rest(parameters).map_err(sent)?;
        Ok(Self {
            authority,
            client_id: application.client_id.clone(),
            scopes: Scopes::read(parameters.get("scope").unwrap_or_default(), world)
                .map_err(|trouble| sent(trouble.at_authorize()))?,
            nonce: parameters.get("nonce").map(str::to_owned),
            challenge: Challenge::of(parameters).map_err(sent)?,
            prompt: Prompt::read(parameters).map_err(sent)?,
            login_hint: parameters.get("login_hint").map(str::to_owned),
            wants_client_info: parameters.get("client_info") == Some("1"),
            delivery,
        })
    }
}

/// The app that asks, if it may be used at this authority.
fn known_client<'world>(
    segment: &str,
    parameters: &Parameters,
    world: &'world World,
) -> Result<(Authority, &'world Application), OAuthError> {
    let authority = Authority::named(segment, world)?;
    if parameters.repeats("client_id") || parameters.repeats("redirect_uri") {
        return Err(OAuthError::about(
            &aadsts::PARAMETER_REPEATED,
            parameters.repeated().unwrap_or_default(),
        ));
    }
    let client_id = parameters.get("client_id");
    let client_id =
        client_id.ok_or_else(|| OAuthError::about(&aadsts::PARAMETER_MISSING, "client_id"))?;
    let application = known_application(client_id, world)?;
    authority.check_audience(application)?;
    Ok((authority, application))
}

/// The redirect URI asked for. Without one, Entra takes a registered URI at random (entra.md §3.1): so do we.
fn redirect_target(
    parameters: &Parameters,
    application: &Application,
) -> Result<RedirectTarget, OAuthError> {
    let registered = &application.redirect_uris;
    let Some(last) = registered.len().checked_sub(1) else {
        return Err(OAuthError::about(
            &aadsts::NO_REDIRECT_URI_REGISTERED,
            application.client_id.as_str(),
        ));
    };
    let picked = |last: usize| {
        usize::try_from(random::between(0, i64::try_from(last).unwrap_or(0))).unwrap_or(0)
    };
    let asked = parameters
        .get("redirect_uri")
        .unwrap_or_else(|| &registered[picked(last)].uri);
    RedirectTarget::registered(asked, application)
        .ok_or_else(|| OAuthError::about(&aadsts::REDIRECT_URI_MISMATCH, &format!("'{asked}'")))
}

/// What is refused wherever it stands.
fn check_rest(parameters: &Parameters) -> Result<(), OAuthError> {
    if let Some(repeated) = parameters.repeated() {
        return Err(OAuthError::about(&aadsts::PARAMETER_REPEATED, repeated));
    }
    if parameters.sent("resource").is_some() {
        return Err((&aadsts::RESOURCE_PARAMETER).into());
    }
    ClaimsRequest::of(parameters).map(|_| ())
}

/// `response_type`, as a set of words.
#[derive(Clone, Debug)]
struct ResponseType(Vec<String>);

impl ResponseType {
    fn read(parameters: &Parameters) -> Result<Self, OAuthError> {
        let text = parameters.get("response_type");
        let text =
            text.ok_or_else(|| OAuthError::about(&aadsts::PARAMETER_MISSING, "response_type"))?;
        Ok(Self(
            text.split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        ))
    }

    fn has(&self, word: &str) -> bool {
        self.0.iter().any(|candidate| candidate == word)
    }

    /// Fragment as soon as a token is asked of this endpoint (entra 12).
    fn default_mode(&self) -> ResponseMode {
        match self.has("id_token") || self.has("token") {
            true => ResponseMode::Fragment,
            false => ResponseMode::Query,
        }
    }

    /// Only `code` is served: no registration enables the implicit and hybrid ways (entra 17).
    fn check(self) -> Result<(), OAuthError> {
        let known = |word: &String| ["code", "id_token", "token"].contains(&word.as_str());
        match () {
            () if !self.0.iter().all(known) => Err(OAuthError::about(
                &aadsts::RESPONSE_TYPE_UNKNOWN,
                &self.0.join(" "),
            )),
            () if self.has("id_token") => Err((&aadsts::RESPONSE_TYPE_NOT_ENABLED).into()),
            () if self.has("token") => {
                Err(OAuthError::about(&aadsts::RESPONSE_TYPE_UNKNOWN, "token"))
            }
            () => Ok(()),
        }
    }
}

impl ResponseMode {
    fn asked(parameters: &Parameters) -> Result<Option<Self>, OAuthError> {
        match parameters.get("response_mode") {
            None => Ok(None),
            Some("query") => Ok(Some(Self::Query)),
            Some("fragment") => Ok(Some(Self::Fragment)),
            Some("form_post") => Ok(Some(Self::FormPost)),
            Some(other) => Err(OAuthError::about(&aadsts::RESPONSE_MODE_UNSUPPORTED, other)),
        }
    }
}

impl Prompt {
    fn read(parameters: &Parameters) -> Result<Self, OAuthError> {
        match parameters.get("prompt") {
            None | Some("create" | "no_session") => Ok(Self::Unset),
            Some("none") => Ok(Self::None),
            Some("login") => Ok(Self::Login),
            Some("consent") => Ok(Self::Consent),
            Some("select_account") => Ok(Self::SelectAccount),
            Some(other) => Err(OAuthError::about(
                &aadsts::PARAMETER_UNSUPPORTED,
                &format!("'prompt': '{other}'"),
            )),
        }
    }
}
