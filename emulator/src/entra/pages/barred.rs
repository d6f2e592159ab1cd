//! "You cannot access this right now": a policy, the directory or the app's state keeps somebody out (entra 25).

use maud::html;

use super::{FormTarget, account_chip};
use crate::{
    clock::entra_timestamp,
    entra::{oauth_error::OAuthError, request_ids::RequestIds},
    page::Page,
    world::{Application, Person},
};

/// What the page shows.
pub(crate) struct BarredPage<'request> {
    pub(crate) target: FormTarget,
    pub(crate) application: &'request Application,
    pub(crate) person: &'request Person,
    pub(crate) error: &'request OAuthError,
    pub(crate) ids: &'request RequestIds,
    /// Unix seconds.
    pub(crate) now: i64,
}

impl BarredPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let row = self.error.row();
        let choices = html! {
            div.actions {
                button.button.primary type="submit" name="action" value="restart" data-primary { "Sign in with a different account" }
                @if row.is_listed() { a.button href={ "/error?code=" (row.number) } { "What is this?" } }
            }
        };
        Page::card(
            "You cannot access this right now",
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { "You cannot access this right now" }
                    p { "With this account you may not use " b { (self.application.name) } ". Ask your administrator if you think you should." }
                    p.trouble role="alert" { "AADSTS" (row.number) ": " (self.error.sentence()) }
                    p.soft.small { "The app was not told." }
                    dl {
                        dt { "Trace ID" } dd { (self.ids.trace) }
                        dt { "Correlation ID" } dd { (self.ids.correlation) }
                        dt { "Timestamp" } dd { (entra_timestamp(self.now)) }
                    }
                    (self.target.form(&choices))
                }
            },
        )
    }
}
