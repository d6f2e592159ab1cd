//! Tokens that the authorize endpoint hands out itself, to registrations that allow it (entra 17).

use std::sync::Arc;

use super::{
    call::TokenCall,
    client::Credential,
    issue::{Issue, Listing},
};
use crate::{
    entra::{
        authorize::{Answer, AuthorizeRequest},
        claims_request::ClaimsRequest,
        id_token::Beside,
        parameters::Parameters,
    },
    state::EmulatorState,
    tokens::{Proof, RefreshLife},
    world::{Application, Membership, PersonId, TenantId, World},
};

/// Who asked for what.
pub(in crate::entra) struct Handout<'a> {
    pub(in crate::entra) state: &'a EmulatorState,
    pub(in crate::entra) world: &'a Arc<World>,
    pub(in crate::entra) request: &'a AuthorizeRequest,
    pub(in crate::entra) application: &'a Application,
    pub(in crate::entra) person: &'a PersonId,
    pub(in crate::entra) tenant: &'a TenantId,
    pub(in crate::entra) proof: Proof,
    pub(in crate::entra) session: &'a str,
    /// The code that goes with it.
    pub(in crate::entra) code: Option<&'a str>,
}

impl Handout<'_> {
    fn issue(&self, member: Membership<'_>, now: i64) -> Issue {
        let grants = &self.state.entra.grants;
        Issue {
            person: self.person.clone(),
            tenant: self.tenant.clone(),
            platform: self.request.delivery.target.platform,
            scopes: self.request.scopes.clone(),
            held: grants.held(member, self.application, now),
            listing: Listing::AllHeld,
            nonce: self.request.nonce.clone(),
            session: Some(self.session.to_owned()),
            proof: self.proof.clone(),
            refreshable: false,
            refresh_life: RefreshLife::Renewable,
            page_code: false,
        }
    }
}

/// An ID token, and an access token if `with_access_token`, as parameters of the answer. `None` if there are no keys.
pub(in crate::entra) async fn hand_out(
    handout: Handout<'_>,
    with_access_token: bool,
) -> Option<Answer> {
    let nothing = Parameters::default();
    let call = TokenCall {
        state: handout.state,
        world: Arc::clone(handout.world),
        authority: handout.request.authority.clone(),
        parameters: &nothing,
        application: handout.application.clone(),
        credential: Credential::None,
        origin: None,
        claims: ClaimsRequest::default(),
        now: handout.state.clock.now(),
    };
    let person = handout.world.person(handout.person)?;
    let member = handout.world.membership(person, handout.tenant)?;
    let issue = handout.issue(member, call.now);
    let mut answer = Answer::new();
    let mut beside = Beside {
        code: handout.code,
        access_token: None,
    };
    let granted = match with_access_token {
        true => Some(issue.granted(&call, member).await?),
        false => None,
    };
    if let Some(granted) = &granted {
        beside.access_token = Some(&granted.access_token);
        answer.push(("access_token", granted.access_token.clone()));
        answer.push(("token_type", "Bearer".to_owned()));
        answer.push(("expires_in", granted.life.to_string()));
        answer.push(("scope", granted.scope.clone()));
    }
    let id_token = issue.id_token(&call, member, beside).await.ok()??;
    answer.push(("id_token", id_token));
    Some(answer)
}
