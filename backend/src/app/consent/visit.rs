//! What an administrator does: looks, goes to Microsoft, and comes back.

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::authorize::{AuthorizeRequest, ResponseMode};
use connect_outlook_protocol::consent::{ConsentAnswer, ConsentCallback};
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::refusal::{Class, Evidence, decode};
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::ConsentToken;
use connect_outlook_protocol::state::{Nonce, State};
use url::form_urlencoded::Serializer;

use super::ConsentError;
use crate::app::handles::consent_digest;
use crate::app::{App, FinishAttemptError, FlowHandle, StartAttemptError};
use crate::random;
use crate::vault::attempts::{AttemptKind, BeginAttemptError, NewAttempt, Proof};
use crate::vault::consent_requests::{ConsentRequest, ConsentState, Decision};
use crate::vault::id::{ConsentRequestId, NonceDigest, StateDigest};

/// What stands on the page of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentOffer {
    /// The integrator's name, as its operator wrote it.
    pub name: String,
    /// The site's host.
    pub host: String,
    /// What is asked for, as scopes.
    pub scopes: Vec<String>,
    /// The organisation's domain, where somebody named one; for people to read.
    pub domain: Option<String>,
    /// Where it stands.
    pub state: ConsentState,
}

/// Where an administrator goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentStep {
    /// To Microsoft once more, to show for which organisation it was.
    Away(String),
    /// To a page of ours.
    Ended(ConsentEnd),
}

/// How an administrator's way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentEnd {
    /// It is proved.
    Granted,
    /// It is not, or not yet: who waits may try.
    Unproven,
    /// A no.
    Refused,
    /// Fewer permissions than the site needs.
    Partial,
    /// Somebody of another organisation than the one that is asked.
    OtherOrganisation,
    /// A personal account, which has no organisation to agree for.
    Personal,
    /// Microsoft had a trouble of its own. Nothing changed.
    Failed,
    /// It belongs to no request that is open in this browser. Nothing changed.
    Unmatched,
}

impl ConsentEnd {
    /// Every end.
    pub const ALL: [Self; 8] = [
        Self::Granted,
        Self::Unproven,
        Self::Refused,
        Self::Partial,
        Self::OtherOrganisation,
        Self::Personal,
        Self::Failed,
        Self::Unmatched,
    ];

    /// Its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Unproven => "unproven",
            Self::Refused => "refused",
            Self::Partial => "partial",
            Self::OtherOrganisation => "other_organisation",
            Self::Personal => "personal",
            Self::Failed => "failed",
            Self::Unmatched => "unmatched",
        }
    }
}

/// An attempt of an administrator's, on record.
struct Begun {
    state: State,
    nonce: Nonce,
    verifier: CodeVerifier,
    browser: FlowHandle,
}

impl App {
    /// What stands on the page of a request. Looking changes nothing.
    ///
    /// # Errors
    /// [`ConsentError::Unknown`], [`ConsentError::Ended`].
    pub async fn offer_consent(&self, token: &ConsentToken) -> Result<ConsentOffer, ConsentError> {
        let request = self.open_request(token).await?;
        Ok(ConsentOffer {
            name: self.rules.links.name.clone(),
            host: self.rules.site.host_str().unwrap_or_default().to_owned(),
            scopes: request.scopes.into(),
            domain: request.domain,
            state: request.state,
        })
    }

    /// Where a request stands, for a page whose visitor waits for it.
    ///
    /// # Errors
    /// [`ConsentError::Unknown`].
    pub async fn consent_state(&self, token: &ConsentToken) -> Result<ConsentState, ConsentError> {
        let (token, now) = (consent_digest(token), self.clock.now());
        let found = self.vault.consent_request_of_token(token, now).await?;
        Ok(found.ok_or(ConsentError::Unknown)?.state)
    }

    /// The administrator's gesture. Answers where to send the browser, with the flow handle it is to keep.
    ///
    /// # Errors
    /// [`ConsentError`]; nothing was recorded.
    pub async fn start_consent(
        &self,
        token: &ConsentToken,
        browser: Option<FlowHandle>,
    ) -> Result<(String, FlowHandle), ConsentError> {
        let request = self.open_request(token).await?;
        let kind = AttemptKind::AdminConsent;
        let begun = self
            .begin_for(request.id, kind, request.scopes.clone(), browser)
            .await?;
        let registration = self.entra.registration();
        let authority = match request.tenant.as_deref().and_then(Tenant::parse) {
            Some(tenant) => registration.authority.of(tenant),
            None => registration.authority.clone(),
        };
        let query = Serializer::new(String::new())
            .append_pair("client_id", &registration.client_id)
            .append_pair("scope", &request.scopes.to_string())
            .append_pair("redirect_uri", &self.rules.server_redirect_uri)
            .append_pair("state", begun.state.expose())
            .finish();
        tracing::info!(request = %request.id, "somebody goes to Microsoft to agree");
        let url = format!("{}?{query}", authority.admin_consent_endpoint());
        Ok((url, begun.browser))
    }

    /// Back from Microsoft's page for administrators. A yes goes on to a sign-in, whose ID token tells the organisation; the
    /// address does not (R51).
    ///
    /// # Errors
    /// [`FinishAttemptError`], [`StartAttemptError`] by way of [`ConsentError`].
    pub async fn consent_returned(
        &self,
        callback: ConsentCallback,
        browser: Option<FlowHandle>,
    ) -> Result<ConsentStep, ConsentError> {
        let kind = AttemptKind::AdminConsent;
        let taken = self
            .take_attempt(&callback.state, browser.clone(), kind)
            .await;
        let request = match taken.map(|attempt| attempt.consent) {
            Ok(Some(request)) => request,
            Err(FinishAttemptError::Vault(error)) => return Err(error.into()),
            Ok(None) | Err(_) => return Ok(ConsentStep::Ended(ConsentEnd::Unmatched)),
        };
        let now = self.clock.now();
        let Some(found) = self.vault.consent_request(request, now).await? else {
            return Ok(ConsentStep::Ended(ConsentEnd::Unmatched));
        };
        match callback.answer {
            ConsentAnswer::No { error, description } => {
                let end = self.refuse_consent(request, &error, description.as_deref());
                Ok(ConsentStep::Ended(end.await?))
            }
            ConsentAnswer::Yes(granted) if lacks(&found, granted.as_ref()) => {
                let code = "partial_consent";
                self.decide(request, &Decision::Refused { code }).await?;
                Ok(ConsentStep::Ended(ConsentEnd::Partial))
            }
            ConsentAnswer::Yes(_) => {
                Ok(ConsentStep::Away(self.sign_in_for(request, browser).await?))
            }
        }
    }

    async fn refuse_consent(
        &self,
        request: ConsentRequestId,
        error: &str,
        description: Option<&str>,
    ) -> Result<ConsentEnd, ConsentError> {
        let refusal = decode(&Evidence {
            error,
            description,
            ..Evidence::default()
        });
        if matches!(refusal.class, Class::Unavailable | Class::Misconfigured) {
            tracing::warn!(%request, code = refusal.code, "Microsoft did not take an administrator's consent");
            return Ok(ConsentEnd::Failed);
        }
        // What Microsoft asks for elsewhere is a no here.
        let code = match refusal.code {
            "consent_missing" | "sign_in_needed" => "consent_declined",
            code => code,
        };
        self.decide(request, &Decision::Refused { code }).await?;
        Ok(ConsentEnd::Refused)
    }

    /// No mailbox is asked for, and nothing to stay connected with.
    async fn sign_in_for(
        &self,
        request: ConsentRequestId,
        browser: Option<FlowHandle>,
    ) -> Result<String, ConsentError> {
        let scopes = Scopes::parse(WHO);
        let kind = AttemptKind::ConsentSignIn;
        let begun = self.begin_for(request, kind, scopes, browser).await?;
        let registration = self.entra.registration();
        let asked = AuthorizeRequest {
            endpoint: &registration.authority.authorize_endpoint(),
            client_id: &registration.client_id,
            redirect_uri: &self.rules.server_redirect_uri,
            scope: WHO,
            state: &begun.state,
            nonce: &begun.nonce,
            code_challenge: &begun.verifier.challenge(),
            response_mode: ResponseMode::Query,
            prompt: None,
            login_hint: None,
            domain_hint: None,
            claims: None,
        };
        Ok(asked.to_url())
    }

    async fn begin_for(
        &self,
        request: ConsentRequestId,
        kind: AttemptKind,
        scopes: Scopes,
        browser: Option<FlowHandle>,
    ) -> Result<Begun, ConsentError> {
        let (state, nonce) = (
            State::from_random(random::bytes()?),
            Nonce::from_random(random::bytes()?),
        );
        let verifier = CodeVerifier::from_random(random::bytes()?);
        let browser = browser.map_or_else(FlowHandle::random, Ok)?;
        let now = self.clock.now();
        let begun = Begun {
            state,
            nonce,
            verifier,
            browser,
        };
        let attempt = self.attempt_of(&begun, request, kind, scopes);
        let recorded = self
            .vault
            .begin_attempt_within(self.rules.attempt_caps, &attempt, now);
        recorded.await.map_err(|error| match error {
            BeginAttemptError::Repeated => StartAttemptError::Repeated,
            BeginAttemptError::TooManyOpen => StartAttemptError::TooManyOpen,
            BeginAttemptError::Vault(error) => error.into(),
        })?;
        Ok(begun)
    }

    fn attempt_of(
        &self,
        begun: &Begun,
        request: ConsentRequestId,
        kind: AttemptKind,
        scopes: Scopes,
    ) -> NewAttempt {
        let registration = self.entra.registration();
        NewAttempt {
            state: StateDigest::from(begun.state.digest()),
            browser: begun.browser.digest(),
            first_of_browser: false,
            kind,
            proof: Proof::Server(begun.verifier.clone()),
            nonce: NonceDigest::from(begun.nonce.digest()),
            redirect_uri: self.rules.server_redirect_uri.clone(),
            scopes,
            tenant: registration.authority.tenant().clone(),
            client_id: registration.client_id.clone(),
            return_to: None,
            session: None,
            account: None,
            link: None,
            claim: None,
            consent: Some(request),
            domain: None,
            expires_at: self.clock.now().plus(self.rules.attempt_lifetime),
        }
    }

    async fn open_request(&self, token: &ConsentToken) -> Result<ConsentRequest, ConsentError> {
        let (token, now) = (consent_digest(token), self.clock.now());
        let found = self.vault.consent_request_of_token(token, now).await?;
        let request = found.ok_or(ConsentError::Unknown)?;
        if request.state == ConsentState::Expired {
            return Err(ConsentError::Ended);
        }
        Ok(request)
    }
}

/// Whether the address names scopes and fewer than were asked. It may lie: then somebody does without a consent they have.
fn lacks(request: &ConsentRequest, granted: Option<&Scopes>) -> bool {
    granted.is_some_and(|granted| !request.scopes.missing_from(granted).is_empty())
}

/// Scopes by which a person says who they are, and no more.
const WHO: &str = "openid profile";
