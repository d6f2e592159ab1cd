//! The integrator confirms: only now the code leaves for Microsoft, once, whatever becomes of the caller (F68).

use std::sync::Arc;
use std::time::Duration;

use connect_outlook_protocol::integrator::{ConfirmLink, Confirmation};
use connect_outlook_protocol::outcome::Outcome;

use super::LinkError;
use crate::app::connect::Brought;
use crate::app::handles::completion_digest;
use crate::app::{App, FinishAttemptError, accounts, outcomes};
use crate::vault::attempts::{Attempt, Proof};
use crate::vault::id::{AccountId, LinkId};
use crate::vault::links::{Parked, Taken};

impl App {
    /// Redeems what is parked for this link, if completion code and user are those that belong to it. The same again
    /// has the same answer and costs Microsoft nothing.
    ///
    /// # Errors
    /// [`LinkError`]; what Microsoft decided is a [`Confirmation`], not an error.
    pub async fn confirm_link(
        self: &Arc<Self>,
        named: &str,
        request: ConfirmLink,
    ) -> Result<Confirmation, LinkError> {
        let link = LinkId::parse(named).ok_or(LinkError::Unknown)?;
        let app = Arc::clone(self);
        // A caller who hangs up does not undo what has left for Microsoft.
        let work = tokio::spawn(async move { app.confirm(link, &request).await });
        work.await.map_err(LinkError::BrokeOff)?
    }

    async fn confirm(
        &self,
        link: LinkId,
        request: &ConfirmLink,
    ) -> Result<Confirmation, LinkError> {
        let completion = completion_digest(&request.completion_code);
        for _ in 0..LOOKS {
            let now = self.clock.now();
            let taken = self
                .vault
                .take_completion(link, completion, &request.user, now);
            match taken.await {
                Ok(Taken::Busy) => tokio::time::sleep(BETWEEN_LOOKS).await,
                Ok(Taken::Parked(parked)) => return self.redeem_parked(*parked).await,
                Ok(Taken::Connected(account)) => return self.connected(account).await,
                Ok(Taken::Refused(outcome)) => return Ok(remembered(&outcome)),
                Ok(Taken::Interrupted) => {
                    return Ok(Confirmation::Refused(outcomes::interrupted()));
                }
                Err(error) => {
                    tracing::info!(%link, %error, "a confirmation was refused");
                    return Err(error.into());
                }
            }
        }
        Err(LinkError::Busy)
    }

    async fn redeem_parked(&self, parked: Parked) -> Result<Confirmation, LinkError> {
        let (link, completion) = (parked.link, parked.completion);
        let (brought, attempt) = unpacked(parked, self.clock.now());
        let signed_in = if self.is_of_this_registration(&attempt) {
            self.sign_in(brought, &attempt).await
        } else {
            Ok(Err(Box::new(outcomes::interrupted())))
        };
        let signed_in = signed_in.map_err(|error| match error {
            FinishAttemptError::Vault(error) => LinkError::Vault(error),
            FinishAttemptError::NoRandomness(error) => error.into(),
            _ => LinkError::Ended,
        })?;
        let ended = match signed_in {
            Ok(brought) => self
                .store_by_link(brought, (link, completion))
                .await?
                .ok_or_else(|| Box::new(outcomes::link_ended())),
            Err(outcome) => Err(outcome),
        };
        match ended {
            Ok(account) => {
                tracing::info!(%link, account = %account.id, "link confirmed");
                self.connected(account.id).await
            }
            Err(outcome) => {
                self.tell_refused(&outcome);
                // Plain words and numbers: there is nothing in it that JSON could not say.
                let told = serde_json::to_string(&*outcome).unwrap_or_default();
                self.vault.refuse_completion(completion, &told).await?;
                Ok(Confirmation::Refused(*outcome))
            }
        }
    }

    async fn connected(&self, account: AccountId) -> Result<Confirmation, LinkError> {
        let found = self.vault.listed_account(account).await?;
        let found = found.ok_or(LinkError::AccountUnknown)?;
        Ok(Confirmation::Connected {
            account: accounts::details(found.account, found.grant.as_ref()),
        })
    }
}

fn unpacked(parked: Parked, now: crate::clock::UnixTime) -> (Brought, Attempt) {
    let attempt = Attempt {
        browser: None,
        proof: Proof::Server(parked.verifier.clone()),
        nonce: parked.nonce,
        redirect_uri: parked.redirect_uri,
        scopes: parked.scopes,
        tenant: parked.tenant,
        client_id: parked.client_id,
        return_to: None,
        session: None,
        account: parked.account,
        link: Some(parked.link),
        claim: None,
        consent: None,
        domain: None,
        created_at: now,
    };
    let brought = Brought {
        code: parked.code,
        verifier: parked.verifier,
        issuer: parked.issuer,
    };
    (brought, attempt)
}

/// What [`App::redeem_parked`] wrote.
fn remembered(outcome: &str) -> Confirmation {
    let read = serde_json::from_str::<Outcome>(outcome);
    Confirmation::Refused(read.unwrap_or_else(|_| outcomes::interrupted()))
}

/// Together longer than a token request takes.
const LOOKS: u32 = 80;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
