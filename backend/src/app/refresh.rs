//! One refresh: asked, judged, kept; or what its failure says, and about whom (R78–R96).

use connect_outlook_protocol::refusal::Class;
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::RefreshToken;
use connect_outlook_protocol::token_answer::TokenAnswer;

use super::App;
use super::connect::grant;
use super::fresh_token::{FreshToken, FreshTokenError, is_fresh};
use crate::clock::UnixTime;
use crate::entra::TokenError;
use crate::steps::Step;
use crate::vault::accounts::{Finding, Marked};
use crate::vault::grants::{Committed, GrantVersion};
use crate::vault::id::AccountId;

impl App {
    /// Asks for new tokens, unless somebody else has brought them since `judged` (R83). No connection of the vault is
    /// held while Microsoft thinks (R85).
    pub(super) async fn refresh(
        &self,
        account: AccountId,
        judged: GrantVersion,
    ) -> Result<FreshToken, FreshTokenError> {
        let (tokens, sent_at) = self.working_tokens(account).await?;
        if tokens.version != judged && is_fresh(&tokens, sent_at) {
            return Ok(tokens.into());
        }
        let Some(refresh_token) = tokens.refresh_token else {
            let finding = Finding::NeedsUser {
                code: "no_refresh_token".to_owned(),
                claims: None,
            };
            return self.mark(account, tokens.version, finding).await;
        };
        let scope = scope_to_keep(&tokens.scopes);
        match self.entra.refresh(&refresh_token, &scope).await {
            Ok(answer) => {
                self.keep(account, tokens.version, &refresh_token, answer, sent_at)
                    .await
            }
            Err(error) => self.give_up(account, tokens.version, error).await,
        }
    }

    /// Writes the new tokens, unless newer ones are there already (R84).
    async fn keep(
        &self,
        account: AccountId,
        expected: GrantVersion,
        used: &RefreshToken,
        answer: TokenAnswer,
        sent_at: UnixTime,
    ) -> Result<FreshToken, FreshTokenError> {
        self.incidents.close();
        self.check_same_person(account, &answer).await?;
        let (expires_in, token) = (answer.expires_in, answer.access_token.clone());
        let rotated = answer.refresh_token.as_ref().is_some_and(|new| new != used);
        let grant = grant(answer, sent_at);
        match self
            .vault
            .commit_refresh(account, expected, &grant, self.clock.now())
            .await?
        {
            Committed::Written(version) => {
                tracing::info!(%account, expires_in, rotated, "access token refreshed");
                self.steps.tell(Step::AccessTokenRefreshed {
                    expires_in,
                    rotated,
                });
                Ok(FreshToken { token, version })
            }
            Committed::Superseded => self
                .working_tokens(account)
                .await
                .map(|(tokens, _)| tokens.into()),
        }
    }

    /// We do not ask for an ID token; one that comes nevertheless must name the same person (R112).
    async fn check_same_person(
        &self,
        account: AccountId,
        answer: &TokenAnswer,
    ) -> Result<(), FreshTokenError> {
        let Some(token) = &answer.id_token else {
            return Ok(());
        };
        let known = self
            .vault
            .account(account)
            .await?
            .ok_or(FreshTokenError::NeedsSomebody)?;
        let judged = self
            .entra
            .identify(token, None, &answer.access_token, self.clock.now())
            .await;
        let same = judged.as_ref().is_ok_and(|person| {
            person.tenant_id == known.identity.tid() && person.object_id == known.identity.oid()
        });
        if same {
            return Ok(());
        }
        let why = judged.err().map_or_else(
            || "it names somebody else".to_owned(),
            |error| error.to_string(),
        );
        tracing::error!(%account, why, "a refresh brought an id token that does not fit; its tokens are dropped");
        Err(FreshTokenError::Unavailable { retry_after: None })
    }

    /// A dead grant is the account's trouble; a refused credential is the deployment's; an outage is nobody's (R88).
    async fn give_up(
        &self,
        account: AccountId,
        judged: GrantVersion,
        error: TokenError,
    ) -> Result<FreshToken, FreshTokenError> {
        let refusal = error.refusal();
        tracing::warn!(%account, %error, aadsts = refusal.aadsts, cause = refusal.cause, "the refresh failed");
        self.note(refusal);
        let (code, class) = (refusal.code.to_owned(), refusal.class);
        let (claims, retry_after) = match error {
            TokenError::Refused {
                claims,
                retry_after,
                ..
            } => (claims, retry_after),
            TokenError::Unreachable { retry_after, .. } => (None, retry_after),
        };
        let finding = match class {
            Class::SignIn | Class::StepUp | Class::Cancelled => Finding::NeedsUser { code, claims },
            Class::AdminConsent => Finding::NeedsAdmin { code },
            Class::Blocked => Finding::BlockedByPolicy { code },
            Class::Misconfigured => return Err(FreshTokenError::Misconfigured),
            Class::Unavailable => return Err(FreshTokenError::Unavailable { retry_after }),
        };
        self.mark(account, judged, finding).await
    }

    /// Records what was learned about the tokens `judged`. If somebody has replaced them meanwhile it says nothing about
    /// the new ones, and those are given (F44).
    async fn mark(
        &self,
        account: AccountId,
        judged: GrantVersion,
        finding: Finding,
    ) -> Result<FreshToken, FreshTokenError> {
        match self
            .vault
            .mark(account, judged, finding, self.clock.now())
            .await?
        {
            Marked::Superseded => self
                .working_tokens(account)
                .await
                .map(|(tokens, _)| tokens.into()),
            Marked::Changed | Marked::Unchanged => Err(FreshTokenError::NeedsSomebody),
        }
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
