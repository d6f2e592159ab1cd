//! Consent requests as the integrator's server sees them: it may ask an administrator before the first visitor comes.

use connect_outlook_protocol::authority::{CONSUMERS_TENANT_ID, Tenant, is_guid};
use connect_outlook_protocol::integrator::{
    ConsentRequestPage, ConsentRequestView, CreateConsentRequest,
};
use connect_outlook_protocol::secret::ConsentToken;

use super::ConsentError;
use crate::app::App;
use crate::app::StartAttemptError;
use crate::app::start_attempt::allowed;
use crate::vault::consent_requests::{ConsentRequest, Origin, Subject};
use crate::vault::id::ConsentRequestId;

/// A request that was made or found, with what opens its page.
#[derive(Debug)]
pub struct MadeConsentRequest {
    /// Opens its page.
    pub token: ConsentToken,
    /// The request.
    pub view: ConsentRequestView,
}

impl App {
    /// Asks the administrator of an organisation that Microsoft knows.
    ///
    /// # Errors
    /// [`ConsentError`]; nobody is asked then.
    pub async fn create_consent_request(
        &self,
        request: CreateConsentRequest,
    ) -> Result<MadeConsentRequest, ConsentError> {
        let scopes = allowed(request.scopes, &self.rules.scopes).map_err(|error| match error {
            StartAttemptError::Scopes => ConsentError::Malformed(SCOPES),
            error => error.into(),
        })?;
        let tenant = match Tenant::parse(&request.tenant) {
            Some(tenant @ Tenant::One(_)) => tenant,
            _ => return Err(ConsentError::Malformed(TENANT)),
        };
        let named = tenant.segment().to_owned();
        let id = self.organisation(tenant).await?;
        let id = id.ok_or(ConsentError::Malformed(NO_SUCH_TENANT))?;
        if id == CONSUMERS_TENANT_ID || !self.entra.registration().admits(&id) {
            return Err(ConsentError::Malformed(NOT_ADMITTED));
        }
        let named = (!is_guid(&named)).then_some(named);
        let whose = (Subject::Tenant(id), named);
        let (id, token) = self.ask_admin(whose, scopes, Origin::Integrator).await?;
        let view = self.consent_request(&id.to_string()).await?;
        Ok(MadeConsentRequest { token, view })
    }

    /// Where a request stands.
    ///
    /// # Errors
    /// [`ConsentError::Unknown`], also for a name that is none.
    pub async fn consent_request(&self, named: &str) -> Result<ConsentRequestView, ConsentError> {
        let id = ConsentRequestId::parse(named).ok_or(ConsentError::Unknown)?;
        let found = self.vault.consent_request(id, self.clock.now()).await?;
        Ok(view(found.ok_or(ConsentError::Unknown)?))
    }

    /// All requests, a page at a time.
    ///
    /// # Errors
    /// [`ConsentError::Malformed`] for a cursor that is none.
    pub async fn consent_requests_page(
        &self,
        cursor: Option<&str>,
    ) -> Result<ConsentRequestPage, ConsentError> {
        let malformed = || ConsentError::Malformed("cursor is none that was given out");
        let after = match cursor {
            Some(text) => Some(ConsentRequestId::parse(text).ok_or_else(malformed)?),
            None => None,
        };
        let now = self.clock.now();
        let found = self.vault.consent_requests_after(after, PAGE, now).await?;
        let last = found.last().map(|last| last.id.to_string());
        let full = found.len() == PAGE as usize;
        Ok(ConsentRequestPage {
            consent_requests: found.into_iter().map(view).collect(),
            next_cursor: last.filter(|_| full),
        })
    }
}

fn view(request: ConsentRequest) -> ConsentRequestView {
    ConsentRequestView {
        id: request.id.to_string(),
        tenant: request.tenant,
        domain: request.domain,
        scopes: request.scopes.into(),
        origin: request.origin.name().to_owned(),
        state: request.state.name().to_owned(),
        code: request.state.code().map(str::to_owned),
        state_since: request.state_since.0,
        asked: request.asked,
        created_at: request.created_at.0,
        expires_at: request.expires_at.0,
    }
}

const SCOPES: &str = "scopes holds one that this deployment does not ask for, or none for mail";
const TENANT: &str = "tenant must be the directory id or a domain of one organisation";
const NO_SUCH_TENANT: &str = "Microsoft knows no organisation by this tenant";
const NOT_ADMITTED: &str = "nobody of this tenant may sign in here";

/// Requests of a page.
const PAGE: u32 = 100;
