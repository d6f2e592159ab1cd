//! What the visitor of a link does: looks, begins, and comes back.

use connect_outlook_protocol::integrator::{COMPLETION_PARAMETER, LINK_PARAMETER};
use connect_outlook_protocol::outcome::Outcome;
use connect_outlook_protocol::returned;
use connect_outlook_protocol::secret::LinkToken;
use url::Url;

use super::{LinkError, LinkOffer};
use crate::app::connect::Brought;
use crate::app::handles::{completion_digest, link_digest, random_completion_code};
use crate::app::{App, FinishAttemptError, FlowHandle, Landing, Wishes};
use crate::steps::Step;
use crate::vault::accounts::AccountState;
use crate::vault::attempts::Attempt;
use crate::vault::id::LinkId;
use crate::vault::links::{Link, LinkState, ParkError, Parking};

impl App {
    /// What stands on the page of a link. Looking changes nothing (R41).
    ///
    /// # Errors
    /// [`LinkError::Unknown`], [`LinkError::Ended`].
    pub async fn offer_link(&self, token: &LinkToken) -> Result<LinkOffer, LinkError> {
        let now = self.clock.now();
        let link = self.vault.link_of_token(link_digest(token), now).await?;
        let link = link.ok_or(LinkError::Unknown)?;
        let over = matches!(
            link.state,
            LinkState::Connected { .. } | LinkState::Revoked | LinkState::Expired
        );
        if over || link.expires_at <= now {
            return Err(LinkError::Ended);
        }
        let account = match link.purpose.account() {
            Some(id) => self.vault.account(id).await?,
            None => None,
        };
        let label = account.map(|account| account.profile.address);
        Ok(LinkOffer {
            name: self.rules.links.name.clone(),
            host: host_of(&link.success_url),
            scopes: link.scopes.into(),
            account: label.filter(|address| !address.is_empty()),
        })
    }

    /// The visitor's gesture: an attempt for the link begins in this browser. Answers where to send it, with the flow
    /// handle it is to keep.
    ///
    /// # Errors
    /// [`LinkError`]; no attempt was recorded.
    pub async fn start_link(
        &self,
        token: &LinkToken,
        browser: Option<FlowHandle>,
    ) -> Result<(String, FlowHandle), LinkError> {
        let most = self.rules.links.starts;
        let started = self
            .vault
            .start_link(link_digest(token), most, self.clock.now());
        let link = started.await?;
        let (mut hint, mut claims) = (None, None);
        if let Some(id) = link.purpose.account() {
            let account = self.vault.account(id).await?;
            let account = account.ok_or(LinkError::AccountUnknown)?;
            hint = Some(account.profile.address).filter(|address| !address.is_empty());
            if let AccountState::NeedsUser { claims: asked, .. } = account.state {
                claims = asked;
            }
        }
        let wishes = self.wishes_of(&link, hint);
        let begun = self.send_away(wishes, browser, None, claims).await?;
        tracing::info!(link = %link.id, "a visitor began with a link");
        Ok(begun)
    }

    fn wishes_of(&self, link: &Link, login_hint: Option<String>) -> Wishes {
        Wishes {
            scopes: Some(link.scopes.clone().into()),
            login_hint,
            account: link.purpose.account(),
            link: Some(link.id),
            ..Wishes::default()
        }
    }

    /// The visitor agreed: the code is parked, and the visitor goes to the integrator with a completion code (R43).
    pub(in crate::app) async fn come_back_to_link(
        &self,
        link: LinkId,
        attempt: &Attempt,
        brought: &Brought,
    ) -> Result<Landing, FinishAttemptError> {
        self.prove_issuer(brought.issuer.as_deref())?;
        self.steps.tell(Step::AttemptTaken);
        let (now, completion) = (self.clock.now(), random_completion_code()?);
        let parking = Parking {
            link,
            completion: completion_digest(&completion),
            attempt,
            code: &brought.code,
            verifier: &brought.verifier,
            issuer: brought.issuer.as_deref(),
            expires_at: now.plus(COMPLETION_LASTS),
        };
        let parked = self.vault.park(&parking, now).await;
        let success_url = parked.map_err(|error| match error {
            ParkError::Ended => {
                tracing::info!(%link, "a visitor came back to a link that is over");
                FinishAttemptError::LinkEnded
            }
            ParkError::Vault(error) => error.into(),
        })?;
        tracing::info!(%link, "a code is parked until the integrator confirms");
        let named = [
            (LINK_PARAMETER, link.to_string()),
            (COMPLETION_PARAMETER, completion.expose().to_owned()),
        ];
        self.land(&success_url, &named)
    }

    /// The visitor or Microsoft said no: the visitor goes to the integrator, with why in words of closed sets. The link
    /// stays open.
    pub(in crate::app) async fn turn_back_from_link(
        &self,
        link: LinkId,
        outcome: &Outcome,
    ) -> Result<Landing, FinishAttemptError> {
        let found = self.vault.link(link, self.clock.now()).await?;
        let found = found.filter(|found| found.state != LinkState::Revoked);
        let found = found.ok_or(FinishAttemptError::LinkEnded)?;
        let named = [
            (LINK_PARAMETER, link.to_string()),
            (returned::PARAMETER, returned::value(outcome)),
        ];
        self.land(&found.failure_url, &named)
    }

    /// Only to addresses that are registered still: settings may have changed while the visitor was away (R45).
    fn land(&self, to: &str, named: &[(&str, String)]) -> Result<Landing, FinishAttemptError> {
        let registered = self.rules.links.completion_urls.iter().any(|url| url == to);
        let parsed = Url::parse(to).ok().filter(|_| registered);
        let mut url = parsed.ok_or(FinishAttemptError::LinkEnded)?;
        url.query_pairs_mut().extend_pairs(named);
        Ok(Landing::Back { url, session: None })
    }
}

fn host_of(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str);
    host.unwrap_or_default().to_owned()
}

/// Seconds that a completion code lives (R44).
const COMPLETION_LASTS: i64 = 120;
