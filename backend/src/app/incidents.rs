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

/// The incident that is open, if one is, and the words that Microsoft's refusal became.
#[derive(Debug, Default)]
pub(super) struct Incidents(Mutex<Option<(Incident, Refusal)>>);

impl Incidents {
    /// Logs an incident once, however many requests meet it.
    pub(super) fn open_with(&self, refusal: &Refusal, now: UnixTime) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open
            .as_ref()
            .is_some_and(|(incident, _)| incident.code == refusal.code)
        {
            return;
        }
        if let Some((before, _)) = open.take() {
            meters::incident_ends(before.code);
        }
        meters::incident_begins(refusal.code);
        tracing::error!(
            code = refusal.code,
            aadsts = refusal.aadsts,
            cause = refusal.cause,
            "Microsoft refuses this deployment; accounts stay as they are"
        );
        let incident = Incident {
            code: refusal.code,
            actor: refusal.actor,
            since: now,
        };
        // The id is that of somebody else's request.
        let refusal = Refusal {
            correlation_id: None,
            ..refusal.clone()
        };
        *open = Some((incident, refusal));
    }

    /// A token answer came: whatever it was, it is over.
    pub(super) fn close(&self) {
        if let Some((over, _)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            meters::incident_ends(over.code);
            tracing::info!(code = over.code, "Microsoft accepts this deployment again");
        }
    }

    pub(super) fn open(&self) -> Option<Incident> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(|(incident, _)| incident.clone())
    }

    /// What to answer whoever comes while it is open.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(|(_, refusal)| refusal.clone())
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
            description: Some("Correlation ID: 11111111-aaaa-4bbb-8ccc-222222222222"),
            ..Evidence::default()
        });
        incidents.open_with(&refusal, UnixTime(1));
        incidents.open_with(&refusal, UnixTime(2));
        let open = incidents.open().unwrap();
        assert_eq!(
            (open.code, open.actor, open.since),
            ("secret_expired", Actor::Operator, UnixTime(1))
        );
        let refusal = incidents.refusal().unwrap();
        assert_eq!(
            (refusal.code, refusal.correlation_id),
            ("secret_expired", None)
        );
        incidents.close();
        assert_eq!((incidents.open(), incidents.refusal()), (None, None));
    }
}
