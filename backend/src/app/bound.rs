//! Attempts that are for one account and no other: to sign in again, or to be granted more.

use connect_outlook_protocol::secret::SessionHandle;

use super::{App, SessionError, StartAttemptError, Wishes};
use crate::vault::VaultError;
use crate::vault::accounts::Identity;
use crate::vault::id::AccountId;

impl App {
    /// Ties `wishes` to the account of this session that `named` names: its address is filled in at Microsoft, and what
    /// it was granted before is asked for again.
    ///
    /// # Errors
    /// [`StartAttemptError::AccountUnknown`] for an account that is not this session's, among others.
    pub(super) async fn bind(
        &self,
        wishes: &mut Wishes,
        named: &str,
        session: Option<SessionHandle>,
    ) -> Result<(), StartAttemptError> {
        let unknown = || StartAttemptError::AccountUnknown;
        let session = self.session(session).await.map_err(|error| match error {
            SessionError::None => unknown(),
            SessionError::Vault(error) => error.into(),
        })?;
        let id = AccountId::parse(named).filter(|id| session.accounts.contains(id));
        let id = id.ok_or_else(unknown)?;
        let account = self.vault.account(id).await?.ok_or_else(unknown)?;
        let address = Some(account.profile.address).filter(|address| !address.is_empty());
        wishes.login_hint = wishes.login_hint.take().or(address);
        if let Some(scopes) = &mut wishes.scopes {
            let list = &self.rules.scopes;
            let granted = self.vault.tokens(id, self.clock.now()).await?;
            let granted = granted.map_or_else(|| list.clone(), |tokens| tokens.scopes);
            let again = granted.iter().filter(|scope| list.contains(scope));
            scopes.extend(again.map(ToString::to_string));
        }
        wishes.account = Some(id);
        Ok(())
    }

    /// Whether this identity is the one of the account an attempt is for.
    pub(super) async fn is_of(
        &self,
        identity: &Identity,
        bound: Option<AccountId>,
    ) -> Result<bool, VaultError> {
        let Some(id) = bound else { return Ok(true) };
        let account = self.vault.account(id).await?;
        Ok(account.is_some_and(|account| account.identity == *identity))
    }
}
