//! Access tokens of apps that act for themselves, without anybody signed in (entra 78).

use std::{collections::HashMap, sync::Mutex};

use crate::{
    lock::lock,
    random,
    world::{ClientId, Resource, TenantId},
};

/// What an app-only access token stands for.
#[derive(Clone, Debug)]
pub struct AppTokenGrant {
    /// The app that acts.
    pub client_id: ClientId,
    /// The tenant that issued it.
    pub tenant: TenantId,
    /// The API it is good for.
    pub resource: Resource,
    /// The application permissions an administrator granted; perhaps none.
    pub roles: Vec<String>,
    /// When it was issued, unix seconds.
    pub issued_at: i64,
    /// When it lapses, unix seconds. The look-up answers lapsed tokens too.
    pub expires_at: i64,
}

impl AppTokenGrant {
    /// Whether the token carries this application permission, in any case.
    pub fn allows(&self, role: &str) -> bool {
        self.roles
            .iter()
            .any(|granted| granted.eq_ignore_ascii_case(role))
    }
}

/// Every app-only access token issued so far.
#[derive(Debug, Default)]
pub struct AppTokens {
    issued: Mutex<HashMap<String, AppTokenGrant>>,
}

impl AppTokens {
    /// Issues an opaque token for `grant`.
    pub fn issue(&self, grant: AppTokenGrant) -> String {
        let token = format!("eyJ0{}", random::text::<900>());
        self.keep(token.clone(), grant);
        token
    }

    /// Keeps a token made elsewhere.
    pub(crate) fn keep(&self, token: String, grant: AppTokenGrant) {
        let mut issued = lock(&self.issued);
        if issued.len() % SWEEP_EVERY == SWEEP_EVERY - 1 {
            issued.retain(|_, old| old.expires_at > grant.issued_at);
        }
        issued.insert(token, grant);
    }

    /// What `token` stands for, lapsed or not; `None` for a token never issued here.
    pub fn lookup(&self, token: &str) -> Option<AppTokenGrant> {
        lock(&self.issued).get(token).cloned()
    }
}

/// Whenever the store has grown by this many tokens, the lapsed are swept out.
const SWEEP_EVERY: usize = 1_024;
