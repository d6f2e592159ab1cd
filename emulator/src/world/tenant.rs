//! Tenants: companies, and the one that holds all personal accounts.

use serde::{Deserialize, Serialize};

use super::{Cloud, ConsentPolicy, TenantId};

/// A directory that signs people in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tenant {
    /// The `tid` of its tokens.
    pub id: TenantId,
    /// The name people read.
    pub name: String,
    /// The verified domain, usable as path segment in place of the id.
    pub domain: String,
    /// Company or personal accounts.
    pub kind: TenantKind,
    /// What its people may agree to by themselves. Personal accounts ignore it (entra 33).
    pub consent_policy: ConsentPolicy,
    /// Whether ID tokens for its people may carry `email`: Entra leaves the claim out of multi-tenant apps' tokens
    /// unless the domain's owner is verified (entra.md §10.1).
    pub email_claim: bool,
    /// Whether people who need an administrator's consent can ask for it by a form (entra 32).
    #[serde(default)]
    pub approval_workflow: bool,
    /// The cloud it lives in; told to apps that ask with `instance_aware` (entra 28).
    #[serde(default)]
    pub cloud: Cloud,
}

/// What sort of accounts live in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    /// Work or school accounts.
    Company,
    /// Personal Microsoft accounts.
    Personal,
}

/// The tenant of every personal Microsoft account (entra.md §1.1).
pub const CONSUMERS_TENANT_ID: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
