//! A token of the app's own, for one organisation: whether the app is at home there. The token itself is for nobody.

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::token_answer::TokenAnswer;

use super::{Entra, Platform, TokenError, Tries};

/// Why nobody can say whether the app is at home in an organisation.
#[derive(Debug, thiserror::Error)]
pub enum NotAtHome {
    /// It is not, or Microsoft has not spread it yet (AADSTS700016).
    #[error("the app is unknown in that organisation")]
    Unknown,
    /// The registration's platform takes no credential, and without one an app gets no token of its own.
    #[error("without a client credential nothing can be proved")]
    NoCredential,
    /// Microsoft did not say, or refuses the deployment whatever the organisation is.
    #[error(transparent)]
    NotSaid(#[from] TokenError),
}

impl Entra {
    /// Whether the organisation `tenant_id` knows the app: an administrator's consent makes it so. Which permissions were
    /// given shows when somebody signs in, for a token without person names no delegated ones.
    ///
    /// # Errors
    /// [`NotAtHome`].
    pub async fn is_at_home(&self, tenant_id: &str) -> Result<(), NotAtHome> {
        self.app_token(tenant_id).await.map(drop)
    }

    /// That token. It may do what administrators granted the app itself, which is nothing for most.
    pub(super) async fn app_token(&self, tenant_id: &str) -> Result<TokenAnswer, NotAtHome> {
        if let Platform::Spa { .. } = self.registration.platform {
            return Err(NotAtHome::NoCredential);
        }
        let tenant = Tenant::parse(tenant_id).ok_or(NotAtHome::Unknown)?;
        let authority = self.registration.authority.of(tenant);
        let scope = authority.app_only_scope();
        let grant = [("grant_type", "client_credentials"), ("scope", &scope)];
        match self.ask(&authority, &grant, Tries::AppOnly).await {
            Ok(answer) => Ok(answer),
            Err(error) if error.refusal().code == APP_UNKNOWN => Err(NotAtHome::Unknown),
            Err(error) => Err(error.into()),
        }
    }
}

const APP_UNKNOWN: &str = "app_unknown_in_tenant";
