//! Copies of what requests ask for again and again: sessions and fresh access tokens, so that a warm request asks the
//! database nothing. Bounded, in memory, wiped when dropped.
//!
//! In this process a copy is dropped before the operation that outdates it returns: nothing that was revoked is served
//! to whoever asks afterwards. Changes by other processes are heard within [`HEARING`]; while they cannot be heard,
//! copies are not used. What lapses by itself (limits of a session, the life of a token) is judged at every use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use moka::sync::Cache;
use tokio::time::Instant;

use super::fresh_token::{FreshToken, fresh_until};
use crate::clock::UnixTime;
use crate::meters;
use crate::vault::grants::{GrantVersion, StoredTokens};
use crate::vault::id::{AccountId, HandleDigest};
use crate::vault::news::News;
use crate::vault::sessions::Session;

/// The copies of one process.
#[derive(Debug)]
pub(super) struct Copies {
    sessions: Cache<HandleDigest, Arc<SessionCopy>>,
    tokens: Cache<AccountId, Arc<TokenCopy>>,
    /// Counts what was dropped; held for writing while something is. Nothing that was read before a drop is kept after
    /// it.
    drops: RwLock<u64>,
    /// Counts what concerned every session.
    generation: AtomicU64,
    /// When the other processes were last heard; `None` where there are none.
    heard_at: Option<RwLock<Instant>>,
}

#[derive(Debug)]
struct SessionCopy {
    session: Session,
    generation: u64,
}

#[derive(Debug)]
struct TokenCopy {
    fresh: FreshToken,
    fresh_until: UnixTime,
}

/// Taken before the vault is read, shown when the copy is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    drops: u64,
    generation: u64,
}

impl Copies {
    /// Empty. `shared` says whether other processes may change the vault.
    pub(super) fn new(shared: bool) -> Self {
        Self {
            sessions: Cache::new(SESSIONS),
            tokens: Cache::builder()
                .max_capacity(TOKEN_BYTES)
                .weigher(|_, copy: &Arc<TokenCopy>| copy.weight())
                .build(),
            drops: RwLock::default(),
            generation: AtomicU64::new(0),
            heard_at: shared.then(|| RwLock::new(Instant::now())),
        }
    }

    pub(super) fn ticket(&self) -> Ticket {
        Ticket {
            drops: *self.drops.read().unwrap_or_else(PoisonError::into_inner),
            generation: self.generation.load(Ordering::Acquire),
        }
    }

    /// The session behind this handle, if its copy holds now.
    pub(super) fn session(&self, handle: HandleDigest, now: UnixTime) -> Option<Session> {
        let copy = self.sessions.get(&handle).filter(|copy| {
            let current = copy.generation == self.generation.load(Ordering::Acquire);
            current && now < copy.session.sure_until && !self.is_deaf()
        });
        meters::copy_asked("session", copy.is_some());
        copy.map(|copy| copy.session.clone())
    }

    pub(super) fn keep_session(&self, ticket: Ticket, handle: HandleDigest, session: &Session) {
        self.keep(ticket, || {
            let copy = SessionCopy {
                session: session.clone(),
                generation: ticket.generation,
            };
            self.sessions.insert(handle, Arc::new(copy));
        });
    }

    /// The access token of an account, if its copy is fresh now.
    pub(super) fn token(
        &self,
        account: AccountId,
        refused: Option<GrantVersion>,
        now: UnixTime,
    ) -> Option<FreshToken> {
        let copy = self.tokens.get(&account).filter(|copy| {
            let usable = now < copy.fresh_until && refused != Some(copy.fresh.version);
            usable && !self.is_deaf()
        });
        meters::copy_asked("token", copy.is_some());
        copy.map(|copy| copy.fresh.clone())
    }

    /// The refresh token is not among what is kept.
    pub(super) fn keep_token(&self, ticket: Ticket, account: AccountId, tokens: &StoredTokens) {
        let copy = TokenCopy {
            fresh: tokens.clone().into(),
            fresh_until: fresh_until(tokens),
        };
        self.keep(ticket, || self.tokens.insert(account, Arc::new(copy)));
    }

    pub(super) fn drop_account(&self, account: AccountId) {
        self.drop(|| self.tokens.invalidate(&account));
    }

    /// Something that other processes, or this one, did to the vault.
    pub(super) fn hear(&self, news: News) {
        match news {
            News::Account(account) => self.drop_account(account),
            News::Session(handle) => self.drop(|| self.sessions.invalidate(&handle)),
            News::EverySession => self.drop(|| {
                self.generation.fetch_add(1, Ordering::AcqRel);
            }),
        }
    }

    /// Everything that others did until now has been heard.
    pub(super) fn heard(&self, asked_at: Instant) {
        if let Some(heard_at) = &self.heard_at {
            *heard_at.write().unwrap_or_else(PoisonError::into_inner) = asked_at;
        }
        // What was dropped is wiped now and not when somebody next asks.
        self.tokens.run_pending_tasks();
        self.sessions.run_pending_tasks();
    }

    /// Tells the meters how much there is.
    pub(super) fn measure(&self) {
        self.sessions.run_pending_tasks();
        self.tokens.run_pending_tasks();
        meters::copies("session", self.sessions.entry_count());
        meters::copies("token", self.tokens.entry_count());
    }

    fn is_deaf(&self) -> bool {
        self.heard_at.as_ref().is_some_and(|heard_at| {
            let heard_at = *heard_at.read().unwrap_or_else(PoisonError::into_inner);
            heard_at.elapsed() > HEARING
        })
    }

    fn keep(&self, ticket: Ticket, insert: impl FnOnce()) {
        let drops = self.drops.read().unwrap_or_else(PoisonError::into_inner);
        if *drops == ticket.drops {
            insert();
        }
    }

    fn drop(&self, invalidate: impl FnOnce()) {
        let mut drops = self.drops.write().unwrap_or_else(PoisonError::into_inner);
        *drops += 1;
        invalidate();
    }
}

impl TokenCopy {
    fn weight(&self) -> u32 {
        let bytes = self.fresh.token.expose().len() + OVERHEAD;
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }
}

/// Sessions kept: at some 500 bytes each, 50 MB.
const SESSIONS: u64 = 100_000;
/// Bytes of tokens kept: some ten thousand accounts.
const TOKEN_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of a copy beside its token.
const OVERHEAD: usize = 256;

/// How old what is heard of other processes may be. They are asked every second.
pub(super) const HEARING: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::scope::Scopes;
    use connect_outlook_protocol::secret::AccessToken;

    use super::super::fresh_token::is_fresh;
    use super::*;
    use crate::vault::id::SessionId;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn session(sure_until: UnixTime) -> Session {
        Session {
            id: SessionId::parse("00000000-0000-4000-8000-000000000001").unwrap(),
            accounts: vec![account()],
            created_at: NOW,
            last_seen_at: NOW,
            idle_expires_at: NOW.plus(100),
            expires_at: NOW.plus(1_000),
            sure_until,
        }
    }

    fn account() -> AccountId {
        AccountId::parse("00000000-0000-4000-8000-000000000002").unwrap()
    }

    fn tokens(version: i64) -> StoredTokens {
        StoredTokens {
            access_token: AccessToken::new("access".to_owned()),
            refresh_token: None,
            previous_refresh_token: None,
            scopes: Scopes::parse("Mail.Read"),
            expires_at: NOW.plus(3_600),
            obtained_at: NOW,
            version: GrantVersion(version),
            works: true,
            tenant: String::new(),
            refresh_at: NOW,
            used_at: NOW,
            ends_at: None,
        }
    }

    #[test]
    fn a_copy_is_served_until_it_lapses() {
        let (copies, handle) = (Copies::new(false), HandleDigest::of("a"));
        copies.keep_session(copies.ticket(), handle, &session(NOW.plus(60)));
        assert!(copies.session(handle, NOW.plus(59)).is_some());
        assert!(copies.session(handle, NOW.plus(60)).is_none(), "R57");
        copies.keep_token(copies.ticket(), account(), &tokens(1));
        assert!(copies.token(account(), None, NOW).is_some());
        assert!(
            copies
                .token(account(), Some(GrantVersion(1)), NOW)
                .is_none()
        );
        for age in 0..3_700 {
            let now = NOW.plus(age);
            let served = copies.token(account(), None, now).is_some();
            assert_eq!(served, is_fresh(&tokens(1), now), "{age}");
        }
    }

    #[test]
    fn what_is_heard_is_dropped() {
        let (copies, handle, other) = (
            Copies::new(false),
            HandleDigest::of("a"),
            HandleDigest::of("b"),
        );
        let keep = || {
            for handle in [handle, other] {
                copies.keep_session(copies.ticket(), handle, &session(NOW.plus(60)));
            }
            copies.keep_token(copies.ticket(), account(), &tokens(1));
        };
        keep();
        copies.hear(News::Session(handle));
        assert!(copies.session(handle, NOW).is_none() && copies.session(other, NOW).is_some());
        copies.hear(News::EverySession);
        assert!(copies.session(other, NOW).is_none());
        keep();
        assert!(copies.session(other, NOW).is_some(), "kept anew");
        copies.hear(News::Account(account()));
        assert!(copies.token(account(), None, NOW).is_none());
    }

    /// What was read from the vault before a change came is not kept after it.
    #[test]
    fn a_reader_who_was_overtaken_keeps_nothing() {
        let (copies, handle) = (Copies::new(false), HandleDigest::of("a"));
        for news in [
            News::Session(handle),
            News::EverySession,
            News::Account(account()),
        ] {
            let ticket = copies.ticket();
            copies.hear(news);
            copies.keep_session(ticket, handle, &session(NOW.plus(60)));
            copies.keep_token(ticket, account(), &tokens(1));
            assert!(copies.session(handle, NOW).is_none(), "{news:?}");
            assert!(copies.token(account(), None, NOW).is_none(), "{news:?}");
        }
    }

    /// A process that does not hear the others uses no copies.
    #[test]
    fn who_hears_nothing_serves_nothing() {
        let (copies, handle) = (Copies::new(true), HandleDigest::of("a"));
        copies.keep_session(copies.ticket(), handle, &session(NOW.plus(60)));
        copies.keep_token(copies.ticket(), account(), &tokens(1));
        assert!(copies.session(handle, NOW).is_some());
        copies.heard(Instant::now().checked_sub(2 * HEARING).unwrap());
        assert!(copies.session(handle, NOW).is_none());
        assert!(copies.token(account(), None, NOW).is_none());
        copies.heard(Instant::now());
        assert!(copies.session(handle, NOW).is_some());
    }
}
