//! Scopes: what an app may ask for, in order and once each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Scopes in the order they were asked, each once. Comparison ignores case and the Microsoft Graph prefix, because
/// Microsoft answers in either style.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Reads the space-separated form of requests and answers (RFC 6749 section 3.3).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split_ascii_whitespace().collect()
    }

    /// Whether `scope` is among them.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        let wanted = bare(scope);
        self.0
            .iter()
            .any(|held| bare(held).eq_ignore_ascii_case(wanted))
    }

    /// Those of ours that `granted` does not hold. `openid`, `profile`, `email` and `offline_access` are left out:
    /// answers need not repeat them, and each is proved by what it brings.
    #[must_use]
    pub fn missing_from(&self, granted: &Self) -> Self {
        self.iter()
            .filter(|scope| !OPENID_CONNECT.contains(scope) && !granted.contains(scope))
            .collect()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<&'a str> for Scopes {
    fn from_iter<I: IntoIterator<Item = &'a str>>(scopes: I) -> Self {
        let mut set = Self::default();
        for scope in scopes {
            if !scope.is_empty() && !set.contains(scope) {
                set.0.push(scope.to_owned());
            }
        }
        set
    }
}

impl From<Vec<String>> for Scopes {
    fn from(scopes: Vec<String>) -> Self {
        scopes.iter().map(String::as_str).collect()
    }
}

impl From<Scopes> for Vec<String> {
    fn from(scopes: Scopes) -> Self {
        scopes.0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

/// Who can agree to a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The visitor, wherever user consent is on at all.
    Visitor,
    /// The visitor in organisations with a policy of their own and with a personal account; an administrator where
    /// Microsoft manages the consent settings, which is the default of new organisations since November 2025.
    AdministratorByDefault,
}

/// What we know of one delegated scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeFacts {
    /// The scope's name without the Microsoft Graph prefix.
    pub name: &'static str,
    /// What it allows, to be read by the visitor after "This app may".
    pub allows: &'static str,
    /// Who can agree.
    pub consent: Consent,
}

/// What we know of `scope`; `None` means it is not on the list of those an app may ask for (R10).
#[must_use]
pub fn facts(scope: &str) -> Option<&'static ScopeFacts> {
    let wanted = bare(scope);
    KNOWN
        .iter()
        .find(|facts| facts.name.eq_ignore_ascii_case(wanted))
}

fn bare(scope: &str) -> &str {
    scope
        .strip_prefix("https://graph.microsoft.com/")
        .unwrap_or(scope)
}

const OPENID_CONNECT: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Microsoft Graph permissions reference; the built-in consent policy of 2026-01-22.
const KNOWN: &[ScopeFacts] = &[
    ScopeFacts {
        name: "openid",
        allows: "sign you in",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "profile",
        allows: "see your name",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "email",
        allows: "see your address",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "offline_access",
        allows: "stay connected while you are away",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "User.Read",
        allows: "read your profile",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "Mail.ReadBasic",
        allows: "list your mail without its text",
        consent: Consent::AdministratorByDefault,
    },
    ScopeFacts {
        name: "Mail.Read",
        allows: "read your mail",
        consent: Consent::AdministratorByDefault,
    },
    ScopeFacts {
        name: "Mail.ReadWrite",
        allows: "read, change and delete your mail",
        consent: Consent::AdministratorByDefault,
    },
    ScopeFacts {
        name: "Mail.Send",
        allows: "send mail as you",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "Mail.Read.Shared",
        allows: "read mail that others share with you",
        consent: Consent::AdministratorByDefault,
    },
    ScopeFacts {
        name: "Mail.ReadWrite.Shared",
        allows: "read, change and delete mail that others share with you",
        consent: Consent::AdministratorByDefault,
    },
    ScopeFacts {
        name: "Mail.Send.Shared",
        allows: "send mail on behalf of others",
        consent: Consent::Visitor,
    },
    ScopeFacts {
        name: "MailboxSettings.Read",
        allows: "read your mailbox settings",
        consent: Consent::AdministratorByDefault,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_repeats_are_dropped() {
        let scopes = Scopes::parse(
            "openid Mail.Read  openid mail.read https://graph.microsoft.com/Mail.Read",
        );
        assert_eq!(scopes.to_string(), "openid Mail.Read");
    }

    /// R96: the answer may use either style and may hold more than was asked.
    #[test]
    fn a_missing_scope_is_found_whatever_style_the_answer_uses() {
        let asked = Scopes::parse("openid offline_access User.Read Mail.Read Mail.Send");
        let granted = Scopes::parse(
            "email openid profile https://graph.microsoft.com/user.read https://graph.microsoft.com/Mail.Read",
        );
        assert_eq!(asked.missing_from(&granted).to_string(), "Mail.Send");
    }

    #[test]
    fn reading_mail_needs_an_administrator_where_microsoft_manages_consent_and_sending_does_not() {
        assert_eq!(
            facts("Mail.Read").unwrap().consent,
            Consent::AdministratorByDefault
        );
        assert_eq!(
            facts("https://graph.microsoft.com/mail.send")
                .unwrap()
                .consent,
            Consent::Visitor
        );
    }

    /// R10: what is not on the list cannot be asked.
    #[test]
    fn an_unknown_scope_is_unknown() {
        assert_eq!(facts("Directory.ReadWrite.All"), None);
        assert_eq!(facts(""), None);
    }
}
