//! Which organisation a domain is of: its discovery document says, to everybody.

use std::time::Duration;

use connect_outlook_protocol::authority::{Authority, Tenant, is_guid};
use serde::Deserialize;

use super::Entra;
use crate::outbound::{Limits, NoReply, Outbound, Wire};

/// Where discovery documents are fetched.
#[derive(Debug)]
pub(super) struct Directory {
    outbound: Outbound,
}

impl Directory {
    pub(super) fn new(wire: &Wire) -> Self {
        Self {
            outbound: wire.within(LIMITS),
        }
    }

    async fn id_of(&self, authority: &Authority) -> Result<Option<String>, NotNamed> {
        let request = self.outbound.get(&authority.discovery());
        let reply = self.outbound.send(request).await?;
        match reply.status {
            200 => {}
            400 | 404 => return Ok(None),
            // Of somebody who is throttled or unwell nothing is learnt.
            status => return Err(NotNamed::Refused(status)),
        }
        let document = serde_json::from_slice::<Document>(&reply.body).ok();
        let issuer = document.map(|document| document.issuer).unwrap_or_default();
        let id = issuer.rsplit('/').nth(1).unwrap_or_default();
        let ours = is_guid(id) && authority.issuer_for(id) == issuer;
        Ok(ours.then(|| id.to_owned()))
    }
}

impl Entra {
    /// The id of the organisation that has this domain, or this id; `None` if Microsoft knows none.
    ///
    /// # Errors
    /// `NotNamed` when Microsoft did not say.
    pub async fn organisation(&self, tenant: Tenant) -> Result<Option<String>, NotNamed> {
        let authority = self.registration.authority.of(tenant);
        self.directory.id_of(&authority).await
    }
}

/// Microsoft did not say whose domain it is; it may be anybody's.
#[derive(Debug, thiserror::Error)]
pub enum NotNamed {
    /// No answer.
    #[error(transparent)]
    NoReply(#[from] NoReply),
    /// An answer about something else.
    #[error("status {0}")]
    Refused(u16),
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
}

const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    body: 64 * 1024,
};
