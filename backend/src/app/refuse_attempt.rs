//! Ending an attempt that Microsoft sent back with an error: the same checks, and never a connection (R31).

use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::refusal::{Evidence, decode};
use connect_outlook_protocol::wire::RefuseAttempt;

use super::{App, FinishAttemptError, FlowHandle};
use crate::steps::Step;
use crate::vault::attempts::{Attempt, AttemptKind};

impl App {
    /// Takes the attempt and says what the error means. Its words are decoded, never repeated.
    ///
    /// # Errors
    /// [`FinishAttemptError`] as for a code.
    pub async fn refuse_attempt(
        &self,
        request: RefuseAttempt,
        browser: Option<FlowHandle>,
    ) -> Result<Outcome, FinishAttemptError> {
        let attempt = self
            .take_attempt(&request.state, browser, AttemptKind::Connect)
            .await?;
        self.end_with_refusal(&request, &attempt).await
    }

    /// The rest of both ways: an attempt that was taken, and what Microsoft said.
    pub(super) async fn end_with_refusal(
        &self,
        request: &RefuseAttempt,
        attempt: &Attempt,
    ) -> Result<Outcome, FinishAttemptError> {
        self.steps.tell(Step::AttemptTaken);
        let refusal = decode(&Evidence {
            error: &request.error,
            error_subcode: request.error_subcode.as_deref(),
            suberror: request.suberror.as_deref(),
            description: request.error_description.as_deref(),
            error_codes: &[],
            status: None,
        });
        // The visitor's browser brought these words: whoever controls it could invent an incident, so none is opened.
        let mut outcome = Outcome::from(refusal);
        self.add_link(&mut outcome, attempt).await?;
        self.tell_refused(&outcome);
        Ok(outcome)
    }
}
