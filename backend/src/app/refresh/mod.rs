//! One refresh, from the wish for it to its end (R78–R96).
//!
//! 1. `flight`: in this process one at a time for an account; the others wait for it.
//! 2. `gate`: not while Microsoft or our own credential is known to be in trouble.
//! 3. Here: one at a time over all processes, by the vault's lease; whoever does not get it waits for who did.
//! 4. `carry_out`: ask, and ask once more where an answer may have been lost.
//! 5. `judge`: what an answer without tokens means. Pure.
//! 6. `keep`: what came goes into the vault, or what was found about the account does.

mod carry_out;
pub(super) mod flight;
pub(super) mod gate;
mod judge;
mod keep;

use std::sync::Arc;
use std::time::Duration;

use super::App;
use super::fresh_token::{FreshToken, FreshTokenError};
use crate::clock::UnixTime;
use crate::outbound::turns::{NoTurn, Turn};
use crate::random;
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;
use crate::vault::refreshes::{BeginRefresh, Lease};

/// Why tokens are to be replaced.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The tokens to be replaced. If others have replaced them, nothing is asked.
    pub(super) judged: GrantVersion,
    /// The tenant of the person.
    pub(super) tenant: Arc<str>,
    /// A challenge of Graph's that the new ones have to meet.
    pub(super) claims: Option<String>,
    /// Whether somebody waits for them.
    pub(super) in_use: bool,
}

/// The right to send a request to the token endpoint, until dropped.
pub(super) struct TokenTurn {
    _endpoint: Turn,
    _all: Turn,
}

/// A lease, when this process's clock showed its beginning, and the right to send a request now.
struct Lead {
    lease: Lease,
    since: UnixTime,
    _turn: TokenTurn,
}

/// What came of asking for the lease.
enum Tried {
    Leads(Lead),
    /// By somebody else.
    Done,
    /// Somebody else is at it.
    Busy,
}

impl Tried {
    const fn without_lead(found: &BeginRefresh) -> Result<Self, FreshTokenError> {
        match found {
            BeginRefresh::AlreadyFresh => Ok(Self::Done),
            BeginRefresh::NotWorking => Err(FreshTokenError::NeedsSomebody),
            BeginRefresh::Wait { .. } | BeginRefresh::Lead(_) => Ok(Self::Busy),
        }
    }
}

impl App {
    /// Replaces the tokens of an account, unless somebody else has since they were judged (R83).
    pub(super) async fn refresh(
        &self,
        account: AccountId,
        wish: Wish,
    ) -> Result<FreshToken, FreshTokenError> {
        self.may_ask(account, &wish.tenant, self.clock.now())?;
        match self.lead_or_wait(account, &wish).await? {
            Some(lead) => self.carry_out(lead, wish).await,
            None => self.what_others_brought(account).await,
        }
    }

    /// Whether nothing stands in the way of asking Microsoft.
    fn may_ask(
        &self,
        account: AccountId,
        tenant: &str,
        now: UnixTime,
    ) -> Result<(), FreshTokenError> {
        self.gate.pass(account, tenant, now).map_err(|shut| {
            if shut.misconfigured {
                return FreshTokenError::Misconfigured;
            }
            FreshTokenError::Unavailable {
                retry_after: Some(shut.seconds),
            }
        })
    }

    /// A turn at the token endpoint, and one of all requests to Microsoft (D5). A party is a tenant.
    pub(super) async fn take_token_turn(&self, party: &str) -> Result<TokenTurn, NoTurn> {
        Ok(TokenTurn {
            _endpoint: self.token_endpoint.take(party).await?,
            _all: self.microsoft.take(party).await?,
        })
    }

    /// Becomes the one who asks, or waits until who does has done so: `None` then. Nobody waits longer than an answer of
    /// Microsoft's may take (R87).
    async fn lead_or_wait(
        &self,
        account: AccountId,
        wish: &Wish,
    ) -> Result<Option<Lead>, FreshTokenError> {
        let begun = self.clock.now();
        let (mut pause, mut waited) = (FIRST_LOOK, false);
        loop {
            // From here on: whoever moves the clock while the vault answers is heard all the same.
            let moves = self.clock.moves();
            match self.try_to_lead(account, wish, waited).await? {
                Tried::Leads(lead) => return Ok(Some(lead)),
                Tried::Done => return Ok(None),
                Tried::Busy => waited = true,
            }
            if self.clock.now().since(begun) >= PATIENCE.as_secs().cast_signed() {
                return Err(FreshTokenError::Unavailable {
                    retry_after: Some(1),
                });
            }
            self.clock.pause_since(moves, pause.mul_f64(jitter())).await;
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }

    /// Asks for the lease. Who has waited looks first: that takes nobody's place, neither at Microsoft nor in the vault.
    async fn try_to_lead(
        &self,
        account: AccountId,
        wish: &Wish,
        waited: bool,
    ) -> Result<Tried, FreshTokenError> {
        let (vault, judged, ahead) = (&self.vault, wish.judged, self.clock.ahead());
        if waited && let Some(found) = vault.look_at_refresh(account, judged, ahead).await? {
            return Tried::without_lead(&found);
        }
        let turn = self.take_token_turn(&wish.tenant).await;
        let turn = turn.map_err(|NoTurn| FreshTokenError::Unavailable { retry_after: None })?;
        let (since, ahead) = (self.clock.now(), self.clock.ahead());
        let begun = vault.begin_refresh(account, judged, self.owner, ahead);
        match begun.await? {
            BeginRefresh::Lead(lease) => Ok(Tried::Leads(Lead {
                lease,
                since,
                _turn: turn,
            })),
            found => Tried::without_lead(&found),
        }
    }

    async fn what_others_brought(&self, account: AccountId) -> Result<FreshToken, FreshTokenError> {
        let (tokens, now) = self.working_tokens(account).await?;
        if tokens.expires_at > now {
            Ok(tokens.into())
        } else {
            Err(FreshTokenError::Unavailable {
                retry_after: Some(1),
            })
        }
    }
}

/// Any number; 0 where the operating system gives none, since nothing secret depends on it.
pub(super) fn dice() -> u32 {
    random::bytes().map_or(0, u32::from_le_bytes)
}

/// Between a half and one.
fn jitter() -> f64 {
    0.5 + f64::from(dice()) / f64::from(u32::MAX) / 2.0
}

/// As long as a request to Microsoft may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How soon who waits for another process looks again, at first and in the end.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LONGEST_LOOK: Duration = Duration::from_millis(500);
