//! What a visitor pressed.

use crate::{entra::parameters::Parameters, world::PersonId};

/// One press on one of our pages.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// An account of the picker.
    Choose(PersonId),
    /// "Use another account".
    UseAnother,
    /// The sign-in form.
    SignIn { address: String, password: String },
    /// Consent, perhaps for the whole organisation.
    Accept { for_organization: bool },
    /// "Cancel" on the consent page.
    Decline,
    /// "Continue" on the page that names the waiting program.
    Confirm,
    /// "Cancel" on any other page.
    Cancel,
    /// The code of the second factor.
    Verify { code: String },
    /// A request for an administrator's approval.
    RequestApproval { reason: String },
    /// Back to the picker.
    Restart,
}

impl Action {
    /// What a form says; `None` if it says nothing we know.
    pub(super) fn read(form: &Parameters) -> Option<Self> {
        if let Some(person) = form.get("choose") {
            return Some(Self::Choose(PersonId::new(person)));
        }
        let text = |name| form.get(name).unwrap_or_default().to_owned();
        match form.get("action")? {
            "other" => Some(Self::UseAnother),
            "sign_in" => Some(Self::SignIn {
                address: text("address"),
                password: text("password"),
            }),
            "accept" => Some(Self::Accept {
                for_organization: form.get("for_organization") == Some("yes"),
            }),
            "confirm" => Some(Self::Confirm),
            "verify" => Some(Self::Verify { code: text("code") }),
            "request_approval" => Some(Self::RequestApproval {
                reason: text("reason"),
            }),
            "decline" => Some(Self::Decline),
            "cancel" => Some(Self::Cancel),
            "restart" => Some(Self::Restart),
            _ => None,
        }
    }
}
