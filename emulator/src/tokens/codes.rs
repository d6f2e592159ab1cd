//! Authorization codes: opaque, ten minutes long, good for one redemption (entra 39).

use std::{collections::HashMap, sync::Mutex};

use super::{Proof, opaque};
use crate::{
    entra::{Challenge, RedirectTarget, Scopes},
    lock::lock,
    world::{ClientId, PersonId, TenantId},
};

/// What a code stands for.
#[derive(Clone, Debug)]
pub(crate) struct CodeGrant {
    /// Who signed in.
    pub(crate) person: PersonId,
    /// To which tenant.
    pub(crate) tenant: TenantId,
    /// For which app.
    pub(crate) client_id: ClientId,
    /// Where the code was sent, and the platform that rules its redemption.
    pub(crate) redirect: RedirectTarget,
    /// What was asked.
    pub(crate) scopes: Scopes,
    /// The browser session it was issued in.
    pub(crate) session: Option<String>,
    /// Goes into the ID token.
    pub(crate) nonce: Option<String>,
    /// The sign-in it comes from.
    pub(crate) proof: Proof,
    /// Whether it was handed out beside tokens (`spa_code`), for the app's page to redeem (entra 51).
    pub(crate) beside_tokens: bool,
    /// What the verifier must fit.
    pub(crate) challenge: Option<Challenge>,
    /// Unix seconds.
    pub(crate) issued_at: i64,
}

impl CodeGrant {
    /// Whether it is too old at `now`.
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        now >= self.issued_at + CODE_LIFE
    }
}

/// Every code issued so far.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    issued: Mutex<HashMap<String, Issued>>,
}

#[derive(Debug)]
struct Issued {
    grant: CodeGrant,
    spent: bool,
}

/// What the store knows about a code.
#[derive(Debug)]
pub(crate) enum CodeState {
    /// Truncated or altered on its way.
    Malformed,
    /// Whole, but not issued here, or long forgotten.
    Unknown,
    /// Redeemed before.
    Spent(CodeGrant),
    /// Not redeemed yet, perhaps expired.
    Live(CodeGrant),
}

impl Codes {
    /// Issues a code for `grant`.
    pub(crate) fn issue(&self, grant: CodeGrant) -> String {
        let code = opaque::fresh("1.A");
        let mut issued = lock(&self.issued);
        if issued.len() % SWEEP_EVERY == SWEEP_EVERY - 1 {
            let oldest_kept = grant.issued_at - KEPT_FOR;
            issued.retain(|_, old| old.grant.issued_at > oldest_kept);
        }
        issued.insert(
            code.clone(),
            Issued {
                grant,
                spent: false,
            },
        );
        code
    }

    /// What is known about `code`; changes nothing.
    pub(crate) fn look_up(&self, code: &str) -> CodeState {
        match lock(&self.issued).get(code) {
            Some(known) if known.spent => CodeState::Spent(known.grant.clone()),
            Some(known) => CodeState::Live(known.grant.clone()),
            None if opaque::is_whole(code) => CodeState::Unknown,
            None => CodeState::Malformed,
        }
    }

    /// Takes the code's one redemption. Of several callers at once exactly one hears `true`.
    pub(crate) fn spend(&self, code: &str) -> bool {
        match lock(&self.issued).get_mut(code) {
            Some(known) => !std::mem::replace(&mut known.spent, true),
            None => false,
        }
    }
}

/// "About 10 minutes" (entra.md §3.3).
const CODE_LIFE: i64 = 600;
/// How long a code is remembered at least, so that late and double redemptions get their own errors.
const KEPT_FOR: i64 = 86_400;
/// Whenever the store has grown by this many codes, the old ones are swept out.
const SWEEP_EVERY: usize = 1_024;
