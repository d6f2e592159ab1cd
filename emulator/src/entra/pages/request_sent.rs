//! "Request sent": an administrator has been asked (entra 32).

use maud::html;

use super::{FormTarget, account_chip, consent::publisher};
use crate::{
    page::Page,
    world::{Application, Person},
};

/// What the page shows.
pub(crate) struct RequestSentPage<'world> {
    pub(crate) target: FormTarget,
    pub(crate) application: &'world Application,
    pub(crate) person: &'world Person,
}

impl RequestSentPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let choices = html! {
            div.actions {
                button.button.primary type="submit" name="action" value="cancel" data-primary { "Back to the app" }
                button.button type="submit" name="action" value="look_again" { "Look again" }
            }
            p { button.plain.small type="submit" name="action" value="restart" { "Have an admin account? Sign in with it" } }
        };
        Page::card(
            "Request sent",
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { "Request sent" }
                    (publisher(self.application))
                    p { "Your request was sent to your administrators. Once one of them approves it, you can use this app." }
                    p.note { "Be the administrator yourself: decide it under " a href="/_emulator/#approvals" { "approval requests" } "." }
                    (self.target.form(&choices))
                }
            },
        )
    }
}
