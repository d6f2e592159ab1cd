//! The handshake: whoever is to be notified shows that they want it (graph-mail §16.3).

use reqwest::header::CONTENT_TYPE;

use super::receiver::{Receiver, in_time};
use crate::{clock::Clock, graph::error::GraphError, random};

/// Sends a validation token to `receiver`, who has ten seconds to send it back, decoded and as plain text.
///
/// # Errors
/// 400: `InvalidRequest` if there is no answer in time, `ValidationError` if it is another one.
pub(crate) async fn shake_hands(clock: &Clock, receiver: &Receiver) -> Result<(), GraphError> {
    let token = format!(
        "Validation: is this receiver there? Request-Id: {}; 100% <&+=>",
        random::guid()
    );
    match in_time(clock, answer(receiver, &token)).await {
        None => Err(GraphError::invalid_subscription(
            "Subscription validation request timed out.",
        )),
        Some(Err(_)) => Err(GraphError::validation_failed(NO_200)),
        Some(Ok(answer)) => answer.judge(&token),
    }
}

/// What a receiver answered.
struct Answered {
    is_ok: bool,
    is_plain_text: bool,
    body: Vec<u8>,
}

impl Answered {
    fn judge(&self, token: &str) -> Result<(), GraphError> {
        if !self.is_ok {
            Err(GraphError::validation_failed(NO_200))
        } else if !self.is_plain_text {
            Err(GraphError::validation_failed(
                "Subscription validation request failed. The response must have the content type text/plain.",
            ))
        } else if self.body != token.as_bytes() {
            Err(GraphError::validation_failed(
                "Subscription validation request failed. The response must be the validation token and nothing else.",
            ))
        } else {
            Ok(())
        }
    }
}

async fn answer(
    receiver: &Receiver,
    token: &str,
) -> Result<Answered, Box<dyn std::error::Error + Send + Sync>> {
    let request = receiver
        .post(&[("validationToken", token)])?
        .header(CONTENT_TYPE, "text/plain; charset=utf-8");
    let mut answer = request.send().await?;
    let media_type = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = media_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    let mut answered = Answered {
        is_ok: answer.status().as_u16() == 200,
        is_plain_text: media_type.trim().eq_ignore_ascii_case("text/plain"),
        body: Vec::new(),
    };
    while let Some(chunk) = answer.chunk().await? {
        answered.body.extend_from_slice(&chunk);
        if answered.body.len() > LARGEST {
            break;
        }
    }
    Ok(answered)
}

const NO_200: &str = "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.";
/// No token is that long.
const LARGEST: usize = 4_096;
