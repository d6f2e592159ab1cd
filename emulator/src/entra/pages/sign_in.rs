//! "Enter password". The emulated password stands in the field already.

use maud::html;

use super::{FormTarget, account_chip};
use crate::{entra::oauth_error::OAuthError, page::Page};

/// What the sign-in page shows.
pub(crate) struct SignInPage<'world> {
    pub(crate) target: FormTarget,
    /// The app that asks.
    pub(crate) application: &'world str,
    pub(crate) account: AccountField<'world>,
    /// What was wrong with the last try.
    pub(crate) trouble: Option<OAuthError>,
}

/// Who signs in.
pub(crate) enum AccountField<'world> {
    /// Chosen before: the address is fixed and the password known.
    Fixed {
        address: &'world str,
        password: &'world str,
    },
    /// To be typed; what is known so far stands in the field.
    Open { typed: &'world str },
}

impl SignInPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let (address, password) = match self.account {
            AccountField::Fixed { address, password } => (address, password),
            AccountField::Open { typed } => (typed, ""),
        };
        let fixed = matches!(self.account, AccountField::Fixed { .. });
        let fields = html! {
            @if fixed {
                input.sr type="text" name="address" value=(address) autocomplete="username" readonly tabindex="-1" aria-hidden="true";
            } @else {
                label for="address" { "Address" }
                input #address type="email" name="address" value=(address) autocomplete="username" required autofocus;
            }
            label for="password" { "Password" }
            input #password type="password" name="password" value=(password) autocomplete="current-password" autofocus[fixed];
            p.note {
                @if fixed { "This is an emulated account: its password is filled in for you." }
                @else { "Emulated accounts and their passwords are listed " a href="/_emulator/" { "here" } "." }
            }
            div.actions {
                button.button.primary type="submit" name="action" value="sign_in" data-primary { "Sign in" }
                button.button type="submit" name="action" value="cancel" formnovalidate { "Cancel" }
            }
            p { button.plain.small type="submit" name="action" value="restart" formnovalidate { "Choose a different account" } }
        };
        Page::card(
            "Sign in",
            html! {
                section.panel {
                    @if fixed { (account_chip(address)) }
                    h1 { @if fixed { "Enter password" } @else { "Sign in" } }
                    p.soft { "to continue to " b { (self.application) } }
                    @if let Some(trouble) = &self.trouble {
                        p.trouble role="alert" { (trouble.sentence()) " (AADSTS" (trouble.row().number) ")" }
                    }
                    (self.target.form(&fields))
                }
            },
        )
    }
}
