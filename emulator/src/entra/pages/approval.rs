//! "Need admin approval": the visitor cannot go on, an administrator could (entra 32).

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{
    FormTarget, account_chip,
    consent::{in_words, publisher},
};
use crate::{
    entra::{oauth_error::OAuthError, scopes::Grant},
    page::Page,
    world::{Application, Person},
};

/// What the approval page shows.
pub(crate) struct ApprovalPage<'world> {
    pub(crate) target: FormTarget,
    pub(crate) application: &'world Application,
    pub(crate) person: &'world Person,
    /// Why, with its number.
    pub(crate) reason: OAuthError,
    /// Whether an administrator can be asked here.
    pub(crate) by_request: bool,
    /// What would be asked for.
    pub(crate) permissions: &'world BTreeSet<Grant>,
}

impl ApprovalPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let title = match self.by_request {
            true => "Approval required",
            false => "Need admin approval",
        };
        Page::card(
            title,
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { (title) }
                    (publisher(self.application))
                    p { (self.reason.sentence()) }
                    @if self.by_request {
                        ul.scopes { @for grant in self.permissions { (in_words(*grant)) } }
                    }
                    p.small.soft { "AADSTS" (self.reason.row().number) }
                    (self.target.form(&self.choices()))
                }
            },
        )
    }

    fn choices(&self) -> Markup {
        html! {
            @if self.by_request {
                label for="reason" { "Reason for requesting this app" }
                textarea #reason name="reason" rows="3" maxlength="500" {}
                div.actions {
                    button.button.primary type="submit" name="action" value="request_approval" data-primary { "Request approval" }
                    button.button type="submit" name="action" value="cancel" { "Return to the app without consent" }
                }
                p { button.plain.small type="submit" name="action" value="restart" { "Have an admin account? Sign in with it" } }
            } @else {
                div.actions {
                    button.button.primary type="submit" name="action" value="restart" data-primary { "Sign in as an administrator" }
                    button.button type="submit" name="action" value="cancel" { "Return to the app without consent" }
                }
            }
        }
    }
}
