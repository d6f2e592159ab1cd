//! Reading an authorize request (entra.md §3.1). Until client and redirect URI are known to belong together, errors stay
//! on our side; from there on the app hears of them.

use super::{
    delivery::{Delivery, ResponseMode},
    purpose::{Purpose, ResponseType},
};
use crate::{
    entra::{
        aadsts, authority::Authority, claims_request::ClaimsRequest, known_application,
        oauth_error::OAuthError, parameters::Parameters, pkce::Challenge,
        redirect_uri::RedirectTarget, scopes::Scopes,
    },
    random,
    world::{Application, ClientId, Platform, World},
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
    /// The authentication contexts that `claims` demands.
    pub(crate) contexts: Vec<String>,
    /// `client_info=1`
    pub(crate) wants_client_info: bool,
    /// `instance_aware=true`
    pub(crate) instance_aware: bool,
    /// What it is for.
    pub(crate) purpose: Purpose,
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
        let mode = asked_mode.as_ref().map_or(None, |mode| *mode);
        let mode = mode.unwrap_or(default_mode);
        let delivery = Delivery::new(target, mode, parameters.sent("state"));
        let sent = |error| Rejected::Sent(Box::new(delivery.clone()), error);
        asked_mode.map_err(sent)?;
        let response_type = response_type
            .and_then(|kind| kind.check(application, mode, parameters))
            .map_err(sent)?;
        check_rest(parameters).map_err(sent)?;
        let claims = ClaimsRequest::of(parameters).map_err(sent)?;
        Ok(Self {
            authority,
            client_id: application.client_id.clone(),
            scopes: Scopes::read(parameters.get("scope").unwrap_or_default(), world)
                .map_err(|trouble| sent(trouble.at_authorize()))?,
            nonce: parameters.get("nonce").map(str::to_owned),
            challenge: Challenge::of(parameters).map_err(sent)?,
            prompt: Prompt::read(parameters).map_err(sent)?,
            login_hint: parameters.get("login_hint").map(str::to_owned),
            contexts: claims.contexts,
            wants_client_info: parameters.get("client_info") == Some("1"),
            instance_aware: parameters.get("instance_aware") == Some("true"),
            purpose: Purpose::Answer(response_type),
            delivery,
        })
    }
}

impl AuthorizeRequest {
    /// The sign-in behind a device's code. There is no app to answer; `back` is the page where the code was typed.
    pub(in crate::entra) fn for_device(
        authority: Authority,
        client_id: ClientId,
        scopes: Scopes,
        user_code: String,
        back: String,
    ) -> Self {
        let target = RedirectTarget {
            uri: back,
            platform: Platform::Public,
        };
        Self {
            authority,
            client_id,
            delivery: Delivery::new(target, ResponseMode::Query, None),
            scopes,
            nonce: None,
            challenge: None,
            contexts: Vec::new(),
            prompt: Prompt::Unset,
            login_hint: None,
            wants_client_info: false,
            instance_aware: false,
            purpose: Purpose::Device {
                user_code,
                confirmed: false,
            },
        }
    }
}

/// The app that asks, if it may be used at this authority.
pub(super) fn known_client<'world>(
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
pub(super) fn redirect_target(
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
    Ok(())
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
