//! "You signed out", and the question who does.

use maud::html;

use super::face;
use crate::{page::Page, world::Person};

/// The page after a sign-out (entra 80). Each of `frames` is loaded unseen, so that the app there signs out too (entra 81);
/// `address` is where the browser goes on.
pub(crate) fn signed_out(frames: &[String], address: Option<&str>) -> Page {
    Page::card(
        "Signed out",
        html! {
            section.panel {
                h1 { "You signed out of your account" }
                p.soft { "It is a good idea to close all browser windows." }
                div.actions {
                    @match address {
                        Some(address) => { a.button.primary href=(address) data-primary { "Continue" } }
                        None => { a.button.primary href="/_emulator/" data-primary { "People and apps" } }
                    }
                }
                @for frame in frames { iframe src=(frame) hidden title="Signs out of an app" {} }
            }
        },
    )
}

/// "Which account do you want to sign out of?"
pub(crate) struct LogoutPicker<'request> {
    /// The tenant segment that was asked.
    pub(crate) segment: &'request str,
    pub(crate) people: Vec<&'request Person>,
    /// `post_logout_redirect_uri`
    pub(crate) address: Option<&'request str>,
    pub(crate) state: Option<&'request str>,
}

impl LogoutPicker<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        Page::card(
            "Sign out",
            html! {
                section.panel {
                    h1 { "Which account do you want to sign out of?" }
                    form method="post" action={ "/" (self.segment) "/oauth2/v2.0/logout" } {
                        @if let Some(address) = self.address { input type="hidden" name="post_logout_redirect_uri" value=(address); }
                        @if let Some(state) = self.state { input type="hidden" name="state" value=(state); }
                        ul.people { @for (index, person) in self.people.iter().enumerate() {
                            li {
                                button.person type="submit" name="choose" value=(person.id) data-primary[index == 0] {
                                    (face(&person.name))
                                    span { b { (person.name) } span.soft.small { (person.address) } }
                                }
                            }
                        } }
                    }
                }
            },
        )
    }
}
