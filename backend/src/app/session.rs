//! Sessions: who is connected in this browser, and signing out.

use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::wire::SessionView;

use super::handles::session_digest;
use super::{App, accounts};
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::news::News;
use crate::vault::sessions::Session;

/// Why nothing is known about the browser.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No handle, or one that opens nothing: never issued, timed out, signed out.
    #[error("no session")]
    None,
    /// See [`VaultError`]: it is not known whether there is a session.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl App {
    /// The accounts of the session, the newest first. Looking puts the idle limit off.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn who_am_i(
        &self,
        handle: Option<SessionHandle>,
    ) -> Result<SessionView, SessionError> {
        let session = self.session(handle).await?;
        let mut views = Vec::with_capacity(session.accounts.len());
        for id in session.accounts.iter().rev() {
            if let Some(account) = self.vault.account(*id).await? {
                views.push(accounts::view(account));
            }
        }
        Ok(SessionView {
            accounts: views,
            idle_expires_at: session.idle_expires_at.0,
            expires_at: session.expires_at.0,
        })
    }

    /// Ends the session; its accounts stay connected. The record goes before the cookie does (R58).
    ///
    /// # Errors
    /// [`SessionError::Vault`]: the session may still be there.
    pub async fn sign_out(&self, handle: Option<SessionHandle>) -> Result<(), SessionError> {
        let Some(handle) = handle else { return Ok(()) };
        let handle = session_digest(&handle);
        // Ending writes; what strangers make up costs a look (D9).
        let found = self.vault.find_session(handle, self.clock.now()).await?;
        if found.is_some() && self.vault.end_session(handle).await? {
            self.steps.tell(Step::SignedOut);
            tracing::info!("session ended by its owner");
        }
        Ok(())
    }

    /// The session that `handle` opens; notes that it is in use.
    pub(super) async fn session(
        &self,
        handle: Option<SessionHandle>,
    ) -> Result<Session, SessionError> {
        let handle = session_digest(&handle.ok_or(SessionError::None)?);
        let now = self.clock.now();
        let session = match self.copies.session(handle, now) {
            Some(session) => session,
            None => {
                let ticket = self.copies.ticket();
                let found = self.vault.find_session(handle, now).await?;
                let session = found.ok_or(SessionError::None)?;
                self.copies.keep_session(ticket, handle, &session);
                session
            }
        };
        if self.vault.touch(&session, now).await? {
            self.copies.hear(News::Session(handle));
        }
        Ok(session)
    }
}
