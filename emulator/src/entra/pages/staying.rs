//! A page that never leads back to the app (entra 24), so that apps can be seen to live with it.

use maud::html;

use super::FormTarget;
use crate::page::Page;

/// What the page shows.
pub(crate) struct StayingPage<'world> {
    pub(crate) target: FormTarget,
    /// The app that waits.
    pub(crate) application: &'world str,
}

impl StayingPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let choices = html! {
            div.actions { button.button.primary type="submit" name="action" value="wait" data-primary { "Keep waiting" } }
        };
        Page::card(
            "Just a moment",
            html! {
                section.panel {
                    h1 { "Just a moment" }
                    p { "We are taking you back to " b { (self.application) } "." }
                    p.note { "A scenario is set that never does. Remove it under " a href="/_emulator/#scenarios" { "scenarios" } " and press the button." }
                    (self.target.form(&choices))
                }
            },
        )
    }
}
