//! `response_mode=form_post`: a form that sends itself to the app (entra 14).

use maud::html;

use crate::page::Page;

/// What is sent, and where.
pub(crate) struct FormPostPage<'answer> {
    pub(crate) redirect_uri: &'answer str,
    pub(crate) fields: &'answer [(&'static str, String)],
}

impl FormPostPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let content = html! {
            section.panel {
                h1 { "Back to the app" }
                p.soft { "If nothing happens, press the button." }
                form method="post" action=(self.redirect_uri) data-auto-submit {
                    @for (name, value) in self.fields { input type="hidden" name=(name) value=(value); }
                    div.actions { button.button.primary type="submit" data-primary { "Continue" } }
                }
            }
        };
        Page {
            script: Some("/_emulator/form-post.js"),
            ..Page::card("Back to the app", content)
        }
    }
}
