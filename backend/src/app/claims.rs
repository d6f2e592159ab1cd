//! Frames in pages of other sites. Browsers give such a frame stores, channels and cookies of its own (partitioning), so
//! nothing of the window in which its visitor signs in reaches it. The window is tied to the browser by the flow cookie
//! as ever (R22); what came of the attempt rests here until the frame claims it with a secret that has been nowhere else.
//!
//! Only a form of our own site begins such an attempt (R27, R62): otherwise anybody could send somebody to Microsoft and
//! claim their mailbox.

use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::state::Claim;

use super::connect::Brought;
use super::handles::session_digest;
use super::{App, FinishAttemptError, Finished, outcomes};
use crate::vault::attempts::{Attempt, AttemptEnd};
use crate::vault::id::ClaimDigest;

impl App {
    /// What came of the attempt with this claim, once; `None` while nothing has, and for claims that are taken, lapsed
    /// or unknown. `session` is what the frame holds so far: it is replaced, and its accounts come along (R37).
    ///
    /// # Errors
    /// [`FinishAttemptError::Unknown`] when the account is gone again, among others.
    pub async fn take_claim(
        &self,
        claim: &Claim,
        session: Option<SessionHandle>,
    ) -> Result<Option<Finished>, FinishAttemptError> {
        let claim = ClaimDigest::from(claim.digest());
        let account = match self.vault.take_end(claim, self.clock.now()).await? {
            None => return Ok(None),
            Some(AttemptEnd::Refused(outcome)) => {
                let outcome = serde_json::from_str(&outcome);
                let outcome = outcome.map_err(|_| FinishAttemptError::Unknown)?;
                return Ok(Some(Finished {
                    outcome,
                    session: None,
                }));
            }
            Some(AttemptEnd::Connected(account)) => account,
        };
        let account = self.vault.account(account).await?;
        let account = account.ok_or(FinishAttemptError::Unknown)?;
        let session = session.as_ref().map(session_digest);
        Ok(Some(self.open_session(account, None, session).await?))
    }

    /// Ends an attempt with a code, for whoever claims it.
    pub(super) async fn hand_over_code(
        &self,
        claim: ClaimDigest,
        brought: Brought,
        attempt: &Attempt,
    ) -> Result<(), FinishAttemptError> {
        match self.connect_with_code(brought, attempt).await {
            Ok(Ok(account)) => {
                let end = AttemptEnd::Connected(account.id);
                Ok(self.vault.end_claimed(claim, &end).await?)
            }
            Ok(Err(outcome)) => self.hand_over(claim, &outcome).await,
            Err(FinishAttemptError::IssuerMismatch) => {
                self.hand_over(claim, &outcomes::mixed_up()).await
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps an outcome that is no connection for whoever claims it.
    pub(super) async fn hand_over(
        &self,
        claim: ClaimDigest,
        outcome: &Outcome,
    ) -> Result<(), FinishAttemptError> {
        // Words and numbers: there is nothing in it that JSON could not say.
        let outcome = serde_json::to_string(outcome).unwrap_or_default();
        let end = AttemptEnd::Refused(outcome);
        Ok(self.vault.end_claimed(claim, &end).await?)
    }
}
