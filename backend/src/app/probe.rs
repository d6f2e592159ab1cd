//! What a request costs before it does anything: for measurements, beside the requests themselves.

use std::sync::Arc;

use connect_outlook_protocol::secret::SessionHandle;

use super::{App, MailError, SessionError};
use crate::vault::news::News;

impl App {
    /// Looks a session up as every request does; answers how many accounts it has.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn look_up(&self, handle: SessionHandle) -> Result<usize, SessionError> {
        Ok(self.session(Some(handle)).await?.accounts.len())
    }

    /// Finds a fresh access token as every request for mail does; answers its length.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn find_token(
        self: &Arc<Self>,
        handle: SessionHandle,
        account: &str,
    ) -> Result<usize, MailError> {
        let account = self.own_account(Some(handle), account).await?;
        let fresh = self.fresh_access_token(account, None).await?;
        Ok(fresh.token.expose().len())
    }

    /// Drops the copies of a session and its accounts, so that the next request asks the vault.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn forget_copies(&self, handle: SessionHandle) -> Result<(), SessionError> {
        let session = self.session(Some(handle)).await?;
        for account in session.accounts {
            self.copies.hear(News::Account(account));
        }
        self.copies.hear(News::EverySession);
        Ok(())
    }
}
