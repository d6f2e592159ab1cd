//! Beginning an attempt.

use connect_outlook_protocol::pkce::CodeChallenge;
use sqlx::Row as _;

use super::room::Next;
use super::{NewAttempt, Proof};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::{Record, Step, Together, Writing};
use crate::vault::id::{BrowserDigest, ClaimDigest, HandleDigest, random_uuid};
use crate::vault::seal::{Field, Place};
use crate::vault::{Vault, VaultError};

/// Why an attempt did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginAttemptError {
    /// State, nonce or challenge has been used before: refuse the request, a page with constant PKCE values is at
    /// fault (R19).
    #[error("state, nonce or code challenge was used before")]
    Repeated,
    /// As many are open as may be; the first of them ends within the life of an attempt (D4).
    #[error("too many attempts are open")]
    TooManyOpen,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// How many attempts may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptCaps {
    /// Of one browser: beyond, its oldest are dropped (R25).
    pub of_a_browser: u32,
    /// Of all: beyond, none begins (D4). Several processes that begin one in the same moment may go past it by as many.
    pub of_all: u32,
}

impl Default for AttemptCaps {
    fn default() -> Self {
        Self {
            of_a_browser: OPEN_ATTEMPTS,
            of_all: ALL_OPEN_ATTEMPTS,
        }
    }
}

impl Vault {
    /// [`begin_attempt_within`](Self::begin_attempt_within) the usual caps.
    ///
    /// # Errors
    /// [`BeginAttemptError`].
    pub async fn begin_attempt(
        &self,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<(), BeginAttemptError> {
        let caps = AttemptCaps::default();
        self.begin_attempt_within(caps, attempt, now).await
    }

    /// Records an attempt. Beyond the open ones that its browser may have the oldest are dropped (R25).
    ///
    /// # Errors
    /// [`BeginAttemptError`]; nothing was recorded or dropped.
    pub async fn begin_attempt_within(
        &self,
        caps: AttemptCaps,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<(), BeginAttemptError> {
        repeated(|| self.begin_attempt_within_once(caps, attempt, now)).await
    }

    async fn begin_attempt_within_once(
        &self,
        caps: AttemptCaps,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<(), BeginAttemptError> {
        let id = random_uuid()?.hyphenated().to_string();
        let guard = self.guard(caps.of_all, now).await?;
        if !attempt.first_of_browser {
            return self.begin_another(&id, caps, guard, attempt, now).await;
        }
        let insert = self.insertion(&id, guard, attempt, now)?;
        let begun = self.database.write_alone(insert.alone()).await;
        let begun = begun.map_err(refusal)?;
        if begun.is_empty() {
            return Err(BeginAttemptError::TooManyOpen);
        }
        Ok(())
    }

    /// What an insertion has to look at.
    async fn guard(&self, of_all: u32, now: UnixTime) -> Result<Guard, BeginAttemptError> {
        let next = match self.attempts_room.next(of_all, now) {
            Next::NotKnown => {
                let count = sqlx::query(COUNT).bind(now.0).bind(i64::from(of_all));
                let row = count.fetch_one(self.database.reader()).await;
                let open: i64 = row
                    .and_then(|row| row.try_get(0))
                    .map_err(VaultError::from)?;
                let open = u32::try_from(open).unwrap_or(u32::MAX);
                self.attempts_room.counted(open, of_all, now);
                self.attempts_room.next(of_all, now)
            }
            next => next,
        };
        match (next, of_all.checked_sub(1)) {
            (Next::Freely, _) => Ok(Guard::Nothing),
            (_, Some(before)) => Ok(Guard::OpenBefore(before)),
            (_, None) => Err(BeginAttemptError::TooManyOpen),
        }
    }

    /// The same for a browser that may have others, and may be about to begin more.
    async fn begin_another(
        &self,
        id: &str,
        caps: AttemptCaps,
        guard: Guard,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<(), BeginAttemptError> {
        let (mut writing, mut rest) = (self.database.writing().await?, Together::default());
        // Otherwise two tabs starting at once could each see only the other's four predecessors.
        if let Some(lock) = self.database.lock_step(attempt.browser.to_column()) {
            writing.fetch(lock).await.map_err(VaultError::from)?;
        }
        let insert = self.insertion(id, guard, attempt, now)?;
        let drop_oldest = drop_oldest(caps.of_a_browser, attempt.browser, now);
        match insert_in(&mut writing, insert).await? {
            // Most browsers begin one or two.
            Some(position) if position <= i64::from(caps.of_a_browser) => {}
            Some(_) => rest.add(drop_oldest),
            // None begins, unless it is in the place of the browser's oldest.
            None => {
                let insert = self.insertion(id, Guard::Nothing, attempt, now)?;
                insert_in(&mut writing, insert).await?;
                for step in [drop_oldest, find_beyond(caps.of_all, now)] {
                    let found = writing.fetch(step).await.map_err(VaultError::from)?;
                    if !found.is_empty() {
                        return Err(BeginAttemptError::TooManyOpen);
                    }
                }
            }
        }
        Ok(writing.commit(rest).await?)
    }

    /// Answers the attempt's position among those of its browser; nothing, where the guard lets nobody in.
    fn insertion(
        &self,
        id: &str,
        guard: Guard,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<Step, BeginAttemptError> {
        let (challenge, sealed_verifier) = self.split(id, &attempt.proof)?;
        let insert = match guard {
            Guard::Nothing => INSERT,
            Guard::OpenBefore(_) => GUARDED_INSERT,
        };
        let insert = Step::new(insert)
            .bind(id)
            .bind(attempt.state.to_column())
            .bind(attempt.browser.to_column())
            .bind(attempt.kind.name())
            .bind(challenge.as_str())
            .bind(sealed_verifier)
            .bind(attempt.nonce.to_column())
            .bind(attempt.redirect_uri.as_str())
            .bind(attempt.scopes.to_string())
            .bind(attempt.tenant.segment())
            .bind(attempt.client_id.as_str())
            .bind(attempt.return_to.clone())
            .bind(now.0)
            .bind(attempt.expires_at.0)
            .bind(attempt.session.map(HandleDigest::to_column))
            .bind(attempt.account.map(|account| account.to_string()))
            .bind(attempt.link.map(|link| link.to_string()))
            .bind(attempt.claim.map(ClaimDigest::to_column))
            .bind(attempt.consent.map(|consent| consent.to_string()))
            .bind(attempt.domain.clone());
        Ok(match guard {
            Guard::Nothing => insert,
            Guard::OpenBefore(most) => insert.bind(i64::from(most)),
        })
    }

    /// What is stored of a proof: the challenge, and a verifier of our own sealed.
    fn split(
        &self,
        id: &str,
        proof: &Proof,
    ) -> Result<(CodeChallenge, Option<String>), VaultError> {
        match proof {
            Proof::Page(challenge) => Ok((challenge.clone(), None)),
            Proof::Server(verifier) => {
                let place = Place::new(Field::CodeVerifier, id);
                let sealed = self.keys().seal_attempt(place, verifier.expose())?;
                Ok((verifier.challenge(), Some(sealed)))
            }
        }
    }
}

/// What keeps an attempt from being inserted.
#[derive(Clone, Copy)]
enum Guard {
    /// There is room.
    Nothing,
    /// More open ones than these.
    OpenBefore(u32),
}

async fn insert_in(writing: &mut Writing, insert: Step) -> Result<Option<i64>, BeginAttemptError> {
    let inserted = writing.fetch(insert).await.map_err(refusal)?;
    let position = |row| Record::new("attempts", "id", row).number("position");
    Ok(inserted.into_iter().next().map(position).transpose()?)
}

fn refusal(error: sqlx::Error) -> BeginAttemptError {
    match error {
        sqlx::Error::Database(refusal) if refusal.is_unique_violation() => {
            BeginAttemptError::Repeated
        }
        error => VaultError::from(error).into(),
    }
}

fn drop_oldest(most: u32, browser: BrowserDigest, now: UnixTime) -> Step {
    let drop = Step::new(
        "delete from attempts
         where id in (
            select id
            from attempts
            where browser_hash = $1
              and taken_at is null
              and expires_at > $2
            order by position desc
            limit 1000 offset $3
         )",
    );
    drop.bind(browser.to_column())
        .bind(now.0)
        .bind(i64::from(most))
}

/// Finds one if more than `most` are open. Answered from the index `attempts_by_expiry` alone, here and wherever they are counted.
fn find_beyond(most: u32, now: UnixTime) -> Step {
    let find = Step::new(
        "select 1 as one
         from attempts
         where expires_at > $1
           and taken_at is null
         limit 1 offset $2",
    );
    find.bind(now.0).bind(i64::from(most))
}

/// How many attempts of one browser may be open at once, unless the settings say otherwise (R25).
pub const OPEN_ATTEMPTS: u32 = 5;
/// How many of all browsers (D4).
const ALL_OPEN_ATTEMPTS: u32 = 10_000;

/// Not beyond what is of interest.
const COUNT: &str = "
    select count(*)
    from (
       select 1 as one
       from attempts
       where expires_at > $1
         and taken_at is null
       limit $2
    ) as open";

macro_rules! insert {
    ($guard:literal) => {
        concat!(
            "
    insert into attempts (
       id, state_hash, browser_hash, position, kind, code_challenge, sealed_code_verifier, nonce_hash,
       redirect_uri, scope, tenant, client_id, return_to, created_at, expires_at, session_hash,
       account_id, link_id, claim_hash, consent_id, hint_domain
    )
    select
       $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, $6, $7,
       $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20
    from attempts
    where browser_hash = $3",
            $guard,
            "
    returning id, position"
        )
    };
}

const INSERT: &str = insert!("");
const GUARDED_INSERT: &str = insert!(
    "
    having not exists (
       select 1
       from attempts
       where expires_at > $13
         and taken_at is null
       limit 1 offset $21
    )"
);
