//! "You signed out".

use maud::html;

use crate::page::Page;

/// The page after a sign-out that leads nowhere else (entra 80).
pub(crate) fn signed_out() -> Page {
    Page::card(
        "Signed out",
        html! {
            section.panel {
                h1 { "You signed out of your account" }
                p.soft { "It is a good idea to close all browser windows." }
                div.actions { a.button.primary href="/_emulator/" data-primary { "People and apps" } }
            }
        },
    )
}
