//! Making a link, asking about it, revoking it: what the integrator's server does.

use connect_outlook_protocol::integrator::{self, CreateLink, LinkKind, LinkView};
use connect_outlook_protocol::secret::LinkToken;

use super::LinkError;
use crate::app::handles::{link_digest, random_link_token};
use crate::app::start_attempt::allowed;
use crate::app::{App, StartAttemptError};
use crate::clock::UnixTime;
use crate::vault::id::{AccountId, ApiKeyId, LinkId};
use crate::vault::links::{Link, LinkPurpose, LinkState, NewLink};

/// A link that was made, with what opens it.
#[derive(Debug)]
pub struct MadeLink {
    /// Names it.
    pub id: LinkId,
    /// Opens it.
    pub token: LinkToken,
    /// Until when.
    pub expires_at: UnixTime,
}

impl App {
    /// Makes a link for the holder of `key` (R40).
    ///
    /// # Errors
    /// [`LinkError`]; there is none then.
    pub async fn create_link(
        &self,
        key: ApiKeyId,
        request: CreateLink,
    ) -> Result<MadeLink, LinkError> {
        let now = self.clock.now();
        let purpose = self.purpose(&request).await?;
        self.check_addresses(&request)?;
        check_user(&request.user)?;
        let scopes = allowed(request.scopes, &self.rules.scopes).map_err(|error| match error {
            StartAttemptError::Scopes => LinkError::Malformed(SCOPES),
            error => error.into(),
        })?;
        let token = random_link_token()?;
        let link = NewLink {
            token: link_digest(&token),
            key,
            purpose,
            user: &request.user,
            scopes,
            success_url: request.success_url,
            failure_url: request.failure_url,
            expires_at: self.end_of(request.expires_at, now)?,
        };
        let id = self.vault.new_link(&link, now).await?;
        tracing::info!(link = %id, %key, "link made");
        Ok(MadeLink {
            id,
            token,
            expires_at: link.expires_at,
        })
    }

    /// R45: byte for byte, so that nothing about an address can be read in two ways.
    fn check_addresses(&self, request: &CreateLink) -> Result<(), LinkError> {
        let registered = &self.rules.links.completion_urls;
        let both = [&request.success_url, &request.failure_url];
        if both.iter().all(|url| registered.contains(url)) {
            Ok(())
        } else {
            Err(LinkError::Malformed(ADDRESSES))
        }
    }

    async fn purpose(&self, request: &CreateLink) -> Result<LinkPurpose, LinkError> {
        match (request.kind, &request.account) {
            (LinkKind::Create, None) => Ok(LinkPurpose::Create),
            (LinkKind::Create, Some(_)) => Err(LinkError::Malformed(
                "account belongs to links that reconnect",
            )),
            (LinkKind::Reconnect, None) => Err(LinkError::Malformed(
                "a link that reconnects needs an account",
            )),
            (LinkKind::Reconnect, Some(named)) => {
                let id = AccountId::parse(named).ok_or(LinkError::AccountUnknown)?;
                let account = self.vault.account(id).await?;
                let account = account.ok_or(LinkError::AccountUnknown)?;
                Ok(LinkPurpose::Reconnect(account.id))
            }
        }
    }

    fn end_of(&self, asked: Option<i64>, now: UnixTime) -> Result<UnixTime, LinkError> {
        let longest = self.rules.links.longest;
        let end = asked.map_or_else(|| now.plus(longest.min(USUAL_LIFE)), UnixTime);
        if (1..=longest).contains(&end.since(now)) {
            Ok(end)
        } else {
            Err(LinkError::Malformed(
                "expires_at is past, or later than link_longest allows",
            ))
        }
    }

    /// Where a link stands.
    ///
    /// # Errors
    /// [`LinkError::Unknown`], also for a name that is none.
    pub async fn link(&self, named: &str) -> Result<LinkView, LinkError> {
        let id = LinkId::parse(named).ok_or(LinkError::Unknown)?;
        let link = self.vault.link(id, self.clock.now()).await?;
        Ok(view(link.ok_or(LinkError::Unknown)?))
    }

    /// Ends a link that has connected nothing, wherever its visitor is (F43). Once it has, nothing is done.
    ///
    /// # Errors
    /// [`LinkError::Unknown`], also for a name that is none.
    pub async fn revoke_link(&self, named: &str) -> Result<(), LinkError> {
        let id = LinkId::parse(named).ok_or(LinkError::Unknown)?;
        if self.vault.revoke_link(id, self.clock.now()).await? {
            tracing::info!(link = %id, "link revoked");
            Ok(())
        } else {
            Err(LinkError::Unknown)
        }
    }
}

fn check_user(user: &str) -> Result<(), LinkError> {
    let plain = !user.chars().any(char::is_control);
    if plain && (1..=LONGEST_USER).contains(&user.chars().count()) {
        Ok(())
    } else {
        Err(LinkError::Malformed(
            "user must be 1 to 256 plain characters",
        ))
    }
}

fn view(link: Link) -> LinkView {
    LinkView {
        id: link.id.to_string(),
        kind: match link.purpose {
            LinkPurpose::Create => LinkKind::Create,
            LinkPurpose::Reconnect(_) => LinkKind::Reconnect,
        },
        scopes: link.scopes.into(),
        created_at: link.created_at.0,
        expires_at: link.expires_at.0,
        state: match link.state {
            LinkState::Open => integrator::LinkState::Open,
            LinkState::Parked { expires_at } => integrator::LinkState::Parked {
                confirm_by: expires_at.0,
            },
            LinkState::Confirming => integrator::LinkState::Confirming,
            LinkState::Connected { account, at } => integrator::LinkState::Connected {
                account: account.to_string(),
                connected_at: at.0,
            },
            LinkState::Revoked => integrator::LinkState::Revoked,
            LinkState::Expired => integrator::LinkState::Expired,
        },
    }
}

const SCOPES: &str = "scopes holds one that this deployment does not ask for, or none for mail";
const ADDRESSES: &str =
    "success_url and failure_url must be among the deployment's completion_urls";

/// Characters.
const LONGEST_USER: usize = 256;

/// Seconds that a link lives for which nobody asked anything else (R40).
const USUAL_LIFE: i64 = 60 * 60;
