//! The tenant segment of a path, and whom it lets in (entra.md §1.1).

use super::{aadsts, oauth_error::OAuthError};
use crate::world::{
    Application, Audience, CONSUMERS_TENANT_ID, Membership, Person, Tenant, TenantId, TenantKind,
    World,
};

/// Whose sign-in a path segment speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// `common`: anybody.
    Common,
    /// `organizations`: work or school accounts of any tenant.
    Organizations,
    /// `consumers`, or its tenant's id: personal accounts.
    Consumers,
    /// One company tenant, by id or domain.
    Tenant(TenantId),
}

impl Authority {
    /// The authority that `segment` names.
    ///
    /// # Errors
    /// 90002 for a tenant that does not exist.
    pub(crate) fn named(segment: &str, world: &World) -> Result<Self, OAuthError> {
        match segment.to_ascii_lowercase().as_str() {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" | CONSUMERS_TENANT_ID => Ok(Self::Consumers),
            _ => match world.tenant_named(segment) {
                Some(tenant) if tenant.kind == TenantKind::Personal => Ok(Self::Consumers),
                Some(tenant) => Ok(Self::Tenant(tenant.id.clone())),
                None => Err(OAuthError::about(&aadsts::TENANT_UNKNOWN, segment)),
            },
        }
    }

    /// The tenant segment of its issuer: a placeholder where any tenant may sign in (entra 2).
    pub(crate) fn issuer_segment(&self) -> &str {
        match self {
            Self::Common | Self::Organizations => "{tenantid}",
            Self::Consumers => CONSUMERS_TENANT_ID,
            Self::Tenant(id) => id.as_str(),
        }
    }

    /// Whether people of `tenant` sign in here.
    pub(crate) fn admits(&self, tenant: &Tenant) -> bool {
        match self {
            Self::Common => true,
            Self::Organizations => tenant.kind == TenantKind::Company,
            Self::Consumers => tenant.kind == TenantKind::Personal,
            Self::Tenant(id) => tenant.id == *id,
        }
    }

    /// Whether `application` may be used here at all.
    ///
    /// # Errors
    /// 50194, 700016, 9002332 or 9002331, by what does not fit.
    pub(crate) fn check_audience(&self, application: &Application) -> Result<(), OAuthError> {
        let wrong = match (application.audience, self) {
            (Audience::SingleTenant, Self::Tenant(id)) if *id == application.home_tenant => None,
            (Audience::SingleTenant, Self::Tenant(_)) => Some(&aadsts::CLIENT_UNKNOWN),
            (Audience::SingleTenant, _) => Some(&aadsts::SINGLE_TENANT_ON_COMMON),
            (Audience::AnyOrganization, Self::Consumers) => Some(&aadsts::WORK_APP_ON_CONSUMERS),
            (Audience::PersonalOnly, Self::Consumers) => None,
            (Audience::PersonalOnly, _) => Some(&aadsts::PERSONAL_APP_ELSEWHERE),
            (Audience::AnyOrganization | Audience::AnyOrganizationAndPersonal, _) => None,
        };
        let quoted = || format!("'{}' ({})", application.client_id, application.name);
        wrong.map_or(Ok(()), |row| Err(OAuthError::about(row, &quoted())))
    }

    /// Whether `person` may sign in to `application` here.
    ///
    /// # Errors
    /// 50020 or 500208: shown on the page, never sent to the app.
    pub(crate) fn check_person(
        &self,
        person: &Person,
        application: &Application,
        world: &World,
    ) -> Result<(), OAuthError> {
        let refused = |row| Err(OAuthError::about(row, &person.address));
        let Some(Membership { tenant, .. }) = self.membership(person, world) else {
            return refused(&aadsts::ACCOUNT_NOT_IN_TENANT);
        };
        match self.admits(tenant) && audience_admits(application, tenant) {
            true => Ok(()),
            false => refused(&aadsts::ACCOUNT_KIND_NOT_ALLOWED),
        }
    }

    /// `person` in the tenant they sign in to here: the one named, perhaps as its guest, or their home (entra 59).
    pub(crate) fn membership<'world>(
        &self,
        person: &'world Person,
        world: &'world World,
    ) -> Option<Membership<'world>> {
        let tenant = match self {
            Self::Tenant(id) => id,
            Self::Common | Self::Organizations | Self::Consumers => &person.tenant,
        };
        world.membership(person, tenant)
    }
}

/// Whether the registration is meant for accounts of this tenant.
fn audience_admits(application: &Application, tenant: &Tenant) -> bool {
    match application.audience {
        Audience::SingleTenant => tenant.id == application.home_tenant,
        Audience::AnyOrganization => tenant.kind == TenantKind::Company,
        Audience::AnyOrganizationAndPersonal => true,
        Audience::PersonalOnly => tenant.kind == TenantKind::Personal,
    }
}
