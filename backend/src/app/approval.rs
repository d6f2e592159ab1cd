//! The link for the administrator who has to agree before anybody of an organisation can connect.

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::state::State;
use url::form_urlencoded::Serializer;

use super::App;
use crate::random;
use crate::vault::VaultError;
use crate::vault::attempts::Attempt;

impl App {
    /// Puts the link into an outcome that an administrator has to mend, or may have to: for the organisation of the account that the
    /// attempt was for, if it was for one; otherwise for whichever the administrator signs in to.
    pub(super) async fn add_link(
        &self,
        outcome: &mut Outcome,
        attempt: &Attempt,
    ) -> Result<(), VaultError> {
        let reason = match outcome {
            Outcome::NeedsAdmin(reason) => reason,
            // What Microsoft says of who changed their mind it also says of who left its page that asks for an
            // administrator (entra 22): the visitor knows which it was.
            Outcome::Cancelled(reason) if reason.code == TURNED_BACK => reason,
            _ => return Ok(()),
        };
        let account = match attempt.account {
            Some(account) => self.vault.account(account).await?,
            None => None,
        };
        let tenant = account.and_then(|account| Tenant::parse(account.identity.tid()));
        reason.link = Some(self.approval_link(attempt, tenant)?);
        Ok(())
    }

    /// Microsoft's page for administrators, asking for what the visitor was asked for. Nobody waits for its `state`:
    /// what the redirect back says proves nothing, so it is only shown a page (entra.md, admin consent).
    fn approval_link(
        &self,
        attempt: &Attempt,
        tenant: Option<Tenant>,
    ) -> Result<String, VaultError> {
        let registration = self.entra.registration();
        let authority = match tenant {
            Some(tenant) => registration.authority.of(tenant),
            None => registration.authority.clone(),
        };
        let state = State::from_random(random::bytes()?);
        let query = Serializer::new(String::new())
            .append_pair("client_id", &registration.client_id)
            .append_pair("scope", &attempt.scopes.to_string())
            .append_pair("redirect_uri", &self.rules.server_redirect_uri)
            .append_pair("state", state.expose())
            .finish();
        Ok(format!("{}?{query}", authority.admin_consent_endpoint()))
    }
}

const TURNED_BACK: &str = "turned_back";
