//! What is wrong with the deployment itself: its secret, its registration. Accounts stay as they are meanwhile.

use std::sync::{Mutex, PoisonError};

use connect_outlook_protocol::refusal::{Actor, Refusal};

use crate::clock::UnixTime;
use crate::meters;

/// Microsoft refuses us, whoever signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Stable name, such as `secret_expired`.
    pub code: &'static str,
    /// Who must act.
    pub actor: Actor,
    /// Since when.
    pub since: UnixTime,
}

/// The incident that is open, if one is.
#[derive(Debug, Default)]
pub(super) struct Incidents(Mutex<Option<Incident>>);

impl Incidents {
    /// Logs an incident once, however many requests meet it.
    pub(super) fn open_with(&self, refusal: &Refusal, now: UnixTime) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open
            .as_ref()
            .is_some_and(|incident| incident.code == refusal.code)
        {
            return;
        }
        if let Some(before) = open.take() {
            meters::incident_ends(before.code);
        }
        meters::incident_begins(refusal.code);
        tracing::error!(
            code = refusal.code,
            aadsts = refusal.aadsts,
            cause = refusal.cause,
            "Microsoft refuses this deployment; accounts stay as they are"
        );
        *open = Some(Incident {
            code: refusal.code,
            actor: refusal.actor,
            since: now,
        });
    }

    /// A token answer came: whatever it was, it is over.
    pub(super) fn close(&self) {
        if let Some(over) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            meters::incident_ends(over.code);
            tracing::info!(code = over.code, "Microsoft accepts this deployment again");
        }
    }

    pub(super) fn open(&self) -> Option<Incident> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::refusal::{Evidence, decode};

    use super::*;

    #[test]
    fn an_incident_stands_from_its_first_sight_until_an_answer_comes() {
        let incidents = Incidents::default();
        let refusal = decode(&Evidence {
            error: "invalid_client",
            error_codes: &[7_000_222],
            ..Evidence::default()
        });
        incidents.open_with(&refusal, UnixTime(1));
        incidents.open_with(&refusal, UnixTime(2));
        let open = incidents.open().unwrap();
        assert_eq!(
            (open.code, open.actor, open.since),
            ("secret_expired", Actor::Operator, UnixTime(1))
        );
        incidents.close();
        assert_eq!(incidents.open(), None);
    }
}
