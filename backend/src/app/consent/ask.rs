//! Asking for an administrator, when a visitor is told that one has to agree.

use connect_outlook_protocol::authority::{CONSUMERS_TENANT_ID, Tenant, is_guid};
use connect_outlook_protocol::outcome::{Outcome, Reason};
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::ConsentToken;

use super::ConsentError;
use crate::app::App;
use crate::app::connect::SIGN_INS;
use crate::app::handles::{consent_digest, random_consent_token};
use crate::meters;
use crate::vault::VaultError;
use crate::vault::attempts::Attempt;
use crate::vault::consent_requests::{NewConsentRequest, Origin, Subject};
use crate::vault::id::ConsentRequestId;

impl App {
    /// Puts the address for an administrator into an outcome that one has to mend, or may have to, and makes the request
    /// that it opens. Personal accounts have no administrator.
    pub(in crate::app) async fn add_link(
        &self,
        outcome: &mut Outcome,
        attempt: &Attempt,
    ) -> Result<(), VaultError> {
        let Some((reason, origin)) = wants_admin(outcome) else {
            return Ok(());
        };
        let Some(whose) = self.whose(attempt).await? else {
            return Ok(());
        };
        match self.ask_admin(whose, attempt.scopes.clone(), origin).await {
            Ok((_, token)) => reason.link = Some(self.consent_address(&token)),
            Err(ConsentError::TooMany) => meters::overflow("consent_requests"),
            Err(ConsentError::Vault(error)) => return Err(error),
            Err(error) => tracing::warn!(%error, "no administrator can be asked"),
        }
        Ok(())
    }

    /// The page of a request.
    #[must_use]
    pub fn consent_address(&self, token: &ConsentToken) -> String {
        format!("{}/{}", self.rules.consent_pages, token.expose())
    }

    /// Makes a request, or asks an older one again.
    pub(super) async fn ask_admin(
        &self,
        (subject, named): (Subject, Option<String>),
        scopes: Scopes,
        origin: Origin,
    ) -> Result<(ConsentRequestId, ConsentToken), ConsentError> {
        let (now, token) = (self.clock.now(), random_consent_token()?);
        let new = NewConsentRequest {
            subject,
            named,
            scopes,
            origin,
            token: consent_digest(&token),
            expires_at: now.plus(LASTS),
            most_unplaced: MOST_UNPLACED,
        };
        let id = self.vault.ask_consent(&new, now).await?;
        tracing::info!(request = %id, origin = origin.name(), "an administrator is asked to agree");
        Ok((id, token))
    }

    /// Whose administrator it takes: the account's, the settings', the one of the hints; otherwise that of whoever sits at
    /// the browser. `None` where there is none.
    async fn whose(
        &self,
        attempt: &Attempt,
    ) -> Result<Option<(Subject, Option<String>)>, VaultError> {
        let account = match attempt.account {
            Some(account) => self.vault.account(account).await?,
            None => None,
        };
        let subject = match (account, self.entra.registration().authority.tenant()) {
            (Some(account), _) => (Subject::Tenant(account.identity.tid().to_owned()), None),
            (None, Tenant::Consumers) => return Ok(None),
            (None, tenant @ Tenant::One(_)) => self.placed(tenant.clone()).await,
            (None, Tenant::Common | Tenant::Organizations) => {
                match attempt.domain.as_deref().and_then(Tenant::parse) {
                    Some(tenant @ Tenant::One(_)) => self.placed(tenant).await,
                    _ => match attempt.browser {
                        Some(browser) => (Subject::Browser(browser), None),
                        None => return Ok(None),
                    },
                }
            }
        };
        let personal = matches!(&subject.0, Subject::Tenant(id) if id == CONSUMERS_TENANT_ID);
        Ok((!personal).then_some(subject))
    }

    /// By id, if Microsoft says now whose domain it is; otherwise by the domain, which is compared once somebody agreed.
    async fn placed(&self, tenant: Tenant) -> (Subject, Option<String>) {
        let name = tenant.segment().to_owned();
        if is_guid(&name) {
            return (Subject::Tenant(name), None);
        }
        match self.organisation(tenant).await {
            Ok(Some(id)) => (Subject::Tenant(id), Some(name)),
            Ok(None) | Err(_) => (Subject::Domain(name), None),
        }
    }

    /// The id of the organisation with this domain, if Microsoft knows one.
    pub(super) async fn organisation(
        &self,
        tenant: Tenant,
    ) -> Result<Option<String>, ConsentError> {
        let turn = self.take_token_turn(SIGN_INS).await;
        let _turn = turn.map_err(|_| ConsentError::NoAnswer)?;
        let found = self.entra.organisation(tenant).await;
        found.map_err(|error| {
            tracing::info!(%error, "Microsoft did not say whose domain it is");
            ConsentError::NoAnswer
        })
    }
}

/// The reason to put the address in, and who asks by it.
fn wants_admin(outcome: &mut Outcome) -> Option<(&mut Reason, Origin)> {
    match outcome {
        Outcome::NeedsAdmin(reason) => Some((reason, Origin::NeedsAdmin)),
        // What Microsoft says of who changed their mind it also says of who left its page that asks for an
        // administrator (entra 22): the visitor knows which it was.
        Outcome::Cancelled(reason) if reason.code == TURNED_BACK => {
            Some((reason, Origin::TurnedBack))
        }
        _ => None,
    }
}

const TURNED_BACK: &str = "turned_back";

/// Seconds that a request waits for an answer, from the last time somebody asked: as long as those that people make at
/// Microsoft itself do by default.
pub(super) const LASTS: i64 = 30 * 86_400;

/// Open requests of organisations that nobody knows; a site has far fewer visitors at its doors.
const MOST_UNPLACED: u32 = 10_000;
