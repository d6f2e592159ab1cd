//! What just happened, for whoever watches: names, sizes and times, never a secret, an address or a subject.

use serde::Serialize;
use tokio::sync::broadcast;

use crate::clock::{Clock, UnixTime};

/// One step of the flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// A page asked to send its visitor to Microsoft.
    AttemptStarted {
        /// What will be asked for, space-separated.
        scope: String,
    },
    /// The visitor is back: state, browser and (for a code) verifier proved right, and the attempt is spent.
    AttemptTaken,
    /// The attempt ended without a connection.
    AttemptRefused {
        /// Stable name of why.
        code: String,
    },
    /// Code, verifier and secret became tokens. Lengths in characters.
    CodeRedeemed {
        /// Of the authorization code.
        code: usize,
        /// Of the code verifier.
        code_verifier: usize,
        /// Of the access token.
        access_token: usize,
        /// Of the refresh token, if one came.
        refresh_token: Option<usize>,
        /// Life of the access token in seconds.
        expires_in: i64,
    },
    /// Signature, issuer, audience, nonce and times of the ID token hold.
    IdTokenValidated {
        /// Its length in characters.
        id_token: usize,
    },
    /// The tokens are in the vault, encrypted under a key of their own.
    TokensSealed,
    /// The browser got a fresh session handle.
    SessionOpened {
        /// Mailboxes it may use.
        accounts: usize,
    },
    /// An access token was about to lapse and was replaced.
    AccessTokenRefreshed {
        /// Life of the new one in seconds.
        expires_in: i64,
        /// Whether a new refresh token came with it.
        rotated: bool,
    },
    /// Microsoft Graph was asked.
    GraphCalled {
        /// The path with its ids left out.
        route: &'static str,
        /// The HTTP status it answered with.
        status: u16,
    },
    /// The session was ended.
    SignedOut,
    /// An account's tokens and key were destroyed.
    Disconnected,
}

/// A step and when it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepTaken {
    /// Unix seconds.
    #[serde(serialize_with = "seconds")]
    pub at: UnixTime,
    /// The step.
    #[serde(flatten)]
    pub step: Step,
}

/// Where steps are told. Costs next to nothing while nobody watches; who watches too slowly misses the oldest.
#[derive(Clone, Debug)]
pub struct Steps {
    clock: Clock,
    watchers: broadcast::Sender<StepTaken>,
}

impl Steps {
    /// Nobody watches yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            watchers: broadcast::Sender::new(KEPT),
        }
    }

    /// All steps from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<StepTaken> {
        self.watchers.subscribe()
    }

    pub(crate) fn tell(&self, step: Step) {
        tracing::debug!(?step, "step");
        // An error says only that nobody watches.
        let _ = self.watchers.send(StepTaken {
            at: self.clock.now(),
            step,
        });
    }
}

fn seconds<S: serde::Serializer>(at: &UnixTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(at.0)
}

/// Steps kept for a watcher that is behind.
const KEPT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watcher_sees_steps_with_their_time() {
        let steps = Steps::new(Clock::still(UnixTime(7)));
        steps.tell(Step::AttemptTaken);
        let mut watcher = steps.watch();
        steps.tell(Step::GraphCalled {
            route: "/me",
            status: 200,
        });
        let seen = serde_json::to_value(watcher.try_recv().unwrap()).unwrap();
        assert_eq!(
            seen,
            serde_json::json!({"at": 7, "step": "graph_called", "route": "/me", "status": 200})
        );
        assert!(
            watcher.try_recv().is_err(),
            "what happened before is not told"
        );
    }
}
