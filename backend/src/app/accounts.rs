//! Accounts as their owner sees them, and disconnecting one.

use connect_outlook_protocol::integrator::AccountDetails;
use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::wire::{self, AccountView};

use super::{App, MailError, SessionError};
use crate::steps::Step;
use crate::vault::accounts::{Account, AccountState, GrantFacts};
use crate::vault::id::AccountId;

/// What disconnecting left of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionAfter {
    /// Other accounts are still in it.
    Open,
    /// It was the last one.
    Ended,
}

impl App {
    /// Destroys the tokens and the data key of an account of this session. Sessions left without account end with it
    /// (R59, R100). Microsoft has no way to revoke a single refresh token; with the key gone ours is noise.
    ///
    /// # Errors
    /// [`MailError::AccountUnknown`] for an account that is not this session's, among others.
    pub async fn disconnect(
        &self,
        handle: Option<SessionHandle>,
        account: &str,
    ) -> Result<SessionAfter, MailError> {
        let account = self.own_account(handle.clone(), account).await?;
        if self.vault.disconnect(account, self.clock.now()).await? {
            self.steps.tell(Step::Disconnected);
            tracing::info!(%account, "account disconnected by its owner");
        }
        match self.session(handle).await {
            Ok(_) => Ok(SessionAfter::Open),
            Err(SessionError::None) => Ok(SessionAfter::Ended),
            Err(SessionError::Vault(error)) => Err(error.into()),
        }
    }

    /// The account that a path names, if it is one of this session's: who a request acts for comes from the handle
    /// (R67), and another's account is as unknown as one that never was (R68).
    pub(super) async fn own_account(
        &self,
        handle: Option<SessionHandle>,
        account: &str,
    ) -> Result<AccountId, MailError> {
        let session = self.session(handle).await?;
        AccountId::parse(account)
            .filter(|id| session.accounts.contains(id))
            .ok_or(MailError::AccountUnknown)
    }
}

/// What the integrator's server is told about an account.
pub(super) fn details(account: Account, grant: Option<&GrantFacts>) -> AccountDetails {
    let code = match &account.state {
        AccountState::NeedsUser { code, .. }
        | AccountState::NeedsAdmin { code }
        | AccountState::BlockedByPolicy { code } => Some(code.clone()),
        AccountState::Connected | AccountState::Expiring { .. } | AccountState::Disconnected => {
            None
        }
    };
    AccountDetails {
        state_since: account.state_since.0,
        code,
        scopes: grant.map_or_else(Vec::new, |grant| grant.scopes.clone().into()),
        refreshed_at: grant.map(|grant| grant.obtained_at.0),
        account: view(account),
    }
}

/// What the page is told about an account.
pub(super) fn view(account: Account) -> AccountView {
    AccountView {
        id: account.id.to_string(),
        display_name: account.profile.display_name,
        address: account.profile.address,
        state: match account.state {
            AccountState::Connected => wire::AccountState::Connected,
            AccountState::Expiring { .. } => wire::AccountState::Expiring,
            AccountState::NeedsUser { .. } => wire::AccountState::NeedsUser,
            AccountState::NeedsAdmin { .. } => wire::AccountState::NeedsAdmin,
            AccountState::BlockedByPolicy { .. } => wire::AccountState::BlockedByPolicy,
            AccountState::Disconnected => wire::AccountState::Disconnected,
        },
        reconnect_by: account.ends_at.map(|end| end.0),
    }
}
