//! Where people sign in: cloud, tenant and the addresses that follow from them.
//!
//! Hosts come from the list compiled in here and from nowhere else, so that no configuration and no caller can send
//! a credential to another server. The one exception is for the offline emulator and says `insecure` in its name.

use std::fmt;

/// A Microsoft cloud. Tokens and registrations of one are worth nothing in another
/// (Microsoft: "National clouds and app registration").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// The worldwide service, also for GCC.
    Global,
    /// US Government L4 (GCC High).
    UsGovernment,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// Scheme and host of the sign-in service.
    #[must_use]
    pub const fn entra_origin(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// Scheme and host of Microsoft Graph.
    #[must_use]
    pub const fn graph_origin(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// Reads the name used in configuration: `global`, `us_government`, `china`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "global" => Some(Self::Global),
            "us_government" => Some(Self::UsGovernment),
            "china" => Some(Self::China),
            _ => None,
        }
    }
}

/// Who may sign in: the `{tenant}` segment of every address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// Work or school accounts of any organisation, and personal accounts.
    Common,
    /// Work or school accounts of any organisation.
    Organizations,
    /// Personal Microsoft accounts.
    Consumers,
    /// One organisation (and its guests), by directory id or verified domain.
    One(TenantName),
}

impl Tenant {
    /// Reads `common`, `organizations`, `consumers`, a directory id or a domain. `None` for anything that could not
    /// stand alone in a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "common" => Some(Self::Common),
            "organizations" => Some(Self::Organizations),
            "consumers" => Some(Self::Consumers),
            other => TenantName::parse(other).map(Self::One),
        }
    }

    /// The path segment.
    #[must_use]
    pub fn segment(&self) -> &str {
        match self {
            Self::Common => "common",
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
            Self::One(name) => &name.0,
        }
    }
}

/// A directory id or a domain: letters, digits, dots and hyphens, at least one dot or hyphen, at most 253 long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantName(String);

impl TenantName {
    fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        let shaped = text.len() <= 253
            && text.bytes().all(allowed)
            && text.contains(['.', '-'])
            && !text.contains("..")
            && !text.starts_with(['.', '-'])
            && !text.ends_with(['.', '-']);
        shaped.then(|| Self(text.to_ascii_lowercase()))
    }
}

/// A cloud and a tenant, and with them every address of the sign-in service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    cloud: Cloud,
    origin: String,
    tenant: Tenant,
}

impl Authority {
    /// The authority of `tenant` in `cloud`.
    #[must_use]
    pub fn new(cloud: Cloud, tenant: Tenant) -> Self {
        Self {
            cloud,
            origin: cloud.entra_origin().to_owned(),
            tenant,
        }
    }

    /// The same tenant at an emulator. The caller has checked that `origin` is loopback: `http://127.0.0.1:8401`,
    /// without a slash at its end.
    #[must_use]
    pub fn with_insecure_origin(self, origin: &str) -> Self {
        Self {
            cloud: self.cloud,
            origin: origin.trim_end_matches('/').to_owned(),
            tenant: self.tenant,
        }
    }

    /// Another tenant of the same cloud.
    #[must_use]
    pub fn of(&self, tenant: Tenant) -> Self {
        Self {
            cloud: self.cloud,
            origin: self.origin.clone(),
            tenant,
        }
    }

    /// Scheme, host and port: what a page's `form-action` has to allow.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Who may sign in.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Where the visitor's browser is sent to sign in.
    #[must_use]
    pub fn authorize_endpoint(&self) -> String {
        self.address("oauth2/v2.0/authorize")
    }

    /// Where codes and refresh tokens are redeemed.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        self.address("oauth2/v2.0/token")
    }

    /// Where a device asks for a code.
    #[must_use]
    pub fn device_code_endpoint(&self) -> String {
        self.address("oauth2/v2.0/devicecode")
    }

    /// The discovery document (OpenID Connect Discovery section 4).
    #[must_use]
    pub fn discovery(&self) -> String {
        self.address("v2.0/.well-known/openid-configuration")
    }

    /// The keys that sign ID tokens.
    #[must_use]
    pub fn keys(&self) -> String {
        self.address("discovery/v2.0/keys")
    }

    /// The scope by which an app asks for a token of its own for Microsoft Graph: all that it was granted.
    #[must_use]
    pub fn app_only_scope(&self) -> String {
        format!("{}/.default", self.cloud.graph_origin())
    }

    /// Where a browser session at Microsoft is ended. Our refresh tokens survive it.
    #[must_use]
    pub fn logout_endpoint(&self) -> String {
        self.address("oauth2/v2.0/logout")
    }

    /// Where an administrator consents for an organisation. Microsoft refuses `common` here, so tenants that are
    /// not one organisation become `organizations`.
    #[must_use]
    pub fn admin_consent_endpoint(&self) -> String {
        let segment = match &self.tenant {
            Tenant::One(name) => &name.0,
            Tenant::Common | Tenant::Organizations | Tenant::Consumers => "organizations",
        };
        format!("{}/{segment}/v2.0/adminconsent", self.origin)
    }

    /// The issuer that an ID token of the tenant `tenant_id` must name: the template of the discovery document with
    /// the token's own `tid` in it. Tokens of `common` and `organizations` have no single issuer.
    #[must_use]
    pub fn issuer_for(&self, tenant_id: &str) -> String {
        format!("{}/{tenant_id}/v2.0", self.origin)
    }

    /// What the discovery document of this authority must say its issuer is, where that is known beforehand: `None`
    /// for a tenant given by domain, whose id only the document tells.
    #[must_use]
    pub fn expected_issuer(&self) -> Option<String> {
        match &self.tenant {
            Tenant::Common | Tenant::Organizations => Some(self.issuer_for("{tenantid}")),
            Tenant::Consumers => Some(self.issuer_for(CONSUMERS_TENANT_ID)),
            Tenant::One(name) if is_guid(&name.0) => Some(self.issuer_for(&name.0)),
            Tenant::One(_) => None,
        }
    }

    /// Whether somebody of the tenant `tenant_id` may sign in through this authority, as far as the authority alone
    /// tells: a tenant given by domain answers yes to every organisation.
    #[must_use]
    pub fn admits(&self, tenant_id: &str) -> bool {
        let personal = tenant_id == CONSUMERS_TENANT_ID;
        match &self.tenant {
            Tenant::Common => true,
            Tenant::Organizations => !personal,
            Tenant::Consumers => personal,
            Tenant::One(name) => !is_guid(&name.0) || name.0 == tenant_id,
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.origin, self.tenant.segment())
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.origin, self.tenant.segment())
    }
}

/// Whether `text` is a GUID in lower-case hyphenated form, the form Microsoft writes.
#[must_use]
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// The tenant of every personal Microsoft account.
pub const CONSUMERS_TENANT_ID: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

#[cfg(test)]
mod tests {
    use super::*;

    const CONTOSO: &str = "11111111-aaaa-4bbb-8ccc-222222222222";

    fn authority(tenant: &str) -> Authority {
        Authority::new(Cloud::Global, Tenant::parse(tenant).unwrap())
    }

    #[test]
    fn addresses_follow_from_cloud_and_tenant() {
        let common = authority("common");
        assert_eq!(
            common.authorize_endpoint(),
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"
        );
        assert_eq!(
            Authority::new(Cloud::China, Tenant::Organizations).token_endpoint(),
            "https://login.partner.microsoftonline.cn/organizations/oauth2/v2.0/token"
        );
        assert_eq!(
            Authority::new(Cloud::UsGovernment, Tenant::Consumers).keys(),
            "https://login.microsoftonline.us/consumers/discovery/v2.0/keys"
        );
        assert_eq!(
            common.admin_consent_endpoint(),
            "https://login.microsoftonline.com/organizations/v2.0/adminconsent"
        );
    }

    #[test]
    fn the_issuer_is_a_template_where_many_organisations_sign_in() {
        let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
        assert_eq!(
            authority("common").expected_issuer().as_deref(),
            Some(template)
        );
        assert_eq!(
            authority("organizations").expected_issuer().as_deref(),
            Some(template)
        );
        assert_eq!(
            authority("consumers").expected_issuer(),
            Some(format!(
                "https://login.microsoftonline.com/{CONSUMERS_TENANT_ID}/v2.0"
            ))
        );
        assert_eq!(authority("contoso.example").expected_issuer(), None);
        assert!(
            authority(CONTOSO)
                .expected_issuer()
                .unwrap()
                .contains(CONTOSO)
        );
    }

    #[test]
    fn an_authority_admits_those_it_names() {
        assert!(authority("common").admits(CONSUMERS_TENANT_ID));
        assert!(!authority("organizations").admits(CONSUMERS_TENANT_ID));
        assert!(!authority("consumers").admits(CONTOSO));
        assert!(authority(CONTOSO).admits(CONTOSO));
        assert!(!authority(CONTOSO).admits(CONSUMERS_TENANT_ID));
    }

    /// R6: nothing that a tenant is named can lead to another host or path.
    #[test]
    fn a_tenant_cannot_smuggle_a_path_or_host() {
        for bad in [
            "",
            "a",
            "a/b.c",
            "..",
            "a..b",
            "evil.com/x",
            "a@b.c",
            "a.b?x",
            "a.b#",
            "ä.de",
            "-a.b",
            "a.b.",
            "{tenantid}",
        ] {
            assert_eq!(Tenant::parse(bad), None, "{bad}");
        }
        assert_eq!(Tenant::parse(CONTOSO).unwrap().segment(), CONTOSO);
        assert_eq!(
            Tenant::parse("Contoso.Example").unwrap().segment(),
            "contoso.example"
        );
    }

    #[test]
    fn a_guid_is_lower_case_and_hyphenated() {
        assert!(is_guid(CONSUMERS_TENANT_ID));
        for bad in [
            "",
            "9188040D-6C67-4C5B-B112-36A304B66DAD",
            "9188040d6c674c5bb11236a304b66dad",
            "{tenantid}",
        ] {
            assert!(!is_guid(bad), "{bad}");
        }
    }
}
