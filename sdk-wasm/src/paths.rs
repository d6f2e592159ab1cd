//! Paths of the backend's routes. Whatever stands in an identifier, it stays one segment.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use connect_outlook_protocol::outcome::Reason;

use crate::error::bad_options;

/// `POST`: start an attempt.
pub(crate) const ATTEMPTS: &str = "/v1/attempts";
/// `POST`: the visitor is back with an error.
pub(crate) const REFUSALS: &str = "/v1/attempts/refusals";
/// `POST`: the visitor is back with a code.
pub(crate) const SESSIONS: &str = "/v1/sessions";
/// `GET`, `DELETE`: the session of this browser.
pub(crate) const SESSION: &str = "/v1/session";

/// Which messages to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MessageQuery {
    /// Identifier or role of a folder; the backend's default is the inbox.
    pub(crate) folder: Option<String>,
    /// Where a page begins, from the answer before.
    pub(crate) cursor: Option<String>,
    /// At most so many; the backend knows the bounds.
    pub(crate) limit: Option<f64>,
}

/// `DELETE`: disconnect.
///
/// # Errors
/// `bad_options` for an identifier that cannot be one; so below.
pub(crate) fn account(account: &str) -> Result<String, Reason> {
    Ok(format!("/v1/accounts/{}", segment(account)?))
}

/// `GET`: the folders of a mailbox.
pub(crate) fn folders(of: &str) -> Result<String, Reason> {
    Ok(format!("{}/folders", account(of)?))
}

/// `GET`: one message.
pub(crate) fn message(of: &str, message: &str) -> Result<String, Reason> {
    Ok(format!("{}/messages/{}", account(of)?, segment(message)?))
}

/// `GET`: a page of messages.
pub(crate) fn messages(of: &str, query: &MessageQuery) -> Result<String, Reason> {
    let mut path = format!("{}/messages", account(of)?);
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        path.push(separator);
        separator = '&';
        path.push_str(name);
        path.push('=');
        path.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    };
    if let Some(folder) = &query.folder {
        add("folder", folder);
    }
    if let Some(limit) = query.limit {
        if limit.fract() != 0.0 || !(1.0..=1000.0).contains(&limit) {
            return Err(bad_options("limit must be a whole number from 1"));
        }
        // Between 1 and 1000 and whole: the conversion is exact.
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the line above")]
        add("limit", &(limit as i32).to_string());
    }
    if let Some(cursor) = &query.cursor {
        add("cursor", cursor);
    }
    Ok(path)
}

fn segment(identifier: &str) -> Result<String, Reason> {
    // URL parsers take even an escaped dot segment for a step up.
    if matches!(identifier, "" | "." | "..") {
        return Err(bad_options("an identifier is missing"));
    }
    Ok(utf8_percent_encode(identifier, NON_ALPHANUMERIC).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_stays_one_segment() {
        assert_eq!(
            account("a/../b?c#d").unwrap(),
            "/v1/accounts/a%2F%2E%2E%2Fb%3Fc%23d"
        );
        assert_eq!(
            message("a", "AAMk=/+").unwrap(),
            "/v1/accounts/a/messages/AAMk%3D%2F%2B"
        );
        for bad in ["", ".", ".."] {
            assert_eq!(folders(bad).unwrap_err().code, "bad_options");
            assert_eq!(message("a", bad).unwrap_err().code, "bad_options");
        }
    }

    #[test]
    fn a_list_asks_only_for_what_was_said() {
        assert_eq!(
            messages("a", &MessageQuery::default()).unwrap(),
            "/v1/accounts/a/messages"
        );
        let query = MessageQuery {
            folder: Some("in&box".to_owned()),
            cursor: Some("x=".to_owned()),
            limit: Some(25.0),
        };
        assert_eq!(
            messages("a", &query).unwrap(),
            "/v1/accounts/a/messages?folder=in%26box&limit=25&cursor=x%3D"
        );
    }

    #[test]
    fn a_limit_is_a_whole_number() {
        for bad in [0.0, -1.0, 1.5, f64::NAN, f64::INFINITY, 1e9] {
            let query = MessageQuery {
                limit: Some(bad),
                ..MessageQuery::default()
            };
            assert_eq!(
                messages("a", &query).unwrap_err().code,
                "bad_options",
                "{bad}"
            );
        }
    }
}
