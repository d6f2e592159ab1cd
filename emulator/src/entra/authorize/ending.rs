//! How a sign-in ends: what the app, the administrator or the waiting program is told.

use axum::{http::StatusCode, response::Response};

use super::{
    decide::Step,
    delivery::Answer,
    purpose::{AdminConsent, Edition, Purpose, ResponseType},
    visit::Visit,
};
use crate::{
    entra::{
        aadsts,
        client_info::client_info,
        grants::listed,
        oauth_error::OAuthError,
        pages::device_done,
        scopes::{Asked, Scopes},
        token::{self, Handout},
    },
    tokens::{CodeGrant, Decision, Proof},
    world::{Application, Person, TenantId},
};

impl Visit<'_> {
    /// Ends the flow successfully.
    pub(super) async fn finish(&self, application: &Application, person: &Person) -> Response {
        if self.stays(person) {
            return self.show(application, &Step::Stay(person.id.clone()), None);
        }
        let tenant = self.tenant_of(person);
        self.remember_app(person);
        match &self.flow.request.purpose {
            Purpose::Answer(kind) => self.answer_app(application, person, tenant, *kind).await,
            Purpose::AdminConsent(asked) => self.tell_administrator(application, *asked, &tenant),
            Purpose::Device { user_code, .. } => {
                let proof = self.proof_of(&person.id).founding();
                let approved = Decision::Approved {
                    person: person.id.clone(),
                    tenant,
                    proof,
                };
                self.state.entra.device_codes.decide(user_code, approved);
                device_done(&application.name, true).respond(StatusCode::OK)
            }
        }
    }

    /// Ends the flow with an error for the app.
    pub(super) fn refuse(&self, error: &OAuthError) -> Response {
        let request = &self.flow.request;
        let declined = error.row() == &aadsts::CONSENT_DECLINED;
        match &request.purpose {
            Purpose::AdminConsent(asked) if declined => self.administrator_declined(*asked, error),
            Purpose::Device { user_code, .. } => {
                let codes = &self.state.entra.device_codes;
                codes.decide(user_code, Decision::Declined);
                let name = self.application().map(|application| &application.name);
                device_done(name.map_or("", String::as_str), false).respond(StatusCode::OK)
            }
            Purpose::AdminConsent(_) | Purpose::Answer(_) => {
                request
                    .delivery
                    .send_error(error, &self.ids, &self.state.clock, &self.state.origin)
            }
        }
    }

    /// Ends the flow because the visitor turned back.
    pub(super) fn cancel(&self) -> Response {
        match self.flow.request.purpose {
            Purpose::Answer(_) => self.flow.request.delivery.send_cancelled(),
            Purpose::AdminConsent(_) | Purpose::Device { .. } => {
                self.refuse(&(&aadsts::CONSENT_DECLINED).into())
            }
        }
    }

    /// The visitor knows the program that waits.
    pub(super) fn confirm_device(&mut self) {
        if let Purpose::Device { confirmed, .. } = &mut self.flow.request.purpose {
            *confirmed = true;
        }
    }

    /// The session now includes the app: a sign-out will tell it (entra 81).
    fn remember_app(&self, person: &Person) {
        let client_id = &self.flow.request.client_id;
        let browsers = &self.state.entra.browsers;
        browsers.visit(self.browser.as_ref(), &person.id, client_id);
    }

    /// What the app asked for (entra.md §3.3), with the tokens of this endpoint where it may have them (entra 17).
    async fn answer_app(
        &self,
        application: &Application,
        person: &Person,
        tenant: TenantId,
        kind: ResponseType,
    ) -> Response {
        let request = &self.flow.request;
        let browsers = &self.state.entra.browsers;
        let session_state = browsers.session_state(self.browser.as_ref());
        let proof = self.proof_of(&person.id).founding();
        self.settle(person, &proof);
        let code = || self.code(person, &tenant, &proof, &session_state);
        let code = kind.code.then(code);
        let mut answer: Answer = Vec::new();
        answer.extend(code.clone().map(|code| ("code", code)));
        if kind.id_token {
            let handout = Handout {
                state: self.state,
                world: &self.world,
                request,
                application,
                person: &person.id,
                tenant: &tenant,
                proof,
                session: &session_state,
                code: code.as_deref(),
            };
            match token::hand_out(handout, kind.token).await {
                Some(tokens) => answer.extend(tokens),
                None => return token::failed("a token of the authorize endpoint"),
            }
        }
        if request.wants_client_info {
            answer.push(("client_info", client_info(person)));
        }
        if request.instance_aware {
            answer.extend(self.instance(&tenant));
        }
        request
            .delivery
            .send(answer, vec![("session_state", session_state)])
    }

    /// A code for the app.
    fn code(&self, person: &Person, tenant: &TenantId, proof: &Proof, session: &str) -> String {
        let request = &self.flow.request;
        self.state.entra.codes.issue(CodeGrant {
            person: person.id.clone(),
            tenant: tenant.clone(),
            client_id: request.client_id.clone(),
            redirect: request.delivery.target.clone(),
            scopes: request.scopes.clone(),
            nonce: request.nonce.clone(),
            proof: proof.clone(),
            session: Some(session.to_owned()),
            beside_tokens: false,
            challenge: request.challenge.clone(),
            issued_at: self.state.clock.now(),
        })
    }

    /// The cloud of the tenant that signed somebody in (entra 28). The login host is the emulator's own, so that an app
    /// that goes there stays here.
    fn instance(&self, tenant: &TenantId) -> Answer {
        let cloud = self.world.tenant(tenant).map(|tenant| tenant.cloud);
        let cloud = cloud.unwrap_or_default();
        let alias = self
            .world
            .host_aliases
            .iter()
            .find(|alias| alias.cloud == cloud);
        let own = self
            .state
            .origin
            .split_once("://")
            .map_or("", |(_, own)| own);
        let host = alias.map_or(own, |alias| &alias.host);
        vec![
            ("cloud_instance_name", cloud.name().to_owned()),
            ("cloud_instance_host_name", host.to_owned()),
            ("cloud_graph_host_name", cloud.directory_graph().to_owned()),
            ("msgraph_host", cloud.graph().to_owned()),
        ]
    }

    /// The two editions' success (entra.md §9.2).
    fn tell_administrator(
        &self,
        application: &Application,
        asked: AdminConsent,
        tenant: &TenantId,
    ) -> Response {
        let agreed = ("admin_consent", "True".to_owned());
        let tenant = ("tenant", tenant.to_string());
        let delivery = &self.flow.request.delivery;
        match asked.edition {
            Edition::First => delivery.send(vec![tenant], vec![agreed]),
            Edition::Second => {
                let scope = ("scope", self.granted(application, asked));
                delivery.send(vec![agreed, tenant, scope], Vec::new())
            }
        }
    }

    /// The granted scopes, each with its resource.
    fn granted(&self, application: &Application, asked: AdminConsent) -> String {
        let scopes: Scopes = match asked.everything {
            true => listed(application, &self.world),
            false => self.flow.request.scopes.clone(),
        };
        let written = scopes.asked().iter().filter_map(|asked| match asked {
            Asked::Permission((resource, name)) => Some(format!("{}{name}", resource.prefix())),
            Asked::Default(_) => None,
        });
        written.collect::<Vec<_>>().join(" ")
    }

    /// The two editions' refusal: the second one says `admin_consent=True` beside the error (entra 34).
    fn administrator_declined(&self, asked: AdminConsent, error: &OAuthError) -> Response {
        let delivery = &self.flow.request.delivery;
        let described = |text: String| ("error_description", text);
        match asked.edition {
            Edition::First => delivery.send_stateless(vec![
                ("error", "permission_denied".to_owned()),
                described("The admin canceled the request".to_owned()),
            ]),
            Edition::Second => delivery.send(
                vec![
                    ("admin_consent", "True".to_owned()),
                    ("error", "consent_required".to_owned()),
                    described(error.description(&self.ids, self.state.clock.now())),
                ],
                Vec::new(),
            ),
        }
    }
}
