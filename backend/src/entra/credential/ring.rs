//! The credentials in use. They can be exchanged while requests are under way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Credential, CredentialFacts, Fields};
use crate::clock::UnixTime;
use crate::random::NoRandomness;

/// All credentials of the deployment, in the order of the settings.
#[derive(Debug)]
pub struct Credentials(RwLock<Arc<Held>>);

/// The credentials as one request sees them.
#[derive(Debug)]
pub(crate) struct Held {
    all: Vec<Credential>,
    /// The one to begin with.
    first: AtomicUsize,
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

    pub(crate) fn held(&self) -> Arc<Held> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    fn new(all: Vec<Credential>) -> Self {
        Self {
            all,
            first: AtomicUsize::new(0),
        }
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
        self.first.store(turn, Ordering::Relaxed);
    }

    /// Microsoft refuses this one: the next request begins after it.
    pub(crate) fn refused(&self, turn: usize) {
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
        held.refused(0);
        assert_eq!(turns(), [1, 2, 0]);
        held.accepted(2);
        assert_eq!(turns(), [2, 0, 1]);
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
