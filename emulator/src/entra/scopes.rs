//! The `scope` parameter: what is asked, and how it was written (entra.md §3.1, entra 18, 53, 56).

use super::{aadsts, oauth_error::OAuthError};
use crate::world::Resource;

/// A granted or grantable permission: the API and the permission's name in Microsoft's spelling.
pub(crate) type Grant = (Resource, &'static str);

/// The scopes of one request, in order, without repetitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes {
    asked: Vec<Asked>,
    /// Whether any was written with its resource's prefix: answers mirror that.
    long_form: bool,
}

/// One scope of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A permission by name.
    Permission(Grant),
    /// `.default`: everything the registration lists for this API.
    Default(Resource),
}

/// Why a `scope` parameter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScopeTrouble {
    /// There is nothing in it.
    Empty,
    /// The API does not exist.
    UnknownResource(String),
    /// The API has no such permission.
    UnknownPermission(String),
    /// `.default` beside named permissions.
    MixedWithDefault(String),
}

impl Scopes {
    /// Reads a space-separated list. Bare names mean Microsoft Graph; case does not matter.
    pub(crate) fn read(text: &str) -> Result<Self, ScopeTrouble> {
        let mut scopes = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let asked = scopes.read_word(word)?;
            if !scopes.asked.contains(&asked) {
                scopes.asked.push(asked);
            }
        }
        let names_permission = scopes
            .asked
            .iter()
            .any(|asked| matches!(asked, Asked::Permission(grant) if !is_oidc(*grant)));
        let default = scopes
            .asked
            .iter()
            .any(|asked| matches!(asked, Asked::Default(_)));
        match scopes.asked.is_empty() {
            true => Err(ScopeTrouble::Empty),
            false if default && names_permission => {
                Err(ScopeTrouble::MixedWithDefault(text.to_owned()))
            }
            false => Ok(scopes),
        }
    }

    fn read_word(&mut self, word: &str) -> Result<Asked, ScopeTrouble> {
        let (resource, name) = match word.rsplit_once('/') {
            None => (Resource::Graph, word),
            Some((prefix, name)) => {
                let named = Resource::named(prefix.trim_end_matches('/'));
                self.long_form = true;
                (
                    named.ok_or_else(|| ScopeTrouble::UnknownResource(prefix.to_owned()))?,
                    name,
                )
            }
        };
        if name.eq_ignore_ascii_case(".default") {
            return Ok(Asked::Default(resource));
        }
        let known = resource
            .permission(name)
            .ok_or_else(|| ScopeTrouble::UnknownPermission(word.to_owned()))?;
        Ok(Asked::Permission((resource, known.name)))
    }

    /// What was asked, in order.
    pub(crate) fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// Whether this name of OpenID Connect (`openid`, `profile`, `email`, `offline_access`) was asked.
    pub(crate) fn asks(&self, name: &str) -> bool {
        self.asked.iter().any(
            |asked| matches!(asked, Asked::Permission((Resource::Graph, asked)) if *asked == name),
        )
    }

    /// The APIs named by permissions other than OpenID Connect's, in order; Graph if there are none.
    pub(crate) fn resources(&self) -> Vec<Resource> {
        let mut resources = Vec::new();
        for asked in &self.asked {
            let resource = match asked {
                Asked::Permission(grant) if is_oidc(*grant) => continue,
                Asked::Permission((resource, _)) | Asked::Default(resource) => *resource,
            };
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        if resources.is_empty() {
            resources.push(Resource::Graph);
        }
        resources
    }

    /// How an answer names `grant`: OpenID Connect's names stay short, others mirror the request (entra 56).
    pub(crate) fn written(&self, (resource, name): Grant) -> String {
        match self.long_form && !is_oidc((resource, name)) {
            true => format!("{}{name}", resource.prefix()),
            false => name.to_owned(),
        }
    }
}

impl ScopeTrouble {
    /// The error at the authorize endpoint (entra 18).
    pub(crate) fn at_authorize(&self) -> OAuthError {
        match self {
            Self::Empty => OAuthError::about(&aadsts::PARAMETER_MISSING, "scope"),
            Self::UnknownResource(resource) => {
                OAuthError::about(&aadsts::RESOURCE_UNKNOWN, resource)
            }
            Self::UnknownPermission(scope) => OAuthError::about(&aadsts::SCOPE_UNKNOWN, scope),
            Self::MixedWithDefault(scope) => OAuthError::about(&aadsts::SCOPE_INVALID, scope),
        }
    }

    /// The error when a code is redeemed (entra.md §4).
    pub(crate) fn at_redemption(&self) -> OAuthError {
        match self {
            Self::Empty => (&aadsts::SCOPE_EMPTY_AT_REDEMPTION).into(),
            Self::UnknownResource(resource) => {
                OAuthError::about(&aadsts::RESOURCE_UNKNOWN, resource)
            }
            Self::UnknownPermission(scope) | Self::MixedWithDefault(scope) => {
                OAuthError::about(&aadsts::SCOPE_INVALID_AT_REDEMPTION, scope)
            }
        }
    }
}

/// Whether this is one of OpenID Connect's own scopes, which belong to no API in particular.
pub(crate) fn is_oidc((resource, name): Grant) -> bool {
    resource == Resource::Graph && ["openid", "profile", "email", "offline_access"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_mean_graph_and_case_does_not_matter() {
        let scopes =
            Scopes::read("OpenID  mail.read https://graph.microsoft.com/Mail.Read").expect("reads");
        let mail_read = Asked::Permission((Resource::Graph, "Mail.Read"));
        assert_eq!(
            scopes.asked(),
            [Asked::Permission((Resource::Graph, "openid")), mail_read]
        );
        assert!(scopes.asks("openid") && !scopes.asks("profile"));
    }

    /// entra 56
    #[test]
    fn answers_mirror_the_style_of_the_request() {
        let mail_read = (Resource::Graph, "Mail.Read");
        let long = Scopes::read("openid https://graph.microsoft.com/mail.read").expect("reads");
        assert_eq!(
            long.written(mail_read),
            "https://graph.microsoft.com/Mail.Read"
        );
        assert_eq!(long.written((Resource::Graph, "openid")), "openid");
        assert_eq!(
            Scopes::read("Mail.Read").expect("reads").written(mail_read),
            "Mail.Read"
        );
    }

    /// entra 18
    #[test]
    fn nonsense_is_told_apart() {
        let trouble = |text: &str| {
            Scopes::read(text)
                .expect_err("refused")
                .at_authorize()
                .row()
                .number
        };
        assert_eq!(trouble("  "), 900_144);
        assert_eq!(trouble("Mail.Reed"), 650_053);
        assert_eq!(trouble("https://nowhere.example/Mail.Read"), 500_011);
        assert_eq!(
            trouble("https://graph.microsoft.com/.default Mail.Read"),
            70_011
        );
        assert!(Scopes::read("openid offline_access https://graph.microsoft.com/.default").is_ok());
    }

    /// entra 53
    #[test]
    fn several_resources_are_seen() {
        let scopes =
            Scopes::read("openid Mail.Read https://outlook.office.com/SMTP.Send").expect("reads");
        assert_eq!(
            scopes.resources(),
            [Resource::Graph, Resource::ExchangeOnline]
        );
        assert_eq!(
            Scopes::read("openid profile").expect("reads").resources(),
            [Resource::Graph]
        );
    }
}
