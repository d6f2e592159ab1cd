//! The `scope` parameter: what is asked, and how it was written (entra.md §3.1, entra 18, 53, 56).

use std::{collections::BTreeSet, sync::Mutex};

use super::{aadsts, oauth_error::OAuthError};
use crate::{
    lock::lock,
    world::{ApiId, Resource, World},
};

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
    /// Reads a space-separated list. Bare names mean Microsoft Graph; case does not matter in Microsoft's names. Other
    /// APIs are those that apps of `world` expose.
    pub(crate) fn read(text: &str, world: &World) -> Result<Self, ScopeTrouble> {
        let mut scopes = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let asked = scopes.read_word(word, world)?;
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

    fn read_word(&mut self, word: &str, world: &World) -> Result<Asked, ScopeTrouble> {
        let Some((prefix, name)) = word.rsplit_once('/') else {
            return named(Resource::Graph, word, word);
        };
        self.long_form = true;
        let prefix = prefix.trim_end_matches('/');
        match Resource::named(prefix) {
            Some(resource) => named(resource, name, word),
            None => of_app(world, prefix, name, word),
        }
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

    /// The error when an app asks a token for itself: one `/.default`, or 70011 (entra 53, 78).
    pub(crate) fn at_app_only(&self, scope: &str) -> OAuthError {
        match self {
            Self::UnknownResource(resource) => {
                OAuthError::about(&aadsts::RESOURCE_UNKNOWN, resource)
            }
            Self::Empty | Self::UnknownPermission(_) | Self::MixedWithDefault(_) => {
                OAuthError::about(&aadsts::SCOPE_INVALID, scope)
            }
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

/// A scope of one of Microsoft's APIs; `word` is how the request wrote it.
fn named(resource: Resource, name: &str, word: &str) -> Result<Asked, ScopeTrouble> {
    if name.eq_ignore_ascii_case(DEFAULT) {
        return Ok(Asked::Default(resource));
    }
    match resource.permission(name) {
        Some(known) => Ok(Asked::Permission((resource, known.name))),
        None => Err(ScopeTrouble::UnknownPermission(word.to_owned())),
    }
}

/// A scope of an API that an app exposes.
fn of_app(world: &World, prefix: &str, name: &str, word: &str) -> Result<Asked, ScopeTrouble> {
    let unknown = || ScopeTrouble::UnknownResource(prefix.to_owned());
    let (application, api) = world.api_named(prefix).ok_or_else(unknown)?;
    let id = ApiId::of(&application.client_id).ok_or_else(unknown)?;
    let resource = Resource::Application(id);
    if name.eq_ignore_ascii_case(DEFAULT) {
        return Ok(Asked::Default(resource));
    }
    match api.scopes.iter().find(|scope| *scope == name) {
        Some(known) => Ok(Asked::Permission((resource, kept(known)))),
        None => Err(ScopeTrouble::UnknownPermission(word.to_owned())),
    }
}

/// The name of an exposed scope, kept as long as the process lives. Only names that registrations list get here, and
/// those are few.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = lock(&NAMES);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    name
}

const DEFAULT: &str = ".default";

/// Whether this is one of OpenID Connect's own scopes, which belong to no API in particular.
pub(crate) fn is_oidc((resource, name): Grant) -> bool {
    resource == Resource::Graph && ["openid", "profile", "email", "offline_access"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Scopes, ScopeTrouble> {
        Scopes::read(text, &World::standard(0))
    }

    #[test]
    fn bare_names_mean_graph_and_case_does_not_matter() {
        let scopes =
            read("OpenID  mail.read https://graph.microsoft.com/Mail.Read").expect("reads");
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
        let long = read("openid https://graph.microsoft.com/mail.read").expect("reads");
        assert_eq!(
            long.written(mail_read),
            "https://graph.microsoft.com/Mail.Read"
        );
        assert_eq!(long.written((Resource::Graph, "openid")), "openid");
        assert_eq!(
            read("Mail.Read").expect("reads").written(mail_read),
            "Mail.Read"
        );
    }

    /// entra 18
    #[test]
    fn nonsense_is_told_apart() {
        let trouble = |text: &str| read(text).expect_err("refused").at_authorize().row().number;
        assert_eq!(trouble("  "), 900_144);
        assert_eq!(trouble("Mail.Reed"), 650_053);
        assert_eq!(trouble("https://nowhere.example/Mail.Read"), 500_011);
        assert_eq!(
            trouble("https://graph.microsoft.com/.default Mail.Read"),
            70_011
        );
        assert!(read("openid offline_access https://graph.microsoft.com/.default").is_ok());
    }

    /// entra 53
    #[test]
    fn several_resources_are_seen() {
        let scopes = read("openid Mail.Read https://outlook.office.com/SMTP.Send").expect("reads");
        assert_eq!(
            scopes.resources(),
            [Resource::Graph, Resource::ExchangeOnline]
        );
        assert_eq!(
            read("openid profile").expect("reads").resources(),
            [Resource::Graph]
        );
    }

    /// entra 79
    #[test]
    fn apps_of_the_world_are_apis_too() {
        let api = "api://c0ffee00-0000-4000-8000-000000000008/access_as_user";
        let scopes = read(&format!("openid {api}")).expect("reads");
        let Asked::Permission(grant) = scopes.asked()[1] else {
            panic!("a permission");
        };
        assert_eq!(scopes.written(grant), api);
        assert!(read("c0ffee00-0000-4000-8000-000000000008/.default").is_ok());
        let unknown = |text: &str| read(text).expect_err("refused").at_authorize().row().number;
        assert_eq!(
            unknown("api://c0ffee00-0000-4000-8000-000000000008/wish"),
            650_053
        );
        assert_eq!(
            unknown("api://c0ffee00-0000-4000-8000-000000000001/wish"),
            500_011
        );
    }
}
