//! Proving a yes: whose it was, by a sign-in; that it holds, by a token for that organisation (R51).

use connect_outlook_protocol::authority::{CONSUMERS_TENANT_ID, Tenant};
use connect_outlook_protocol::callback::Callback;
use connect_outlook_protocol::token_answer::TokenAnswer;

use super::{ConsentEnd, ConsentError};
use crate::app::{App, FinishAttemptError, FlowHandle};
use crate::entra::id_token::IdTokenError;
use crate::entra::{IdentifyError, NotAtHome, Redemption};
use crate::vault::attempts::{Attempt, AttemptKind, Proof};
use crate::vault::consent_requests::{ConsentRequest, Decision};
use crate::vault::id::{ConsentRequestId, NonceDigest};

/// Whose yes it was.
enum Whose {
    Organisation(String),
    Personal,
    /// Of one that may not sign in here.
    NotAdmitted,
    NotShown,
}

impl App {
    /// Back from the sign-in that follows an administrator's yes. What it brings is looked at and thrown away.
    ///
    /// # Errors
    /// [`FinishAttemptError::Unknown`] if the state is not of such a sign-in, among others.
    pub async fn consent_shown(
        &self,
        callback: Callback,
        browser: Option<FlowHandle>,
    ) -> Result<ConsentEnd, FinishAttemptError> {
        let kind = AttemptKind::ConsentSignIn;
        let attempt = self.take_attempt(callback.state(), browser, kind).await?;
        let id = attempt.consent.ok_or(FinishAttemptError::Unknown)?;
        let request = self.vault.consent_request(id, self.clock.now()).await?;
        let request = request.ok_or(FinishAttemptError::Unknown)?;
        let whose = match callback {
            Callback::Refused { .. } => Whose::NotShown,
            Callback::Code { code, issuer, .. } => {
                self.prove_issuer(issuer.as_deref())?;
                self.whose_code(code, &attempt).await
            }
        };
        let tenant = match whose {
            Whose::Organisation(tenant) => tenant,
            Whose::Personal => return Ok(ConsentEnd::Personal),
            Whose::NotAdmitted => return Ok(ConsentEnd::OtherOrganisation),
            Whose::NotShown => {
                let decision = Decision::Unproven {
                    code: "not_shown",
                    tenant: None,
                };
                self.decide(id, &decision).await?;
                return Ok(ConsentEnd::Unproven);
            }
        };
        if !self.is_asked(&request, &tenant).await {
            tracing::info!(request = %id, "somebody of another organisation agreed");
            return Ok(ConsentEnd::OtherOrganisation);
        }
        let decision = self.prove_consent(tenant).await;
        self.decide(id, &decision).await?;
        Ok(match decision {
            Decision::Granted { .. } => ConsentEnd::Granted,
            Decision::Unproven { .. } | Decision::Refused { .. } => ConsentEnd::Unproven,
        })
    }

    async fn whose_code(
        &self,
        code: connect_outlook_protocol::secret::AuthorizationCode,
        attempt: &Attempt,
    ) -> Whose {
        let Proof::Server(verifier) = attempt.proof.clone() else {
            return Whose::NotShown;
        };
        let redemption = Redemption {
            code,
            verifier,
            redirect_uri: attempt.redirect_uri.clone(),
            scope: attempt.scopes.clone(),
        };
        let Ok(_turn) = self.take_token_turn(CONSENTS).await else {
            return Whose::NotShown;
        };
        match self.entra.redeem(&redemption).await {
            Ok(answer) => self.whose_token(&answer, attempt).await,
            Err(error) => {
                tracing::warn!(%error, "an administrator's sign-in could not be redeemed");
                self.note(error.refusal());
                Whose::NotShown
            }
        }
    }

    async fn whose_token(&self, answer: &TokenAnswer, attempt: &Attempt) -> Whose {
        let Some(token) = &answer.id_token else {
            return Whose::NotShown;
        };
        let is_ours = |claim: &str| NonceDigest::of(claim) == attempt.nonce;
        let (now, access_token) = (self.clock.now(), &answer.access_token);
        let judged = self
            .entra
            .identify(token, Some(&is_ours), access_token, now);
        match judged.await {
            Ok(person) if person.tenant_id == CONSUMERS_TENANT_ID => Whose::Personal,
            Ok(person) => Whose::Organisation(person.tenant_id),
            Err(IdentifyError::Refused(IdTokenError::Claim("tid"))) => Whose::NotAdmitted,
            Err(error) => {
                tracing::warn!(%error, "an administrator's sign-in could not be verified");
                Whose::NotShown
            }
        }
    }

    /// Whether it is the organisation that the request is about. A domain that Microsoft does not know compares with none.
    async fn is_asked(&self, request: &ConsentRequest, tenant: &str) -> bool {
        if let Some(asked) = &request.tenant {
            return asked == tenant;
        }
        match request.domain.as_deref().and_then(Tenant::parse) {
            Some(domain) => match self.organisation(domain).await {
                Ok(Some(asked)) => asked == tenant,
                Ok(None) => true,
                Err(_) => false,
            },
            None => true,
        }
    }

    /// What a token for this organisation says, or why there is none.
    async fn prove_consent(&self, tenant: String) -> Decision {
        let Ok(_turn) = self.take_token_turn(&tenant).await else {
            return unproven("microsoft_unavailable", tenant);
        };
        match self.entra.is_at_home(&tenant).await {
            Ok(()) => Decision::Granted { tenant },
            Err(NotAtHome::Unknown) => unproven(NOT_THERE_YET, tenant),
            Err(NotAtHome::NoCredential) => unproven("no_credential", tenant),
            Err(NotAtHome::NotSaid(error)) => {
                tracing::warn!(%error, "an administrator's consent could not be proved");
                self.note(error.refusal());
                unproven(NOT_THERE_YET, tenant)
            }
        }
    }

    /// Tries once more what could not be proved: Microsoft needs its time to spread a consent.
    pub(in crate::app) async fn prove_what_waits(&self) {
        let now = self.clock.now();
        let since = now.plus(-WORTH_TRYING);
        let waiting = self.vault.consents_to_prove(NOT_THERE_YET, since, 20, now);
        let waiting = waiting.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "consents could not be looked up; next try in a minute");
            Vec::new()
        });
        for request in waiting {
            let Some(tenant) = request.tenant else {
                continue;
            };
            let decision = self.prove_consent(tenant).await;
            if let Err(error) = self.decide(request.id, &decision).await {
                tracing::warn!(%error, "a consent could not be written");
            }
        }
    }

    pub(super) async fn decide(
        &self,
        request: ConsentRequestId,
        decision: &Decision,
    ) -> Result<(), crate::vault::VaultError> {
        let now = self.clock.now();
        if self.vault.decide_consent(request, decision, now).await? {
            tracing::info!(%request, ?decision, "an administrator came back");
        }
        Ok(())
    }
}

impl From<FinishAttemptError> for ConsentError {
    fn from(error: FinishAttemptError) -> Self {
        match error {
            FinishAttemptError::Vault(error) => error.into(),
            FinishAttemptError::NoRandomness(error) => error.into(),
            _ => Self::Unknown,
        }
    }
}

fn unproven(code: &'static str, tenant: String) -> Decision {
    Decision::Unproven {
        code,
        tenant: Some(tenant),
    }
}

/// The app is not known there, or Microsoft does not say: it is asked again for a while.
const NOT_THERE_YET: &str = "not_there_yet";

/// Seconds.
const WORTH_TRYING: i64 = 3_600;

/// The party of administrators who come back. No tenant is named so.
const CONSENTS: &str = "consents";
