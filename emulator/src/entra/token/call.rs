//! A request to the token endpoint, as far as all grants share it.

use std::sync::Arc;

use axum::http::{HeaderMap, header::ORIGIN};

use super::client::Credential;
use crate::{
    entra::{
        aadsts, authority::Authority, claims_request::ClaimsRequest, known_application,
        oauth_error::OAuthError, parameters::Parameters,
    },
    state::EmulatorState,
    world::{Application, Platform, Tenant, World},
};

/// A form of a known app at a known authority.
pub(super) struct TokenCall<'request> {
    pub(super) state: &'request EmulatorState,
    pub(super) world: Arc<World>,
    pub(super) authority: Authority,
    pub(super) parameters: &'request Parameters,
    pub(super) application: Application,
    pub(super) credential: Credential,
    /// The `Origin` header: sent by pages, and only by pages.
    pub(super) origin: Option<String>,
    pub(super) claims: ClaimsRequest,
    /// Unix seconds.
    pub(super) now: i64,
}

/// A refused request: the error, and the platform of the grant where it is known already. Pages may read refusals that
/// concern them (entra 47).
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: OAuthError,
    pub(super) platform: Option<Platform>,
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self {
            error,
            platform: None,
        }
    }
}

impl<'request> TokenCall<'request> {
    /// Reads what all grants share.
    ///
    /// # Errors
    /// Unknown tenant or app, an app used where it may not be, repeated or missing parameters.
    pub(super) fn read(
        state: &'request EmulatorState,
        segment: &str,
        headers: &HeaderMap,
        parameters: &'request Parameters,
    ) -> Result<Self, OAuthError> {
        let world = state.world();
        let authority = Authority::named(segment, &world)?;
        if let Some(repeated) = parameters.repeated() {
            return Err(OAuthError::about(&aadsts::PARAMETER_REPEATED, repeated));
        }
        required(parameters, "grant_type")?;
        let (client_id, credential) = Credential::read(headers, parameters)?;
        let application = known_application(&client_id, &world)?.clone();
        authority.check_audience(&application)?;
        let origin = headers
            .get(ORIGIN)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let claims = ClaimsRequest::of(parameters)?;
        let now = state.clock.now();
        Ok(Self {
            state,
            world,
            authority,
            parameters,
            application,
            credential,
            origin,
            claims,
            now,
        })
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// 900144, naming it.
    pub(super) fn required(&self, name: &str) -> Result<&'request str, OAuthError> {
        required(self.parameters, name)
    }

    /// The tenant of a grant, if this authority may serve it.
    pub(super) fn tenant_of(&self, id: &crate::world::TenantId) -> Option<&Tenant> {
        self.world
            .tenant(id)
            .filter(|tenant| self.authority.admits(tenant))
    }
}

fn required<'request>(
    parameters: &'request Parameters,
    name: &str,
) -> Result<&'request str, OAuthError> {
    parameters
        .get(name)
        .ok_or_else(|| OAuthError::about(&aadsts::PARAMETER_MISSING, name))
}
