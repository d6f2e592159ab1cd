//! "Permissions requested": every scope in words (entra 30).

use maud::{Markup, html};

use super::{FormTarget, account_chip};
use crate::{
    entra::scopes::Grant,
    page::Page,
    world::{Application, Permission, Person},
};

/// What the consent page shows.
pub(crate) struct ConsentPage<'world> {
    pub(crate) target: FormTarget,
    pub(crate) application: &'world Application,
    pub(crate) person: &'world Person,
    /// What is asked, in the order of the API's list.
    pub(crate) permissions: Vec<Grant>,
    /// Whether this person may agree for the whole organisation.
    pub(crate) for_organization: bool,
    /// Set where an administrator agrees for everybody: the application permissions that go with it.
    pub(crate) everybody: Option<&'world [String]>,
}

impl ConsentPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let choices = html! {
            @if self.for_organization && self.everybody.is_none() {
                label.check for="for_organization" {
                    input #for_organization type="checkbox" name="for_organization" value="yes";
                    span { "Consent on behalf of your organization" }
                }
            }
            p.small.soft {
                "Only accept if you trust " b { (self.application.name) } ". You can take this back later."
            }
            div.actions {
                button.button.primary type="submit" name="action" value="accept" data-primary { "Accept" }
                button.button type="submit" name="action" value="decline" { "Cancel" }
            }
        };
        Page::card(
            "Permissions requested",
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { "Permissions requested" }
                    (publisher(self.application))
                    @if self.everybody.is_some() { p.note { "Review for your organization: if you accept, this app gets access for everybody in it, and nobody else will be asked." } }
                    p { "This app would like to:" }
                    ul.scopes {
                        @for grant in &self.permissions { (in_words(*grant)) }
                        @for role in self.everybody.unwrap_or_default() { li data-role=(role) { b { (role) } span.soft.small { "Without anybody signed in, for all accounts." } } }
                    }
                    (self.target.form(&choices))
                }
            },
        )
    }
}

/// Name and publisher of an app: verified, or "unverified".
pub(super) fn publisher(application: &Application) -> Markup {
    html! {
        p.app {
            b { (application.name) }
            @match &application.verified_publisher {
                Some(publisher) => { span.badge.verified { (publisher) " ✓ verified" } }
                None => { span.badge { "unverified" } }
            }
        }
    }
}

pub(super) fn in_words((resource, name): Grant) -> Markup {
    let permission = resource.permission(name);
    html! {
        li data-scope=(name) {
            b { (permission.map_or(name, |Permission { title, .. }| title)) }
            @if let Some(permission) = permission { span.soft.small { (permission.explanation) } }
        }
    }
}
