//! What a tenant lets its people agree to by themselves (entra.md §9.1).

use serde::{Deserialize, Serialize};

/// The built-in user consent policies of Entra.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentPolicy {
    /// `microsoft-user-default-legacy`: whatever is not reserved for administrators, for any app.
    Legacy,
    /// `microsoft-user-default-low`: low-impact permissions, for verified publishers and apps of the home tenant only.
    Low,
    /// `microsoft-user-default-recommended`, the default of new tenants: reading mail, calendars and files needs an
    /// administrator.
    MicrosoftManaged,
    /// Nobody but an administrator consents to anything.
    Off,
}
