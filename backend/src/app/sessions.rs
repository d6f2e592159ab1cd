//! All sessions of an owner: seeing them, and ending one or all (R72).

use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::wire::{SessionList, SessionSummary};

use super::handles::session_digest;
use super::{App, SessionError};
use crate::steps::Step;
use crate::vault::id::SessionId;
use crate::vault::sessions::SessionBeside;

/// What was ended among an owner's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedSessions {
    /// Others; the one that asked goes on.
    Others,
    /// The one that asked too.
    ThisToo,
    /// No session of this owner has this id (R68).
    Unknown,
}

impl App {
    /// Every session that holds one of the accounts of this one.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn sessions(
        &self,
        handle: Option<SessionHandle>,
    ) -> Result<SessionList, SessionError> {
        let listed = self.beside(handle.as_ref()).await?;
        let view = |session: SessionBeside| SessionSummary {
            id: session.id.to_string(),
            is_this: session.is_this,
            created_at: session.created_at.0,
            last_seen_at: session.last_seen_at.0,
            idle_expires_at: session.idle_expires_at.0,
            expires_at: session.expires_at.0,
        };
        Ok(SessionList {
            sessions: listed.into_iter().map(view).collect(),
        })
    }

    /// Ends all of them, or the one that `only` names. Accounts stay connected.
    ///
    /// # Errors
    /// [`SessionError`]; none was ended.
    pub async fn end_sessions(
        &self,
        handle: Option<SessionHandle>,
        only: Option<&str>,
    ) -> Result<EndedSessions, SessionError> {
        let listed = self.beside(handle.as_ref()).await?;
        let only = match only {
            None => None,
            Some(text) => {
                let found = SessionId::parse(text);
                let found = found.filter(|id| listed.iter().any(|session| session.id == *id));
                let Some(id) = found else {
                    return Ok(EndedSessions::Unknown);
                };
                Some(id)
            }
        };
        let handle = session_digest(&handle.ok_or(SessionError::None)?);
        let now = self.clock.now();
        let ended = self.vault.end_sessions_beside(handle, only, now).await?;
        tracing::info!(ended, "sessions ended by their owner");
        let this = listed.iter().find(|session| session.is_this);
        if only.is_none() || only == this.map(|session| session.id) {
            self.steps.tell(Step::SignedOut);
            return Ok(EndedSessions::ThisToo);
        }
        Ok(EndedSessions::Others)
    }

    async fn beside(
        &self,
        handle: Option<&SessionHandle>,
    ) -> Result<Vec<SessionBeside>, SessionError> {
        self.session(handle.cloned()).await?;
        let handle = session_digest(handle.ok_or(SessionError::None)?);
        let now = self.clock.now();
        Ok(self.vault.sessions_beside(handle, now).await?)
    }
}
