//! Asking Microsoft, and asking once more where an answer may have been lost (R86, R90).

use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::RefreshToken;
use connect_outlook_protocol::token_answer::TokenAnswer;

use super::judge::{Later, SoFar, Verdict, judge};
use super::{Lead, Wish, dice};
use crate::app::App;
use crate::app::fresh_token::{FreshToken, FreshTokenError};
use crate::clock::UnixTime;
use crate::entra::TokenError;
use crate::vault::accounts::Finding;
use crate::vault::grants::StoredTokens;
use crate::vault::refreshes::LEASE_LIFE;

/// Tokens as Microsoft gave them, and for what.
pub(super) struct Brought {
    pub(super) answer: TokenAnswer,
    pub(super) used: RefreshToken,
    pub(super) sent_at: UnixTime,
}

/// How asking ended.
enum Asked {
    Tokens(Box<Brought>),
    Found(Finding),
    Later(Later),
}

impl App {
    /// What the leader of a refresh does. No connection of the vault is held while Microsoft thinks (R85).
    pub(super) async fn carry_out(
        &self,
        lead: Lead,
        wish: Wish,
    ) -> Result<FreshToken, FreshTokenError> {
        let tokens = lead.lease.tokens();
        let asked = match &tokens.refresh_token {
            Some(refresh_token) => self.ask(&lead, tokens, refresh_token, &wish).await?,
            None => Asked::Found(Finding::NeedsUser {
                code: "no_refresh_token".to_owned(),
                claims: None,
            }),
        };
        match asked {
            Asked::Tokens(brought) => self.keep(&lead.lease, *brought, &wish).await,
            Asked::Found(finding) => self.refuse(&lead.lease, finding).await,
            Asked::Later(later) => self.put_off(&lead, tokens, later).await,
        }
    }

    /// At most three requests: with the present refresh token, once more if the answer was lost, and with the one before
    /// if the present one is no good any more and that may be why.
    async fn ask(
        &self,
        lead: &Lead,
        tokens: &StoredTokens,
        refresh_token: &RefreshToken,
        wish: &Wish,
    ) -> Result<Asked, FreshTokenError> {
        if wish.in_use {
            self.pace.count(&tokens.tenant, self.clock.now());
        }
        let scope = scope_to_keep(&tokens.scopes);
        let mut using = refresh_token;
        let mut so_far = SoFar {
            lost: lead.lease.unanswered() > 0,
            has_previous: tokens.previous_refresh_token.is_some(),
            ..SoFar::default()
        };
        loop {
            let sent_at = self.clock.now();
            let answer = self.entra.refresh(using, &scope, wish.claims.as_deref());
            let error = match answer.await {
                Ok(answer) => {
                    let used = using.clone();
                    return Ok(Asked::Tokens(Box::new(Brought {
                        answer,
                        used,
                        sent_at,
                    })));
                }
                Err(error) => error,
            };
            self.log_refusal(lead, &error);
            so_far.in_time = self.clock.now().since(lead.since) <= LAST_REQUEST;
            match judge(&error, so_far) {
                Verdict::Repeat => (so_far.lost, so_far.repeated) = (true, true),
                Verdict::Recover(finding) => match &tokens.previous_refresh_token {
                    Some(previous) if self.vault.begin_recovery(&lead.lease).await? => {
                        (using, so_far.has_previous, so_far.repeated) = (previous, false, true);
                    }
                    _ => return Ok(Asked::Found(finding)),
                },
                Verdict::Found(finding) => return Ok(Asked::Found(finding)),
                Verdict::Later(later) => return Ok(Asked::Later(later)),
            }
        }
    }

    /// Nothing is known about the account: it stays as it is, and Microsoft is left in peace for a while (R88, R89).
    async fn put_off(
        &self,
        lead: &Lead,
        tokens: &StoredTokens,
        later: Later,
    ) -> Result<FreshToken, FreshTokenError> {
        let (account, now) = (lead.lease.account(), self.clock.now());
        let about = (account, tokens.tenant.as_str());
        let why = (later.asked, later.misconfigured);
        self.gate.close(later.whom, about, why, now, dice());
        self.vault
            .abandon_refresh(&lead.lease, later.answer)
            .await?;
        if later.misconfigured {
            return Err(FreshTokenError::Misconfigured);
        }
        let shut = self.gate.shut(account, &tokens.tenant, now);
        Err(FreshTokenError::Unavailable {
            retry_after: shut.map(|shut| shut.seconds),
        })
    }

    fn log_refusal(&self, lead: &Lead, error: &TokenError) {
        let (account, refresh) = (lead.lease.account(), lead.lease.refresh());
        let refusal = error.refusal();
        tracing::warn!(
            %account, %refresh, %error, aadsts = refusal.aadsts, cause = refusal.cause,
            correlation_id = refusal.correlation_id, "the refresh failed"
        );
        self.note(refusal);
    }
}

/// What the token is for, and staying connected. `openid` is not asked again, so no ID token comes: who the account is
/// was settled when it connected.
fn scope_to_keep(granted: &Scopes) -> String {
    let kept = granted
        .iter()
        .filter(|scope| !["openid", "profile", "email", "offline_access"].contains(scope));
    kept.chain(["offline_access"])
        .collect::<Scopes>()
        .to_string()
}

/// Seconds after the beginning of a lease at which a request may still be sent: it takes fifteen at most, and two are
/// left to store what it brings.
const LAST_REQUEST: i64 = LEASE_LIFE - 15 - 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_asks_for_what_was_granted_and_for_no_id_token() {
        let granted =
            Scopes::parse("email openid profile https://graph.microsoft.com/Mail.Read User.Read");
        assert_eq!(
            scope_to_keep(&granted),
            "https://graph.microsoft.com/Mail.Read User.Read offline_access"
        );
    }
}
