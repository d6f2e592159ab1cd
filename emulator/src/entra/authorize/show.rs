//! Turning a step into its page.

use axum::{http::StatusCode, response::Response};

use super::{decide::Step, purpose::Purpose, visit::Visit};
use crate::{
    entra::{
        oauth_error::OAuthError,
        pages::{AccountField, ConsentPage, DeviceConfirmPage, FormTarget, PickerPage, SignInPage},
    },
    page::Page,
    world::{Application, Membership, Person, TenantKind},
};

impl Visit<'_> {
    /// Shows the page of `step` and keeps the flow for what is pressed on it. `trouble` is what was wrong with the last
    /// try at signing in.
    pub(super) fn show(
        &self,
        application: &Application,
        step: &Step,
        trouble: Option<OAuthError>,
    ) -> Response {
        let status = match step {
            Step::Barred(..) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        };
        let page = self.page(application, step, trouble);
        self.state.entra.flows.keep(
            self.flow_id.clone(),
            self.flow.clone(),
            self.state.clock.now(),
        );
        page.unwrap_or_else(|| self.picker_page(application))
            .respond(status)
    }

    /// The page of a step that is about somebody; none if they are gone, or if the step is the picker.
    fn page(
        &self,
        application: &Application,
        step: &Step,
        trouble: Option<OAuthError>,
    ) -> Option<Page> {
        let person = |id| self.world.person(id);
        match step {
            Step::SignIn(id) => {
                person(id).map(|person| self.sign_in_page(application, fixed(person), trouble))
            }
            Step::SignInAs(typed) => {
                Some(self.sign_in_page(application, AccountField::Open { typed }, trouble))
            }
            Step::Consent(id, permissions) => person(id).map(|person| {
                let permissions = permissions.iter().copied().collect();
                let member = self.flow.request.authority.membership(person, &self.world);
                let for_organization = member.is_some_and(may_agree_for_all);
                ConsentPage {
                    target: self.target(),
                    application,
                    person,
                    permissions,
                    for_organization,
                    everybody: self.for_everybody(application),
                }
                .page()
            }),
            Step::ConfirmDevice(id) => person(id).map(|person| {
                DeviceConfirmPage {
                    target: self.target(),
                    application,
                    person,
                }
                .page()
            }),
            _ => self.trouble_page(application, step, trouble),
        }
    }

    /// The application permissions an administrator grants with their consent; none unless that is what it is for.
    fn for_everybody<'app>(&self, application: &'app Application) -> Option<&'app [String]> {
        match self.flow.request.purpose {
            Purpose::AdminConsent(asked) if asked.everything => {
                Some(&application.application_permissions)
            }
            Purpose::AdminConsent(_) => Some(&[]),
            Purpose::Answer(_) | Purpose::Device { .. } => None,
        }
    }

    fn picker_page(&self, application: &Application) -> Page {
        let signed_in = self.live_sessions();
        let authority = &self.flow.request.authority;
        let admitted = |person: &&Person| {
            authority
                .check_person(person, application, &self.world)
                .is_ok()
        };
        let people = self.world.people.iter().filter(admitted).take(MOST_LISTED);
        let people = people
            .map(|person| (person, signed_in.contains(&person.id)))
            .collect();
        PickerPage {
            target: self.target(),
            application: &application.name,
            people,
        }
        .page()
    }

    fn sign_in_page(
        &self,
        application: &Application,
        account: AccountField<'_>,
        trouble: Option<OAuthError>,
    ) -> Page {
        SignInPage {
            target: self.target(),
            application: &application.name,
            account,
            trouble,
        }
        .page()
    }

    pub(super) fn target(&self) -> FormTarget {
        FormTarget {
            action: format!("/{}/sign-in", self.flow.segment),
            flow: self.flow_id.clone(),
        }
    }
}

/// Whether somebody may agree for everybody: administrators of companies, at home.
pub(super) fn may_agree_for_all(member: Membership<'_>) -> bool {
    let company = member.tenant.kind == TenantKind::Company;
    company && member.person.is_administrator() && !member.is_guest()
}

fn fixed(person: &Person) -> AccountField<'_> {
    AccountField::Fixed {
        address: &person.address,
        password: &person.password,
    }
}

/// More people than this are not listed; their address can be typed.
const MOST_LISTED: usize = 50;
