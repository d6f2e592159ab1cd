//! An answer whose head is here and whose body comes piece by piece.

use bytes::Bytes;
use reqwest::header::{DATE, LOCATION, RETRY_AFTER, TRANSFER_ENCODING};
use reqwest::{Response, Version};
use zeroize::Zeroizing;

use super::{NoReply, QUIET, Reply, challenges, essence, http_date, is_json, seconds, why};

/// An answer, whatever it says. Dropped before its end, it closes the connection.
#[derive(Debug)]
pub struct Opened {
    /// HTTP status.
    pub status: u16,
    /// Bytes of the body, if the head says how many.
    pub length: Option<u64>,
    /// What the body calls itself, without parameters; may be empty.
    pub content_type: String,
    response: Response,
    whole_limit: usize,
}

impl Opened {
    pub(super) fn new(response: Response, whole_limit: usize) -> Self {
        Self {
            status: response.status().as_u16(),
            length: response.content_length(),
            content_type: essence(response.headers()).to_owned(),
            response,
            whole_limit,
        }
    }

    /// Whether a body that breaks off can be told from one that ends: before HTTP/2 only a length or chunks say so.
    #[must_use]
    pub fn tells_its_end(&self) -> bool {
        self.length.is_some()
            || self.response.version() > Version::HTTP_11
            || self.response.headers().contains_key(TRANSFER_ENCODING)
    }

    /// The next piece; `None` at the end of the body.
    ///
    /// # Errors
    /// [`NoReply`] when it breaks off or is silent for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, NoReply> {
        tokio::time::timeout(QUIET, self.response.chunk())
            .await
            .map_err(|_| NoReply::TimedOut)?
            .map_err(|error| why(&error))
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`NoReply`] when it breaks off, or is longer than anything that is read whole.
    pub async fn whole(mut self) -> Result<Reply, NoReply> {
        let headers = std::mem::take(self.response.headers_mut());
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = self.next().await? {
            if body.len() + chunk.len() > self.whole_limit {
                return Err(NoReply::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after = text(RETRY_AFTER);
        Ok(Reply {
            status: self.status,
            is_json: is_json(&headers),
            retry_after: retry_after.and_then(seconds),
            challenges: challenges(&headers),
            location: text(LOCATION).map(str::to_owned),
            date: text(DATE).and_then(http_date),
            body,
        })
    }
}
