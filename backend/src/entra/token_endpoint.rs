//! One form to the token endpoint, one answer back.

use std::time::Duration;

use connect_outlook_protocol::refusal::{Evidence, Refusal, decode};
use connect_outlook_protocol::token_answer::{self, TokenAnswer, TokenRefusal};
use reqwest::header::{ACCEPT, CONTENT_TYPE, ORIGIN};
use url::form_urlencoded::Serializer;

use super::credential::Fields;
use crate::outbound::{Limits, NoReply, Outbound, Reply, Wire};

/// Where codes and refresh tokens are redeemed.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    outbound: Outbound,
    address: String,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Microsoft answered no. The refusal says whose turn it is.
    #[error("refused: {}", .refusal.code)]
    Refused {
        /// In our words.
        refusal: Box<Refusal>,
        /// A claims challenge to repeat at the next sign-in.
        claims: Option<String>,
        /// Seconds to wait before asking again.
        retry_after: Option<u32>,
    },
    /// No answer, or none that can be read. Whether Microsoft processed the request may be unknown.
    #[error("no usable answer: {why}")]
    Unreachable {
        /// In our words; always transient.
        refusal: Box<Refusal>,
        /// What was wrong, without any of its content.
        why: String,
        /// Whether Microsoft may have done what was asked.
        acted: Acted,
        /// Seconds to wait before asking again.
        retry_after: Option<u32>,
    },
}

/// Whether Microsoft may have done what was asked, although no answer came that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acted {
    /// It never got the request, or said that it would not.
    No,
    /// It is unwell, or took too long.
    Perhaps,
    /// It began to answer, or took the request and broke off.
    Probably,
}

impl TokenError {
    /// The refusal in our words.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        match self {
            Self::Refused { refusal, .. } | Self::Unreachable { refusal, .. } => refusal,
        }
    }
}

impl TokenError {
    /// There is no answer, because nothing was sent.
    pub(super) fn unanswered(why: impl std::fmt::Display) -> Self {
        Self::Unreachable {
            refusal: Box::new(decode(&Evidence::default())),
            why: why.to_string(),
            acted: Acted::No,
            retry_after: None,
        }
    }
}

impl TokenEndpoint {
    pub(super) fn new(address: String, wire: &Wire) -> Self {
        Self {
            outbound: wire.within(LIMITS),
            address,
        }
    }

    /// Posts who asks and for what as a form, and reads what comes back. `origin` only where the registration demands one:
    /// it tells Microsoft that a page asks.
    pub(super) async fn post(
        &self,
        proof: Fields,
        grant: &[(&str, &str)],
        origin: Option<&str>,
    ) -> Result<TokenAnswer, TokenError> {
        self.post_to(&self.address, proof, grant, origin).await
    }

    /// The same at another tenant's endpoint.
    pub(super) async fn post_to(
        &self,
        address: &str,
        proof: Fields,
        grant: &[(&str, &str)],
        origin: Option<&str>,
    ) -> Result<TokenAnswer, TokenError> {
        let form = Serializer::new(String::new())
            .extend_pairs(proof.iter().map(|(name, value)| (name, value.as_str())))
            .extend_pairs(grant)
            .finish();
        let request = self
            .outbound
            .post(address)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let request = match origin {
            Some(origin) => request.header(ORIGIN, origin),
            None => request,
        };
        judge(self.outbound.send(request).await)
    }
}

/// An answer that does not call itself JSON is none, whatever its bytes look like (R78).
fn judge(sent: Result<Reply, NoReply>) -> Result<TokenAnswer, TokenError> {
    let reply = sent.map_err(|error| TokenError::Unreachable {
        acted: match error {
            NoReply::NotConnected | NoReply::NotSecure(_) => Acted::No,
            NoReply::TimedOut => Acted::Perhaps,
            NoReply::Broken | NoReply::TooLong => Acted::Probably,
        },
        refusal: Box::new(decode(&Evidence::default())),
        why: error.to_string(),
        retry_after: None,
    })?;
    let body: &[u8] = if reply.is_json { &reply.body } else { &[] };
    token_answer::read(reply.status, body).map_err(|refusal| match refusal {
        TokenRefusal::Refused { refusal, claims } => TokenError::Refused {
            refusal: Box::new(refusal),
            claims,
            retry_after: reply.retry_after,
        },
        TokenRefusal::Unreadable { refusal, why } => TokenError::Unreachable {
            refusal: Box::new(refusal),
            why: format!("status {}: {why}", reply.status),
            acted: match reply.status {
                200..=299 => Acted::Probably,
                503 => Acted::No,
                500..=599 => Acted::Perhaps,
                _ => Acted::No,
            },
            retry_after: reply.retry_after,
        },
    })
}

const LIMITS: Limits = Limits {
    total: Duration::from_secs(15),
    body: 256 * 1024,
};

#[cfg(test)]
mod tests;
