//! "Enter code", "Are you trying to sign in to …?", and the end of a device's sign-in (entra 76).

use maud::html;

use super::{FormTarget, account_chip, consent::publisher};
use crate::{
    entra::{aadsts::Aadsts, oauth_error::OAuthError},
    page::Page,
    world::{Application, Person},
};

/// What the page for the code shows.
pub(crate) struct DeviceCodePage<'request> {
    /// What stands in the field.
    pub(crate) user_code: &'request str,
    /// What was wrong with the last try.
    pub(crate) trouble: Option<&'static Aadsts>,
}

impl DeviceCodePage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let trouble = self.trouble.map(OAuthError::from);
        Page::card(
            "Enter code",
            html! {
                section.panel {
                    h1 { "Enter code" }
                    p.soft { "Enter the code that your app or device shows." }
                    @if let Some(trouble) = trouble {
                        p.trouble role="alert" { (trouble.sentence()) " (AADSTS" (trouble.row().number) ")" }
                    }
                    form method="post" action="/devicelogin" {
                        label for="otc" { "Code" }
                        input #otc type="text" name="otc" value=(self.user_code) autocomplete="off" maxlength="9" autofocus;
                        p.note { "If just one program waits, its code is filled in for you." }
                        div.actions { button.button.primary type="submit" name="action" value="next" data-primary { "Next" } }
                    }
                }
            },
        )
    }
}

/// What the page that names the waiting program shows.
pub(crate) struct DeviceConfirmPage<'world> {
    pub(crate) target: FormTarget,
    pub(crate) application: &'world Application,
    pub(crate) person: &'world Person,
}

impl DeviceConfirmPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let choices = html! {
            div.actions {
                button.button.primary type="submit" name="action" value="confirm" data-primary { "Continue" }
                button.button type="submit" name="action" value="cancel" { "Cancel" }
            }
        };
        Page::card(
            "Confirm sign-in",
            html! {
                section.panel {
                    (account_chip(&self.person.address))
                    h1 { "Are you trying to sign in to " (self.application.name) "?" }
                    (publisher(self.application))
                    p { "Only continue if you started this sign-in yourself, on a device of yours." }
                    (self.target.form(&choices))
                }
            },
        )
    }
}

/// The last page, whichever way it went.
pub(crate) fn device_done(application: &str, approved: bool) -> Page {
    let title = match approved {
        true => "Signed in on your device",
        false => "Sign-in declined",
    };
    Page::card(
        title,
        html! {
            section.panel {
                h1 { (title) }
                @if approved { p { "You have signed in to " b { (application) } " on your device. You may now close this window." } }
                @else { p { "You declined. The program that asked is told so." } }
                div.actions { a.button.primary href="/_emulator/" data-primary { "People and apps" } }
            }
        },
    )
}
