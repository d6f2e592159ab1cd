//! The identity platform: discovery, authorize with its pages, token, logout. What it does is written in the sheet whose
//! item numbers ("entra 41") the tests cite; where that sheet is silent, the README of this crate lists our choice.

mod aadsts;
mod admission;
mod answer_headers;
mod applications;
mod approvals;
mod association;
mod authority;
mod authorize;
mod browsers;
mod certificate;
mod claims_request;
mod client_info;
mod consented;
mod device;
mod discovery;
mod error_page;
mod grants;
mod id_token;
mod instance;
mod keys;
mod login_hint;
mod logout;
mod loops;
mod oauth_error;
mod pages;
mod parameters;
mod pkce;
mod redirect_uri;
mod request_ids;
mod scopes;
mod token;
mod unavailable;
mod user_info;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use applications::serve as serve_applications;
pub use approvals::{ApprovalRequest, Decision};
pub(crate) use error_page::not_found;
pub(crate) use grants::Grantee;
pub use keys::{KeysMissing, KeysUnreadable, RollOver, SigningKeys};
pub(crate) use pkce::Challenge;
pub(crate) use redirect_uri::RedirectTarget;
pub(crate) use scopes::Scopes;
pub(crate) use unavailable::unavailable;

use self::oauth_error::OAuthError;
use crate::{
    state::EmulatorState,
    tokens::{Codes, DeviceCodes, RefreshTokens},
    world::{Application, World},
};

/// What the identity platform remembers.
#[derive(Debug)]
pub(crate) struct EntraState {
    pub(crate) keys: keys::KeyRing,
    pub(crate) browsers: browsers::Browsers,
    pub(crate) flows: authorize::Flows,
    pub(crate) grants: grants::Grants,
    pub(crate) approvals: approvals::Approvals,
    pub(crate) loops: loops::Loops,
    pub(crate) codes: Codes,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) device_codes: DeviceCodes,
}

impl EntraState {
    pub(crate) fn new(keys: SigningKeys) -> Self {
        Self {
            keys: keys::KeyRing::of(keys),
            browsers: browsers::Browsers::default(),
            flows: authorize::Flows::default(),
            grants: grants::Grants::default(),
            approvals: approvals::Approvals::default(),
            loops: loops::Loops::default(),
            codes: Codes::default(),
            refresh_tokens: RefreshTokens::default(),
            device_codes: DeviceCodes::default(),
        }
    }
}

/// The identity platform's routes (entra.md §1.3).
pub(crate) fn router(state: Arc<EmulatorState>) -> Router {
    Router::new()
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::document),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/common/discovery/instance", get(instance::discover))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::begin))
        .route("/{tenant}/adminconsent", get(authorize::first_edition))
        .route(
            "/{tenant}/v2.0/adminconsent",
            get(authorize::second_edition),
        )
        .route(
            "/{tenant}/oauth2/v2.0/devicecode",
            post(device::authorize).fallback(token::wrong_verb),
        )
        .route("/devicelogin", get(device::ask).post(device::typed))
        .route("/{tenant}/sign-in", post(authorize::go_on))
        .route(
            "/{tenant}/oauth2/v2.0/token",
            post(token::answer)
                .options(token::preflight)
                .fallback(token::wrong_verb),
        )
        .route(
            "/{tenant}/oauth2/v2.0/logout",
            get(logout::by_link).post(logout::by_form),
        )
        .route(
            "/oidc/userinfo",
            get(user_info::answer).post(user_info::answer),
        )
        .route("/error", get(error_page::explain))
        .with_state(state)
}

/// What tests and people ask about this part: none of it exists at Microsoft.
pub(crate) fn control(state: Arc<EmulatorState>) -> Router {
    Router::new()
        .route("/_emulator/association", get(association::check))
        .with_state(state)
}

/// The registration with this client id.
///
/// # Errors
/// 90112 if it is no GUID, 700016 if nobody registered it, 7000112 if it is disabled (entra 68).
fn known_application<'world>(
    client_id: &str,
    world: &'world World,
) -> Result<&'world Application, OAuthError> {
    if uuid::Uuid::try_parse(client_id).is_err() {
        return Err(OAuthError::about(&aadsts::CLIENT_ID_NOT_A_GUID, client_id));
    }
    match world.application(client_id) {
        None => Err(OAuthError::about(
            &aadsts::CLIENT_UNKNOWN,
            &format!("'{client_id}'"),
        )),
        Some(known) if known.switches.disabled => Err(OAuthError::about(
            &aadsts::CLIENT_DISABLED,
            &format!("'{client_id}'"),
        )),
        Some(known) => Ok(known),
    }
}
