//! The credentials in use. They can be exchanged while requests are under way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::{Credential, CredentialFacts, Fields};
use crate::clock::UnixTime;
use crate::random::NoRandomness;

/// All credentials of the deployment, in the order of the settings.
#[derive(Debug)]
pub struct Credentials(RwLock<Arc<Held>>);

/// A credential that is over, by Microsoft's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// As in [`CredentialFacts`].
    pub name: String,
    /// Tells it from every other one there ever was; for no eyes but the vault's.
    pub mark: String,
}

/// The credentials as one request sees them.
#[derive(Debug)]
pub(crate) struct Held {
    all: Vec<Credential>,
    /// The one to begin with.
    first: AtomicUsize,
    /// With which code Microsoft refused each when it was tried last, if it did.
    refused: Mutex<Vec<Option<&'static str>>>,
}

impl Credentials {
    /// The first is tried first.
    #[must_use]
    pub fn new(all: Vec<Credential>) -> Self {
        Self(RwLock::new(Arc::new(Held::new(all))))
    }

    /// Puts others in their place, for every request from now on.
    pub fn replace(&self, all: Vec<Credential>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Held::new(all));
    }

    /// What may be told about each.
    #[must_use]
    pub fn facts(&self) -> Vec<CredentialFacts> {
        self.held().all.iter().map(Credential::facts).collect()
    }

    /// Whether Microsoft refuses each of them.
    #[must_use]
    pub fn are_refused(&self) -> bool {
        self.held().refusals().iter().all(Option::is_some)
    }

    /// Those of which Microsoft says that they are over, although nobody had said when they would be.
    #[must_use]
    pub fn ended_unannounced(&self, client_id: &str, now: UnixTime) -> Vec<Ended> {
        let held = self.held();
        let refusals = held.refusals();
        let over = held
            .all
            .iter()
            .zip(refusals.iter())
            .filter(|(credential, refusal)| {
                **refusal == Some(EXPIRED) && credential.expires_at.is_none_or(|end| now < end)
            });
        over.map(|(credential, _)| Ended {
            name: credential.name.clone(),
            mark: credential.mark(client_id),
        })
        .collect()
    }

    pub(crate) fn held(&self) -> Arc<Held> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    fn new(all: Vec<Credential>) -> Self {
        Self {
            refused: Mutex::new(vec![None; all.len()]),
            all,
            first: AtomicUsize::new(0),
        }
    }

    fn refusals(&self) -> MutexGuard<'_, Vec<Option<&'static str>>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In which order to try them: from the one that worked last, those within their time before the others.
    pub(crate) fn turns(&self, now: UnixTime) -> Vec<usize> {
        let first = self.first.load(Ordering::Relaxed);
        let mut turns: Vec<_> = (first..self.all.len()).chain(0..first).collect();
        turns.sort_by_key(|turn| !self.all[*turn].is_in_its_time(now));
        turns
    }

    /// The form fields by which the credential of this turn proves who asks.
    pub(crate) fn fields(
        &self,
        turn: usize,
        client_id: &str,
        audience: &str,
        now: UnixTime,
    ) -> Result<Fields, NoRandomness> {
        self.all[turn].fields(client_id, audience, now)
    }

    /// Microsoft accepts this one: the next request begins with it.
    pub(crate) fn accepted(&self, turn: usize) {
        self.refusals()[turn] = None;
        self.first.store(turn, Ordering::Relaxed);
    }

    /// Microsoft refuses this one with this code: the next request begins after it.
    pub(crate) fn refused(&self, turn: usize, code: &'static str) {
        self.refusals()[turn] = Some(code);
        if self.all.len() > 1 {
            let credential = &self.all[turn].name;
            tracing::warn!(
                credential,
                "Microsoft refuses this credential; the next one is used"
            );
        }
        self.first
            .store((turn + 1) % self.all.len(), Ordering::Relaxed);
    }
}

/// The code of a refusal that says so.
const EXPIRED: &str = "secret_expired";

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::secret::ClientSecret;

    use super::*;

    fn secrets(ends: &[Option<i64>]) -> Credentials {
        let secret = |(index, end): (usize, &Option<i64>)| {
            let secret = ClientSecret::new(format!("secret-{index}"));
            Credential::secret(secret, end.map(UnixTime), index + 1)
        };
        Credentials::new(ends.iter().enumerate().map(secret).collect())
    }

    #[test]
    fn the_one_that_works_is_kept_and_the_one_that_does_not_goes_last() {
        let credentials = secrets(&[None, None, None]);
        let held = credentials.held();
        let turns = || held.turns(UnixTime(0));
        assert_eq!(turns(), [0, 1, 2]);
        held.refused(0, "secret_wrong");
        assert_eq!(turns(), [1, 2, 0]);
        held.accepted(2);
        assert_eq!(turns(), [2, 0, 1]);
    }

    /// F16: each of them, as they were tried last.
    #[test]
    fn refused_are_they_when_each_of_them_is() {
        let credentials = secrets(&[None, Some(100)]);
        let held = credentials.held();
        held.refused(0, "secret_expired");
        assert!(!credentials.are_refused());
        held.refused(1, "secret_expired");
        assert!(credentials.are_refused());
        let ended = |now| -> Vec<_> {
            let ended = credentials.ended_unannounced("client", UnixTime(now));
            ended.into_iter().map(|ended| ended.name).collect()
        };
        assert_eq!(
            ended(99),
            ["secret 1", "secret that ends at 100"],
            "before it should"
        );
        assert_eq!(ended(100), ["secret 1"]);
        held.accepted(0);
        assert!(!credentials.are_refused() && ended(100).is_empty());
        credentials.replace(Vec::new());
    }

    /// A mark is of one secret in one registration, and does not show it.
    #[test]
    fn a_mark_tells_secrets_apart() {
        let mark = |secret: &str, client_id| {
            let secret = ClientSecret::new(secret.to_owned());
            Credential::secret(secret, None, 1).mark(client_id)
        };
        assert_eq!(mark("Zx~8Q~one", "a"), mark("Zx~8Q~one", "a"));
        for other in [mark("Zx~8Q~two", "a"), mark("Zx~8Q~one", "b")] {
            assert_ne!(mark("Zx~8Q~one", "a"), other);
            assert!(other.len() == 16 && !other.contains("Zx"));
        }
    }

    /// Nobody has to find out by a refusal what the settings say already.
    #[test]
    fn one_past_its_end_is_tried_last() {
        let credentials = secrets(&[Some(100), None]);
        assert_eq!(credentials.held().turns(UnixTime(99)), [0, 1]);
        assert_eq!(credentials.held().turns(UnixTime(100)), [1, 0]);
    }

    #[test]
    fn others_take_their_place_at_once() {
        let credentials = secrets(&[None]);
        let before = credentials.held();
        credentials.replace(vec![Credential::secret(
            ClientSecret::new("new".to_owned()),
            Some(UnixTime(7)),
            1,
        )]);
        assert_eq!(
            before.turns(UnixTime(0)).len(),
            1,
            "a request keeps what it has"
        );
        assert_eq!(credentials.facts()[0].name, "secret that ends at 7");
        assert!(!format!("{credentials:?}").contains("new"));
    }
}
