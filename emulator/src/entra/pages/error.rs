//! The page of errors that never reach the app (entra.md §3.5, entra 10).

use maud::html;

use crate::{
    clock::entra_timestamp,
    entra::{oauth_error::OAuthError, request_ids::RequestIds},
    page::Page,
};

/// What the error page shows.
pub(crate) struct ErrorPage<'request> {
    pub(crate) error: &'request OAuthError,
    pub(crate) ids: &'request RequestIds,
    /// Unix seconds.
    pub(crate) now: i64,
}

impl ErrorPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let number = self.error.row().number;
        Page::card(
            "Sorry, but we’re having trouble signing you in",
            html! {
                section.panel {
                    h1 { "Sorry, but we’re having trouble signing you in" }
                    p.trouble role="alert" { "AADSTS" (number) ": " (self.error.sentence()) }
                    p.soft.small { "The app was not told: the identity platform answers it only where it knows who is asking." }
                    dl {
                        dt { "Trace ID" } dd { (self.ids.trace) }
                        dt { "Correlation ID" } dd { (self.ids.correlation) }
                        dt { "Timestamp" } dd { (entra_timestamp(self.now)) }
                    }
                    div.actions {
                        a.button.primary href="/_emulator/" data-primary { "See registered apps" }
                        @if self.error.row().is_listed() {
                            a.button href={ "/error?code=" (number) } { "What is this?" }
                        }
                    }
                }
            },
        )
    }
}
