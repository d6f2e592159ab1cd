//! "Need admin approval": the visitor cannot go on, an administrator could (entra 32).

use maud::html;

use super::{FormTarget, account_chip, consent::publisher};
use crate::{
    entra::oauth_error::OAuthError,
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
}

impl ApprovalPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let choices = html! {
            div.actions {
                button.button.primary type="submit" name="action" value="restart" data-primary { "Sign in as an administrator" }
                button.button type="submit" name="action" value="cancel" { "Return to the app without consent" }
            }
        };
        Page::card(
            "Need admin approval",
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { "Need admin approval" }
                    (publisher(self.application))
                    p { (self.reason.sentence()) }
                    p.small.soft { "AADSTS" (self.reason.row().number) }
                    (self.target.form(&choices))
                }
            },
        )
    }
}
