//! Keeping what a refresh brought: tokens, or what was found about the account (R79, R84, R92).

use std::sync::Arc;
use std::time::Duration;

use connect_outlook_protocol::token_answer::TokenAnswer;

use super::carry_out::Brought;
use super::{Wish, dice};
use crate::app::App;
use crate::app::background::plan;
use crate::app::fresh_token::{FreshToken, FreshTokenError};
use crate::app::start_attempt::reads_mail;
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::accounts::{Finding, Marked};
use crate::vault::grants::{Committed, Grant, GrantVersion, StoredTokens};
use crate::vault::id::AccountId;
use crate::vault::refreshes::{Answer, Lease};

impl App {
    /// Writes the new tokens, unless newer ones are there already (R84).
    pub(super) async fn keep(
        &self,
        lease: &Lease,
        brought: Brought,
        wish: &Wish,
    ) -> Result<FreshToken, FreshTokenError> {
        let (account, old) = (lease.account(), lease.tokens());
        self.incidents.close();
        self.gate.open(account, &old.tenant);
        if let Err(trouble) = self.check_same_person(account, &brought.answer).await {
            self.vault.abandon_refresh(lease, Answer::Unknown).await?;
            return Err(trouble);
        }
        let came = brought.answer.refresh_token.as_ref();
        let rotated = came.is_some_and(|new| *new != brought.used);
        let grant = self.grant_of(brought, old, wish.in_use);
        match self.store(lease, &grant).await? {
            Committed::Written(version) => {
                let expires_in = grant.expires_at.since(self.clock.now());
                tracing::info!(%account, refresh = %lease.refresh(), expires_in, rotated, "access token refreshed");
                self.steps.tell(Step::AccessTokenRefreshed {
                    expires_in,
                    rotated,
                });
                self.demand_mail(account, version, &grant, old).await?;
                Ok(FreshToken {
                    token: grant.access_token,
                    version,
                    tenant: Arc::clone(&wish.tenant),
                })
            }
            Committed::Superseded => self.what_others_brought(account).await,
        }
    }

    /// The life of the access token counts from when the request was sent (R94). Scopes that are not named are those
    /// asked for (RFC 6749 section 5.1).
    fn grant_of(&self, brought: Brought, old: &StoredTokens, in_use: bool) -> Grant {
        let Brought {
            answer, sent_at, ..
        } = brought;
        let expires_at = sent_at.plus(answer.expires_in);
        let kept_fresh = in_use || sent_at.since(old.used_at) < self.rules.keep_fresh;
        Grant {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            scopes: if answer.scope.is_empty() {
                old.scopes.clone()
            } else {
                answer.scope
            },
            expires_at,
            schedule: plan::schedule(
                (sent_at, expires_at),
                old.ends_at,
                (in_use, kept_fresh),
                dice(),
            ),
            ends_at: None,
        }
    }

    /// A token that Microsoft has given is not given up for a database that is busy: the commit is repeated (F28). What
    /// cannot be stored in the end is found by its intent.
    async fn store(&self, lease: &Lease, grant: &Grant) -> Result<Committed, VaultError> {
        for pause in [Duration::from_millis(200), Duration::from_secs(1)] {
            match self.complete(lease, grant).await {
                Err(error @ VaultError::Unavailable(_)) => {
                    tracing::warn!(account = %lease.account(), %error, "new tokens wait for the vault");
                    self.clock.pause(pause).await;
                }
                other => return other,
            }
        }
        self.complete(lease, grant).await
    }

    async fn complete(&self, lease: &Lease, grant: &Grant) -> Result<Committed, VaultError> {
        self.vault
            .complete_refresh(lease, grant, self.clock.now())
            .await
    }

    /// A grant that does not reach the mail any more is stored, and somebody has to agree again (R96, F14). One that lost
    /// something else goes on.
    async fn demand_mail(
        &self,
        account: AccountId,
        version: GrantVersion,
        grant: &Grant,
        old: &StoredTokens,
    ) -> Result<(), FreshTokenError> {
        let lost = old.scopes.missing_from(&grant.scopes);
        if !lost.is_empty() {
            tracing::warn!(%account, lost = %lost, "the grant became narrower");
        }
        if reads_mail(&grant.scopes) {
            return Ok(());
        }
        self.find_insufficient(account, version).await
    }

    /// Records that the grant named by `version` does not reach the mail.
    pub(in crate::app) async fn find_insufficient(
        &self,
        account: AccountId,
        version: GrantVersion,
    ) -> Result<(), FreshTokenError> {
        let finding = Finding::NeedsUser {
            code: "insufficient_scope".to_owned(),
            claims: None,
        };
        let now = self.clock.now();
        self.vault.mark(account, version, finding, now).await?;
        Err(FreshTokenError::NeedsSomebody)
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
        let known = self.vault.account(account).await?;
        let known = known.ok_or(FreshTokenError::NeedsSomebody)?;
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

    /// Records what was found with the tokens of the lease. If somebody has replaced them meanwhile it says nothing about
    /// the new ones, and those are given (F44).
    pub(super) async fn refuse(
        &self,
        lease: &Lease,
        finding: Finding,
    ) -> Result<FreshToken, FreshTokenError> {
        let now = self.clock.now();
        match self.vault.refuse_refresh(lease, finding, now).await? {
            Marked::Superseded => self.what_others_brought(lease.account()).await,
            Marked::Changed | Marked::Unchanged => Err(FreshTokenError::NeedsSomebody),
        }
    }
}
