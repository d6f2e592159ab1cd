//! Paths of the backend's routes. Whatever stands in an identifier, it stays one segment.

use connect_outlook_protocol::encoding::append_escaped;

use crate::error::{Trouble, bad_options};

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
pub(crate) fn account(account: &str) -> Result<String, Trouble> {
    Ok(["/v1/accounts/", &segment(account)?].concat())
}

/// What of a mailbox is asked for, by `GET`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MailPath {
    /// The folders.
    Folders,
    /// A page of messages.
    Messages(MessageQuery),
    /// One message, by its identifier.
    Message(String),
}

impl MailPath {
    /// The path for the mailbox of this account.
    ///
    /// # Errors
    /// `bad_options` for an identifier or limit that cannot be one.
    pub(crate) fn of(&self, owner: &str) -> Result<String, Trouble> {
        let mut path = account(owner)?;
        match self {
            Self::Folders => path.push_str("/folders"),
            Self::Messages(query) => {
                path.push_str("/messages");
                query.append_to(&mut path)?;
            }
            Self::Message(id) => {
                path.push_str("/messages/");
                path.push_str(&segment(id)?);
            }
        }
        Ok(path)
    }
}

impl MessageQuery {
    fn append_to(&self, path: &mut String) -> Result<(), Trouble> {
        let limit = self.limit.map(whole_number).transpose()?;
        let mut separator = '?';
        let pairs = [
            ("folder", &self.folder),
            ("limit", &limit),
            ("cursor", &self.cursor),
        ];
        for (name, value) in pairs {
            let Some(value) = value else { continue };
            path.push(separator);
            path.push_str(name);
            path.push('=');
            append_escaped(path, value, KEPT);
            separator = '&';
        }
        Ok(())
    }
}

fn whole_number(limit: f64) -> Result<String, Trouble> {
    if limit.fract() != 0.0 || !(1.0..=1000.0).contains(&limit) {
        return Err(bad_options("limit must be a whole number from 1"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and bounded by the line above"
    )]
    let exact = limit as i32;
    Ok(exact.to_string())
}

fn segment(identifier: &str) -> Result<String, Trouble> {
    // URL parsers take even an escaped dot segment for a step up.
    if matches!(identifier, "" | "." | "..") {
        return Err(bad_options("an identifier is missing"));
    }
    let mut segment = String::new();
    append_escaped(&mut segment, identifier, KEPT);
    Ok(segment)
}

/// What identifiers often have between letters and digits; dots are escaped too.
const KEPT: &[u8] = b"-_";

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
            MailPath::Message("AAMk=/+".to_owned()).of("a").unwrap(),
            "/v1/accounts/a/messages/AAMk%3D%2F%2B"
        );
        for bad in ["", ".", ".."] {
            assert!(MailPath::Folders.of(bad).unwrap_err().is("bad_options"));
            assert!(
                MailPath::Message(bad.to_owned())
                    .of("a")
                    .unwrap_err()
                    .is("bad_options")
            );
        }
    }

    #[test]
    fn a_list_asks_only_for_what_was_said() {
        assert_eq!(
            MailPath::Messages(MessageQuery::default()).of("a").unwrap(),
            "/v1/accounts/a/messages"
        );
        let query = MessageQuery {
            folder: Some("in&box".to_owned()),
            cursor: Some("x=".to_owned()),
            limit: Some(25.0),
        };
        assert_eq!(
            MailPath::Messages(query).of("a").unwrap(),
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
            assert!(
                MailPath::Messages(query)
                    .of("a")
                    .unwrap_err()
                    .is("bad_options"),
                "{bad}"
            );
        }
    }
}
