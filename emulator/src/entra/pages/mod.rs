//! The pages of a sign-in, as pure functions from what they show to HTML. Each has exactly one element with
//! `data-primary`: the happy path.

mod approval;
mod barred;
mod consent;
mod device;
mod error;
mod form_post;
mod picker;
mod request_sent;
mod second_factor;
mod sign_in;
mod signed_out;
mod staying;

use maud::{Markup, html};

pub(crate) use approval::ApprovalPage;
pub(crate) use barred::BarredPage;
pub(crate) use consent::ConsentPage;
pub(crate) use device::{DeviceCodePage, DeviceConfirmPage, device_done};
pub(crate) use error::ErrorPage;
pub(crate) use form_post::FormPostPage;
pub(crate) use picker::PickerPage;
pub(crate) use request_sent::RequestSentPage;
pub(crate) use second_factor::SecondFactorPage;
pub(crate) use sign_in::{AccountField, SignInPage};
pub(crate) use signed_out::{LogoutPicker, signed_out};
pub(crate) use staying::StayingPage;

use super::authorize::FlowId;

/// Where a page's form goes, and which sign-in it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct FormTarget {
    /// `/{tenant}/sign-in`
    pub(crate) action: String,
    /// The sign-in in progress.
    pub(crate) flow: FlowId,
}

impl FormTarget {
    /// A form with this content that goes on with the sign-in.
    fn form(&self, content: &Markup) -> Markup {
        html! {
            form method="post" action=(self.action) {
                input type="hidden" name="flow" value=(self.flow.as_str());
                (content)
            }
        }
    }
}

/// The chip that says whose account a page is about.
fn account_chip(address: &str) -> Markup {
    html! { p.account { span.sr { "Account: " } (address) } }
}

/// The round initials beside a name; decoration only.
fn face(name: &str) -> Markup {
    let initials: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect();
    html! { span.face aria-hidden="true" { (initials) } }
}
