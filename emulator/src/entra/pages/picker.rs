//! "Pick an account".

use maud::html;

use super::{FormTarget, face};
use crate::{page::Page, world::Person};

/// What the account picker shows.
pub(crate) struct PickerPage<'world> {
    pub(crate) target: FormTarget,
    /// The app that asks.
    pub(crate) application: &'world str,
    /// Whom one can choose, the first one on the happy path; with whether they are signed in already.
    pub(crate) people: Vec<(&'world Person, bool)>,
}

impl PickerPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let nobody = self.people.is_empty();
        let choices = html! {
            ul.people {
                @for (index, (person, signed_in)) in self.people.iter().enumerate() {
                    li {
                        button.person type="submit" name="choose" value=(person.id) data-primary[index == 0] {
                            (face(&person.name))
                            span {
                                b { (person.name) }
                                span.soft.small { (person.address) @if *signed_in { " · signed in" } }
                            }
                        }
                    }
                }
                li {
                    button.person type="submit" name="action" value="other" data-primary[nobody] {
                        span.face aria-hidden="true" { "+" }
                        span { b { "Use another account" } }
                    }
                }
            }
            div.actions { button.button type="submit" name="action" value="cancel" { "Cancel" } }
        };
        Page::card(
            "Pick an account",
            html! {
                section.panel {
                    h1 { "Pick an account" }
                    p.soft { "to continue to " b { (self.application) } }
                    (self.target.form(&choices))
                }
            },
        )
    }
}
