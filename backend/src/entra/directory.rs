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

    async fn id_of(&self, authority: &Authority) -> Result<Option<String>, NoReply> {
        let request = self.outbound.get(&authority.discovery());
        let reply = self.outbound.send(request).await?;
        if reply.status != 200 {
            return Ok(None);
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
    /// [`NoReply`] when Microsoft did not answer.
    pub async fn organisation(&self, tenant: Tenant) -> Result<Option<String>, NoReply> {
        let authority = self.registration.authority.of(tenant);
        self.directory.id_of(&authority).await
    }
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
}

const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    body: 64 * 1024,
};
