//! Starting: verifier, attempt, and away to Microsoft.

use connect_outlook_protocol::authorize::{AuthorizeRequest, Prompt, ResponseMode};
use connect_outlook_protocol::outcome::Reason;
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier};
use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::state::{Nonce, State};
use connect_outlook_protocol::wire::{ChallengeMethod, StartAttempt};
use wasm_bindgen::JsValue;

use crate::address::may_leave_for;
use crate::attempt::ParkedAttempt;
use crate::backend::Backend;
use crate::error::{bad_answer, reason, word};
use crate::fields::{member, text};
use crate::options::ConnectOptions;
use crate::page::Page;
use crate::paths;

/// Starts an attempt and sends the browser to Microsoft. The page is left when this returns.
///
/// # Errors
/// Why the visitor stays here. Nothing of the attempt is kept then.
pub(crate) async fn start(
    page: &Page,
    backend: &Backend,
    options: ConnectOptions,
) -> Result<(), Reason> {
    let wished = options
        .return_to
        .as_deref()
        .map(|wish| page.own_path(wish))
        .transpose()?;
    // Also sweeps what earlier attempts of this tab left behind.
    page.has_open_attempts();
    let verifier = CodeVerifier::from_random(random_bytes()?);
    let challenge = verifier.challenge();
    let request = StartAttempt {
        code_challenge: challenge.clone(),
        code_challenge_method: ChallengeMethod::S256,
        scopes: options.scopes,
        login_hint: options.login_hint,
        prompt: options.prompt,
        return_to: wished.clone(),
    };
    let answer = backend.post(paths::ATTEMPTS, &request).await?;
    let started = Started::read(&answer).ok_or_else(bad_answer)?;
    let url = started.authorize_url(&challenge);
    let return_to = wished.unwrap_or_else(|| {
        let (path, search, hash) = page.address();
        [path, search, hash].concat()
    });
    let parked = ParkedAttempt {
        verifier,
        expires_at: started.expires_at,
        return_to,
    };
    page.park(&started.state, &parked)?;
    page.leave_for(&url)
        .inspect_err(|_| drop(page.take_parked(&started.state)))
}

/// The backend's answer to a new attempt, as far as the authorize URL needs it.
struct Started {
    state: State,
    nonce: Nonce,
    client_id: String,
    authorize_endpoint: String,
    scope: String,
    redirect_uri: String,
    response_mode: ResponseMode,
    expires_at: i64,
    prompt: Option<Prompt>,
    login_hint: Option<String>,
    claims: Option<String>,
}

impl Started {
    fn read(answer: &JsValue) -> Option<Self> {
        let text = |name: &str| text(answer, name);
        #[expect(clippy::cast_possible_truncation, reason = "unix seconds fit")]
        let expires_at = member(answer, "expires_at").as_f64()? as i64;
        Some(Self {
            state: State::parse(&text("state")?).ok()?,
            nonce: Nonce::parse(&text("nonce")?).ok()?,
            client_id: text("client_id")?,
            authorize_endpoint: text("authorize_endpoint").filter(|url| may_leave_for(url))?,
            scope: text("scope")?,
            redirect_uri: text("redirect_uri")?,
            response_mode: word(&text("response_mode")?)?,
            expires_at,
            prompt: text("prompt").and_then(|name| word(&name)),
            login_hint: text("login_hint"),
            claims: text("claims"),
        })
    }

    fn authorize_url(&self, code_challenge: &CodeChallenge) -> String {
        AuthorizeRequest {
            endpoint: &self.authorize_endpoint,
            client_id: &self.client_id,
            redirect_uri: &self.redirect_uri,
            scope: &self.scope,
            state: &self.state,
            nonce: &self.nonce,
            code_challenge,
            response_mode: self.response_mode,
            prompt: self.prompt,
            login_hint: self.login_hint.as_deref(),
            domain_hint: None,
            claims: self.claims.as_deref(),
        }
        .to_url()
    }
}

/// 256 bits from the browser (R15): without a good source nothing starts.
fn random_bytes() -> Result<[u8; 32], Reason> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| {
        let message =
            "This browser offers no secure randomness, so nothing can be connected from it.";
        reason("no_randomness", Actor::Visitor, Next::None, message)
    })?;
    Ok(bytes)
}
