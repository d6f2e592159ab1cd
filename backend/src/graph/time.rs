//! Graph's times: `2026-03-01T09:15:02Z`, always UTC, perhaps with a fraction.

use crate::clock::UnixTime;

/// Unix seconds; `None` for anything else.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    UnixTime::from_rfc3339(text).map(|time| time.0)
}
