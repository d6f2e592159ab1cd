//! The deployment's own credentials: their end is known and told before it comes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::App;
use crate::clock::UnixTime;
use crate::entra::credential::{Credential, CredentialFacts};
use crate::meters;

/// The step each credential has reached, as far as this process has told: it asks the vault once a step.
#[derive(Debug, Default)]
pub(super) struct Announced(Mutex<HashMap<CredentialFacts, i64>>);

impl App {
    /// Puts other client credentials in place of the present ones, and looks at their ends at once.
    pub async fn replace_credentials(&self, credentials: Vec<Credential>) {
        let before = self.entra.credentials().facts();
        self.entra.credentials().replace(credentials);
        let now = self.entra.credentials().facts();
        for gone in before.iter().filter(|facts| !now.contains(facts)) {
            meters::credential_gone(&gone.name);
        }
        self.gate.open_for_new_credential();
        self.announce_ends().await;
    }

    /// Tells of every credential that Microsoft says is over, although nobody knew when it would be: by one event over all
    /// processes.
    pub(super) async fn announce_what_ended(&self) {
        let now = self.clock.now();
        let client_id = &self.entra.registration().client_id;
        for ended in self.entra.credentials().ended_unannounced(client_id, now) {
            let credential = &ended.name;
            match self
                .vault
                .announce_ended(credential, &ended.mark, now)
                .await
            {
                Ok(true) => tracing::error!(
                    credential,
                    "Microsoft says that a client credential has ended: give the server a new one"
                ),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the end of a credential could not be announced; next try in a minute");
                }
            }
        }
    }

    /// Tells of every credential that has come nearer to its end: in the log of this process, and by one event over all
    /// processes.
    pub(super) async fn announce_ends(&self) {
        let now = self.clock.now();
        for credential in self.entra.credentials().facts() {
            let Some(end) = credential.expires_at else {
                continue;
            };
            meters::credential_end(&credential.name, end);
            let Some(days) = step(end, now) else {
                continue;
            };
            if !self.announced.is_news(&credential, days) {
                continue;
            }
            let name = &credential.name;
            match self.vault.announce_end(name, end, days, now).await {
                Ok(_) => {
                    log(name, end, days);
                    self.announced.remember(credential, days);
                }
                Err(error) => {
                    tracing::warn!(%error, "the end of a credential could not be announced; next try in a minute");
                }
            }
        }
    }
}

impl Announced {
    fn is_news(&self, credential: &CredentialFacts, days: i64) -> bool {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(credential).is_none_or(|told| *told != days)
    }

    fn remember(&self, credential: CredentialFacts, days: i64) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert(credential, days);
    }
}

/// The step that is reached: at most so many days are left. `None` while more than the first are.
fn step(end: UnixTime, now: UnixTime) -> Option<i64> {
    let left = end.since(now);
    STEPS.into_iter().filter(|days| left <= days * DAY).min()
}

fn log(credential: &str, end: UnixTime, days: i64) {
    let expires_at = end.0;
    if days == 0 {
        tracing::error!(
            credential,
            expires_at,
            "a client credential has ended: give the server a new one"
        );
    } else {
        tracing::warn!(
            credential,
            expires_at,
            days,
            "a client credential ends soon: make a new one and put it beside it"
        );
    }
}

/// Days before the end at which it is told.
const STEPS: [i64; 5] = [60, 30, 7, 1, 0];
const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_sixty_thirty_seven_one_and_no_days() {
        let end = UnixTime(1_000 * DAY);
        for (left, reached) in [
            (100 * DAY, None),
            (60 * DAY + 1, None),
            (60 * DAY, Some(60)),
            (30 * DAY + 1, Some(60)),
            (30 * DAY, Some(30)),
            (7 * DAY, Some(7)),
            (DAY + 1, Some(7)),
            (DAY, Some(1)),
            (1, Some(1)),
            (0, Some(0)),
            (-50 * DAY, Some(0)),
        ] {
            assert_eq!(step(end, end.plus(-left)), reached, "{left} seconds left");
        }
    }
}
