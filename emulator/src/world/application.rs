//! App registrations.

use serde::{Deserialize, Serialize};

use super::{Certificate, ClientId, ExposedApi, FederatedCredential, PersonId, TenantId};

/// An app registration: who it is, where answers may go, and what proves its identity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Application {
    /// Application (client) id.
    pub client_id: ClientId,
    /// The name the consent page shows.
    pub name: String,
    /// The tenant it is registered in.
    pub home_tenant: TenantId,
    /// Who may sign in to it.
    pub audience: Audience,
    /// The verified publisher's name; none means the consent page says "unverified".
    pub verified_publisher: Option<String>,
    /// Registered redirect URIs with the platform each stands under.
    pub redirect_uris: Vec<RedirectUri>,
    /// The delegated permissions it lists: what `.default` means for it.
    pub permissions: Vec<String>,
    /// Who may use it when its administrators demand assignment; none means that nobody has to be assigned.
    pub assigned_people: Option<Vec<PersonId>>,
    /// Client secrets, live and expired.
    pub secrets: Vec<Secret>,
    /// Certificates whose holders may sign assertions.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// Workloads elsewhere that are trusted instead of a credential of its own.
    #[serde(default)]
    pub federated_credentials: Vec<FederatedCredential>,
    /// The application permissions of Graph it lists, granted by administrators only (entra 78).
    #[serde(default)]
    pub application_permissions: Vec<String>,
    /// What it exposes as an API of its own.
    #[serde(default)]
    pub api: Option<ExposedApi>,
    /// Claims beyond the usual ones in its ID tokens; `login_hint`, `sid` and `auth_time` are known.
    #[serde(default)]
    pub optional_claims: Vec<String>,
    /// Where its front-channel logout listens.
    #[serde(default)]
    pub logout_url: Option<String>,
    /// Whether the authorize endpoint hands out ID tokens (`oauth2AllowIdTokenImplicitFlow`).
    #[serde(default)]
    pub id_tokens_at_authorize: bool,
    /// Whether the authorize endpoint hands out access tokens (`oauth2AllowImplicitFlow`).
    #[serde(default)]
    pub access_tokens_at_authorize: bool,
    /// "Allow public client flows" (`isFallbackPublicClient`): treated as public where no redirect URI decides, and where
    /// a web one does as well (entra 46).
    #[serde(default)]
    pub fallback_public: bool,
    /// What can be changed about it for a test.
    #[serde(default)]
    pub switches: AppSwitches,
}

/// Switches of an app registration, all off at first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSwitches {
    /// Disabled by Microsoft or its owner: 7000112 everywhere (entra 68).
    pub disabled: bool,
    /// Tenants that removed its service principal. A new consent there brings it back (entra 68).
    pub removed_from: Vec<TenantId>,
    /// Seconds until an administrator's consent has spread (entra 36).
    pub consent_delay: i64,
    /// Whether polling for a device code faster than told is answered `slow_down`, which Entra does not do (entra 76).
    pub device_slow_down: bool,
}

impl Application {
    /// The first secret that is live at `now` (unix seconds).
    pub fn live_secret(&self, now: i64) -> Option<&Secret> {
        self.secrets.iter().find(|secret| now < secret.expires_at)
    }
}

/// `signInAudience` (entra.md §1.1), written as Microsoft's manifests write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// The home tenant's people and guests.
    #[serde(rename = "AzureADMyOrg")]
    SingleTenant,
    /// Work or school accounts of any tenant.
    #[serde(rename = "AzureADMultipleOrgs")]
    AnyOrganization,
    /// Work, school and personal accounts.
    #[serde(rename = "AzureADandPersonalMicrosoftAccount")]
    AnyOrganizationAndPersonal,
    /// Personal accounts only.
    #[serde(rename = "PersonalMicrosoftAccount")]
    PersonalOnly,
}

/// One registered redirect URI.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RedirectUri {
    /// Compared exactly, but for the port of loopback addresses.
    pub uri: String,
    /// What decides how its codes are redeemed.
    pub platform: Platform,
}

/// The platform a redirect URI is registered under (entra.md §6). It travels with the code and with the refresh tokens
/// made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// A server with a credential; an `Origin` header is refused.
    Web,
    /// A page: PKCE and `Origin` demanded, a credential refused, grants end after 24 hours.
    Spa,
    /// An installed program: no credential, no `Origin`.
    Public,
}

impl Platform {
    /// The word in JSON and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Public => "public",
        }
    }
}

/// A client secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secret {
    /// The secret's own id, which people send by mistake instead of the value.
    pub id: String,
    /// The value. Emulated, so not secret.
    pub value: String,
    /// When it stops working, unix seconds.
    pub expires_at: i64,
}
