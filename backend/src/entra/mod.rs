//! Speaking to Microsoft Entra: redeeming codes, refreshing, and judging who signed in.
//!
//! Sending and judging are apart: `token_endpoint` posts a form and hands over status and bytes,
//! [`connect_outlook_protocol::token_answer`] reads them; `keys` fetches, [`id_token`] judges.

pub mod id_token;
pub mod jwks;
pub mod keys;
mod token_endpoint;

use connect_outlook_protocol::authority::Authority;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{
    AccessToken, AuthorizationCode, ClientSecret, IdToken, RefreshToken,
};
use connect_outlook_protocol::token_answer::TokenAnswer;

pub use token_endpoint::TokenError;

use crate::clock::UnixTime;
use crate::outbound::{NoClient, Trust};
use id_token::{Expected, IdTokenError, Person};
use keys::Keys;
use token_endpoint::TokenEndpoint;

/// The app registration and where it signs people in.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Cloud and tenant.
    pub authority: Authority,
    /// Application (client) id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: ClientSecret,
    /// Directories that may sign in; empty means whoever the authority admits.
    pub allowed_tenants: Vec<String>,
}

/// A code and all that proves it is ours.
#[derive(Clone, Debug)]
pub struct Redemption {
    /// From the callback.
    pub code: AuthorizationCode,
    /// Hashes to the challenge of the authorize URL.
    pub verifier: CodeVerifier,
    /// Byte for byte that of the authorize URL (R33).
    pub redirect_uri: String,
    /// As asked for in the authorize URL.
    pub scope: Scopes,
}

/// One app registration at one authority.
#[derive(Debug)]
pub struct Entra {
    registration: Registration,
    tokens: TokenEndpoint,
    keys: Keys,
}

/// Why it is not known who signed in.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError {
    /// The keys cannot be had. Nothing is wrong with the token; try again later.
    #[error(transparent)]
    NoKeys(#[from] keys::NoKeys),
    /// The token proves nothing.
    #[error(transparent)]
    Refused(#[from] IdTokenError),
}

impl Entra {
    /// Prepares the clients; nothing is sent.
    ///
    /// # Errors
    /// [`NoClient`] when this machine trusts no certificates.
    pub fn new(registration: Registration, trust: Trust) -> Result<Self, NoClient> {
        Ok(Self {
            tokens: TokenEndpoint::new(registration.authority.token_endpoint(), trust)?,
            keys: Keys::new(registration.authority.keys(), trust)?,
            registration,
        })
    }

    /// The app registration.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Turns a code into tokens. The code is sent once, whatever happens (R39).
    ///
    /// # Errors
    /// [`TokenError`] when there are no tokens.
    pub async fn redeem(&self, redemption: &Redemption) -> Result<TokenAnswer, TokenError> {
        let scope = redemption.scope.to_string();
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("code", redemption.code.expose()),
            ("redirect_uri", &redemption.redirect_uri),
            ("code_verifier", redemption.verifier.expose()),
            ("scope", &scope),
        ])
        .await
    }

    /// Turns a refresh token into tokens for `scope`.
    ///
    /// # Errors
    /// [`TokenError`] when there are no tokens.
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        scope: &str,
    ) -> Result<TokenAnswer, TokenError> {
        self.ask(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
            ("scope", scope),
        ])
        .await
    }

    /// Who an ID token says signed in. `nonce` tells the attempt's nonce; a refresh has none.
    ///
    /// # Errors
    /// [`IdentifyError`]; nothing of the same answer may be used then (R36).
    pub async fn identify(
        &self,
        token: &IdToken,
        nonce: Option<&(dyn Fn(&str) -> bool + Sync)>,
        access_token: &AccessToken,
        now: UnixTime,
    ) -> Result<Person, IdentifyError> {
        let expected = Expected {
            authority: &self.registration.authority,
            allowed_tenants: &self.registration.allowed_tenants,
            client_id: &self.registration.client_id,
            nonce,
            access_token,
        };
        let known = self.keys.current(now).await?;
        match id_token::judge(token, &known, &expected, now) {
            Err(IdTokenError::UnknownKey(key_id)) => {
                let newer = self.keys.with(&key_id, now).await?;
                Ok(id_token::judge(token, &newer, &expected, now)?)
            }
            judged => Ok(judged?),
        }
    }

    /// Adds who we are: the secret stands in the body, never in an address (R2).
    async fn ask(&self, grant: &[(&str, &str)]) -> Result<TokenAnswer, TokenError> {
        let credential = [
            ("client_id", self.registration.client_id.as_str()),
            ("client_secret", self.registration.client_secret.expose()),
        ];
        self.tokens.post(credential.iter().chain(grant)).await
    }
}
