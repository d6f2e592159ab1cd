//! "Verify your identity": the second factor. The emulated code stands in the field already.

use maud::html;

use super::{FormTarget, account_chip};
use crate::{entra::oauth_error::OAuthError, page::Page, world::Person};

/// What the page of the second factor shows.
pub(crate) struct SecondFactorPage<'world> {
    pub(crate) target: FormTarget,
    /// The app that asks.
    pub(crate) application: &'world str,
    pub(crate) person: &'world Person,
    /// What the emulated authenticator shows.
    pub(crate) code: &'static str,
    /// What was wrong with the last try.
    pub(crate) trouble: Option<OAuthError>,
}

impl SecondFactorPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let fields = html! {
            label for="code" { "Code" }
            input #code type="text" name="code" value=(self.code) inputmode="numeric" autocomplete="one-time-code" autofocus;
            p.note { "This is an emulated account: the code of its authenticator is filled in for you." }
            div.actions {
                button.button.primary type="submit" name="action" value="verify" data-primary { "Verify" }
                button.button type="submit" name="action" value="cancel" formnovalidate { "Cancel" }
            }
            p { button.plain.small type="submit" name="action" value="restart" formnovalidate { "Choose a different account" } }
        };
        Page::card(
            "Verify your identity",
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { "Verify your identity" }
                    p.soft { "Your organization asks for more than a password. Enter the code of your authenticator to go on to " b { (self.application) } "." }
                    @if let Some(trouble) = &self.trouble {
                        p.trouble role="alert" { (trouble.sentence()) " (AADSTS" (trouble.row().number) ")" }
                    }
                    (self.target.form(&fields))
                }
            },
        )
    }
}
