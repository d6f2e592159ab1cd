//! Where Graph says no, as numbers that tests can scale.

use serde::{Deserialize, Serialize};

/// The limits of Graph mail. The defaults are the documented ones; those of time go by the emulator's clock.
///
/// ```
/// use connect_outlook_emulator::graph::GraphLimits;
///
/// let limits = GraphLimits { requests: 5, requests_seconds: 60, ..GraphLimits::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GraphLimits {
    /// Bytes below which a file must be attached at once, and from which on by an upload session (E39, E43). "3 MB" is
    /// documented; 3,145,728 is the other reading of it.
    pub attachment_boundary: u64,
    /// Bytes of the largest file that an upload session takes: 150 MB (E43).
    pub largest_upload: u64,
    /// Bytes of the largest message with all it carries. Administrators may raise it to 150 MB.
    pub largest_message: u64,
    /// Bytes that one `PUT` of an upload may carry: 4 MB.
    pub largest_part: u64,
    /// Seconds after which an upload session is over, however far it has come.
    pub upload_session_seconds: i64,
    /// Whether an `Authorization` header on an upload URL is refused (E45).
    pub refuse_upload_authorization: bool,
    /// How the answers to parts of an upload spell their members (E44).
    pub upload_answer_case: AnswerCase,
    /// Requests that one app may have in flight for one mailbox (E54); 0 for as many as it likes.
    pub concurrent_requests: u32,
    /// Requests that one app may send for one mailbox within `requests_seconds` (E55); 0 for as many as it likes.
    pub requests: u32,
    /// Seconds.
    pub requests_seconds: i64,
    /// Bytes that one app may send for one mailbox by `PATCH`, `POST` and `PUT` within `upload_seconds` (E55); 0 for as
    /// many as it likes.
    pub upload_bytes: u64,
    /// Seconds.
    pub upload_seconds: i64,
}

impl Default for GraphLimits {
    fn default() -> Self {
        Self {
            attachment_boundary: 3_000_000,
            largest_upload: 150_000_000,
            largest_message: 35 * MIB,
            largest_part: 4 * MIB,
            upload_session_seconds: 3_600,
            refuse_upload_authorization: true,
            upload_answer_case: AnswerCase::Mixed,
            concurrent_requests: 4,
            requests: 10_000,
            requests_seconds: 600,
            upload_bytes: 150_000_000,
            upload_seconds: 300,
        }
    }
}

impl GraphLimits {
    /// These limits with the members of `changes` instead of their own.
    ///
    /// # Errors
    /// A sentence that names what is no limit or has the wrong type.
    pub(crate) fn changed(&self, changes: &serde_json::Value) -> Result<Self, String> {
        let told = |error: serde_json::Error| error.to_string();
        let changes = changes.as_object().ok_or("limits are an object")?;
        let mut all = serde_json::to_value(self).map_err(told)?;
        for (name, value) in changes {
            all[name] = value.clone();
        }
        serde_json::from_value(all).map_err(told)
    }
}

/// The three spellings that have been seen of `expirationDateTime` and `nextExpectedRanges`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerCase {
    /// `ExpirationDateTime`, `nextExpectedRanges`
    Mixed,
    /// `expirationDateTime`, `nextExpectedRanges`
    Camel,
    /// `ExpirationDateTime`, `NextExpectedRanges`
    Pascal,
}

impl AnswerCase {
    /// The two names: of the expiry and of the ranges.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Mixed => ("ExpirationDateTime", "nextExpectedRanges"),
            Self::Camel => ("expirationDateTime", "nextExpectedRanges"),
            Self::Pascal => ("ExpirationDateTime", "NextExpectedRanges"),
        }
    }
}

const MIB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::GraphLimits;
    use serde_json::json;

    #[test]
    fn single_limits_are_changed_and_the_rest_stays() {
        let changed = GraphLimits::default()
            .changed(&json!({ "requests": 3, "upload_answer_case": "camel" }))
            .expect("limits");
        assert_eq!((changed.requests, changed.requests_seconds), (3, 600));
        for nonsense in [
            json!({ "no_such_limit": 1 }),
            json!({ "requests": -1 }),
            json!([]),
        ] {
            GraphLimits::default()
                .changed(&nonsense)
                .expect_err("nonsense");
        }
    }
}
