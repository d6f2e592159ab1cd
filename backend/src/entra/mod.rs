//! Speaking to Microsoft Entra: redeeming codes, refreshing, and judging who signed in.
//!
//! Sending and judging are apart: `token_endpoint` posts a form and hands over status and bytes,
//! [`connect_outlook_protocol::token_answer`] reads them; `keys` fetches, [`id_token`] judges.

mod app_only;
pub mod credential;
mod directory;
pub mod id_token;
pub mod jwks;
pub mod keys;
mod platform;
pub mod probe;
mod token_endpoint;

use connect_outlook_protocol::authority::Authority;
use connect_outlook_protocol::pkce::CodeVerifier;
use connect_outlook_protocol::refusal::Next;
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::{AccessToken, AuthorizationCode, IdToken, RefreshToken};
use connect_outlook_protocol::token_answer::TokenAnswer;
use zeroize::Zeroizing;

pub use app_only::NotAtHome;
pub use platform::Platform;
pub use token_endpoint::{Acted, TokenError};

use crate::clock::{Clock, UnixTime};
use crate::meters;
use crate::outbound::Wire;
use crate::random::NoRandomness;
use credential::{Credential, Credentials, Fields, Held};
use directory::Directory;
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
    /// The platform of the redirect URI, with what it demands of a token request.
    pub platform: Platform,
    /// Directories that may sign in; empty means whoever the authority admits.
    pub allowed_tenants: Vec<String>,
}

impl Registration {
    /// Whether somebody of the tenant `tenant_id` may sign in here.
    #[must_use]
    pub fn admits(&self, tenant_id: &str) -> bool {
        let listed = |allowed: &[String]| allowed.iter().any(|one| one == tenant_id);
        self.authority.admits(tenant_id)
            && (self.allowed_tenants.is_empty() || listed(&self.allowed_tenants))
    }
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
    credentials: Credentials,
    clock: Clock,
    tokens: TokenEndpoint,
    keys: Keys,
    directory: Directory,
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
    /// Nothing is sent.
    #[must_use]
    pub fn new(
        registration: Registration,
        credentials: Vec<Credential>,
        clock: Clock,
        wire: &Wire,
    ) -> Self {
        Self {
            credentials: Credentials::new(credentials),
            clock,
            tokens: TokenEndpoint::new(registration.authority.token_endpoint(), wire),
            keys: Keys::new(registration.authority.keys(), wire),
            directory: Directory::new(wire),
            registration,
        }
    }

    /// The app registration.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// What proves who we are.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Turns a code into tokens. The code is sent once, whatever happens (R39).
    ///
    /// # Errors
    /// [`TokenError`] when there are no tokens.
    pub async fn redeem(&self, redemption: &Redemption) -> Result<TokenAnswer, TokenError> {
        let scope = redemption.scope.to_string();
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", redemption.code.expose()),
            ("redirect_uri", &redemption.redirect_uri),
            ("code_verifier", redemption.verifier.expose()),
            ("scope", &scope),
        ];
        self.ask(&self.registration.authority, &grant, Tries::One)
            .await
    }

    /// Turns a refresh token into tokens for `scope`; `claims` is a challenge that they have to meet.
    ///
    /// # Errors
    /// [`TokenError`] when there are no tokens.
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        scope: &str,
        claims: Option<&str>,
    ) -> Result<TokenAnswer, TokenError> {
        let mut grant = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
            ("scope", scope),
        ];
        grant.extend(claims.map(|claims| ("claims", claims)));
        self.ask(&self.registration.authority, &grant, Tries::EachCredential)
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

    /// Adds who we are, in the body, never in an address (R2), as the platform demands.
    async fn ask(
        &self,
        authority: &Authority,
        grant: &[(&str, &str)],
        tries: Tries,
    ) -> Result<TokenAnswer, TokenError> {
        let platform = &self.registration.platform;
        let answered = match platform {
            Platform::Web => self.ask_with_credential(authority, grant, tries).await,
            Platform::Spa { origin } => {
                let client_id = Zeroizing::new(self.registration.client_id.clone());
                let proof = vec![("client_id", client_id)];
                let answered = self.tokens.post(proof, grant, Some(origin)).await;
                count(tries, &answered);
                answered
            }
        };
        answered.map_err(|error| platform::explain(platform, error))
    }

    /// By the credential that Microsoft accepted last. One that is refused goes behind the others.
    async fn ask_with_credential(
        &self,
        authority: &Authority,
        grant: &[(&str, &str)],
        tries: Tries,
    ) -> Result<TokenAnswer, TokenError> {
        let address = authority.token_endpoint();
        let held = self.credentials.held();
        let now = self.clock.now();
        let mut refused = None;
        for turn in held.turns(now) {
            let proof = self
                .prove(&held, turn, &address, now)
                .map_err(TokenError::unanswered)?;
            let answered = self.tokens.post_to(&address, proof, grant, None).await;
            count(tries, &answered);
            match answered {
                Err(error) if error.refusal().next == Next::FixCredential => {
                    held.refused(turn, error.refusal().code);
                    refused.get_or_insert(error);
                }
                answered => {
                    if !matches!(answered, Err(TokenError::Unreachable { .. })) {
                        held.accepted(turn);
                    }
                    return answered;
                }
            }
            if tries == Tries::One {
                break;
            }
        }
        Err(refused.unwrap_or_else(|| TokenError::unanswered("there is no credential")))
    }

    fn prove(
        &self,
        held: &Held,
        turn: usize,
        address: &str,
        now: UnixTime,
    ) -> Result<Fields, NoRandomness> {
        let client_id = &self.registration.client_id;
        let mut fields = held.fields(turn, client_id, address, now)?;
        fields.push(("client_id", Zeroizing::new(client_id.clone())));
        Ok(fields)
    }
}

fn count(tries: Tries, answered: &Result<TokenAnswer, TokenError>) {
    let result = match answered {
        Ok(_) => "ok",
        Err(error) => error.refusal().code,
    };
    meters::token_request(tries.grant(), result);
}

/// How often a request may be sent when Microsoft refuses the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tries {
    /// An authorization code leaves once, whatever happens.
    One,
    /// A refresh token is none the worse for a refused credential.
    EachCredential,
    /// Nothing but the credential is asked about.
    AppOnly,
}

impl Tries {
    /// What is tried, as the meters name it.
    const fn grant(self) -> &'static str {
        match self {
            Self::One => "authorization_code",
            Self::EachCredential => "refresh_token",
            Self::AppOnly => "client_credentials",
        }
    }
}
