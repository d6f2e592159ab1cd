//! Looking at the registration from outside, without a visitor: what Microsoft says to questions that nobody asks in
//! earnest. For `doctor`; nothing else here sends such requests.
//!
//! Microsoft documents none of this for the purpose. That a credential is judged before a device's code, and what a silent
//! request to an unregistered address comes to, was observed and is not promised (entra.md §3, §14: not established).

use std::time::Duration;

use connect_outlook_protocol::refusal::{Evidence, Refusal, aadsts_numbers, decode, find};
use connect_outlook_protocol::token_answer::{TokenRefusal, read};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::credential::CredentialFacts;
use super::{Entra, NotAtHome, Platform, TokenError, platform};
use crate::outbound::{Limits, NoReply, Outbound, Reply, Wire};

/// Sends the questions.
#[derive(Debug)]
pub struct Prober<'a> {
    entra: &'a Entra,
    outbound: Outbound,
}

/// What the discovery document of the authority came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// Why the authority is none, if so.
    pub refusal: Option<Refusal>,
    /// The time at Microsoft, unix seconds, if it says.
    pub date: Option<i64>,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// As it should be.
    Good,
    /// Microsoft refuses, and says why.
    Refused(Box<Refusal>),
    /// Neither: nothing is known.
    Unclear,
}

/// A registration as its own app may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Seen {
    /// On the platform Web.
    pub web: Addresses,
    /// On the platform Single-page application.
    pub spa: Addresses,
    /// On the platform Mobile and desktop applications.
    pub public_client: Addresses,
    /// "Allow public client flows".
    pub is_fallback_public_client: Option<bool>,
}

/// The redirect URIs of one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Addresses {
    /// As registered.
    pub redirect_uris: Vec<String>,
}

impl<'a> Prober<'a> {
    /// Nothing is sent.
    #[must_use]
    pub fn new(entra: &'a Entra, wire: &Wire) -> Self {
        let outbound = wire.within(LIMITS);
        Self { entra, outbound }
    }

    /// Whether the authority of the settings is one.
    ///
    /// # Errors
    /// [`NoReply`] when the sign-in service cannot be reached.
    pub async fn discover(&self) -> Result<Discovered, NoReply> {
        let address = self.entra.registration.authority.discovery();
        let reply = self.outbound.send(self.outbound.get(&address)).await?;
        Ok(Discovered {
            refusal: (reply.status != 200).then(|| refusal_of(&reply)),
            date: reply.date,
        })
    }

    /// A code for a device that nobody has, which Microsoft gives to every app it knows at this authority.
    ///
    /// # Errors
    /// What Microsoft says instead.
    pub async fn device_code(&self) -> Result<String, Answered> {
        let registration = &self.entra.registration;
        let form = Serializer::new(String::new())
            .append_pair("client_id", &registration.client_id)
            .append_pair("scope", "openid")
            .finish();
        let request = self
            .outbound
            .post(&registration.authority.device_code_endpoint())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let reply = self.outbound.send(request).await;
        let reply = reply.map_err(|_| Answered::Unclear)?;
        match serde_json::from_slice::<Device>(&reply.body) {
            Ok(device) if reply.status == 200 => Ok(device.device_code),
            _ => Err(Answered::Refused(Box::new(refusal_of(&reply)))),
        }
    }

    /// Whether Microsoft accepts each credential: who polls for a device's code has to prove who asks before it is told to
    /// wait.
    pub async fn credentials(&self, device_code: &str) -> Vec<(CredentialFacts, Answered)> {
        let (held, facts) = (
            self.entra.credentials.held(),
            self.entra.credentials.facts(),
        );
        let address = self.entra.registration.authority.token_endpoint();
        let mut judged = Vec::new();
        for (turn, facts) in facts.into_iter().enumerate() {
            let now = self.entra.clock.now();
            let answered = match self.entra.prove(&held, turn, &address, now) {
                Ok(proof) => self.poll(device_code, proof).await,
                Err(_) => Answered::Unclear,
            };
            judged.push((facts, answered));
        }
        judged
    }

    /// Whether the app may ask without any credential, as public clients do. [`Answered::Good`] says that it may.
    pub async fn without_credential(&self, device_code: &str) -> Answered {
        let client_id = self.entra.registration.client_id.clone();
        self.poll(device_code, vec![("client_id", client_id.into())])
            .await
    }

    async fn poll(&self, device_code: &str, proof: super::credential::Fields) -> Answered {
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", device_code),
        ];
        match self.entra.tokens.post(proof, &grant, None).await {
            Err(error) if error.refusal().aadsts == Some(PENDING) => Answered::Good,
            Err(error @ TokenError::Refused { .. }) => {
                let error = platform::explain(&self.entra.registration.platform, error);
                Answered::Refused(Box::new(error.refusal().clone()))
            }
            Ok(_) | Err(TokenError::Unreachable { .. }) => Answered::Unclear,
        }
    }

    /// Whether the redirect URI is registered: a silent sign-in of nobody is answered there, and anywhere else not at all.
    pub async fn redirect_uri(&self, redirect_uri: &str) -> Answered {
        let registration = &self.entra.registration;
        let query = Serializer::new(String::new())
            .append_pair("client_id", &registration.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", "openid")
            .append_pair("state", "doctor")
            .append_pair("prompt", "none")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let address = format!("{}?{query}", registration.authority.authorize_endpoint());
        let Ok(reply) = self.outbound.send(self.outbound.get(&address)).await else {
            return Answered::Unclear;
        };
        let location = reply.location.as_deref().unwrap_or_default();
        let page = String::from_utf8_lossy(&reply.body);
        // A page that sends browsers on by script instead of a redirect names the address too.
        if location.starts_with(redirect_uri) || page.contains("login_required") {
            return Answered::Good;
        }
        match aadsts_numbers(&page).next() {
            Some(number) => Answered::Refused(Box::new(decode(&Evidence {
                error: "invalid_request",
                error_codes: &[number],
                ..Evidence::default()
            }))),
            None => Answered::Unclear,
        }
    }

    /// The registration itself, where an administrator of its own tenant has granted the app to read registrations.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn registration(&self, graph: &str, tenant_id: &str) -> Result<Seen, NotAtHome> {
        let token = self.entra.app_token(tenant_id).await?;
        let client_id = &self.entra.registration.client_id;
        let address = format!(
            "{graph}/v1.0/applications(appId='{client_id}')?$select=web,spa,publicClient,isFallbackPublicClient"
        );
        let request = self.outbound.get(&address);
        let request = request.bearer_auth(token.access_token.expose());
        let reply = self.outbound.send(request).await;
        let reply = reply.map_err(TokenError::unanswered)?;
        let seen = serde_json::from_slice(&reply.body).ok();
        seen.filter(|_| reply.status == 200)
            .ok_or_else(|| TokenError::unanswered(format!("status {}", reply.status)).into())
    }

    /// Whether anything answers at this address.
    ///
    /// # Errors
    /// [`NoReply`].
    pub async fn reaches(&self, address: &str) -> Result<u16, NoReply> {
        let reply = self.outbound.send(self.outbound.get(address)).await?;
        Ok(reply.status)
    }

    /// Whether the settings say that the redirect URI is on the platform Web.
    #[must_use]
    pub fn is_web(&self) -> bool {
        self.entra.registration.platform == Platform::Web
    }
}

/// Nothing is decided by it, so the number may say more than its OAuth error.
fn refusal_of(reply: &Reply) -> Refusal {
    let refusal = match read(reply.status, &reply.body) {
        Err(TokenRefusal::Refused { refusal, .. } | TokenRefusal::Unreadable { refusal, .. }) => {
            refusal
        }
        Ok(_) => decode(&Evidence::default()),
    };
    match refusal.aadsts.and_then(find) {
        Some(entry) => Refusal {
            code: entry.code,
            class: entry.class,
            actor: entry.actor,
            next: entry.next,
            message: entry.message,
            cause: entry.cause,
            ..refusal
        },
        None => refusal,
    }
}

#[derive(Deserialize)]
struct Device {
    device_code: String,
}

/// `authorization_pending`.
const PENDING: u32 = 70_016;

/// S256 of a verifier that nobody keeps: no code comes of a silent sign-in of nobody.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const LIMITS: Limits = Limits {
    total: Duration::from_secs(10),
    body: 512 * 1024,
};
