//! Tokens that are revoked while they live.

use base64::{Engine, prelude::BASE64_STANDARD};
use connect_outlook_emulator::{
    scenario::{NewScenario, ScenarioName},
    tokens::AccessTokenGrant,
    world::{ClientId, Resource, TenantKind},
};
use serde_json::Value;

use crate::mailbox::Mailbox;

/// Ada with a token of an app that handles claims challenges, or not.
fn holder(ada: &Mailbox, capable: bool) -> Mailbox {
    let world = ada.emulator.world();
    let person = world.person_at("ada@contoso.example").expect("Ada");
    let now = ada.emulator.clock().now();
    let grant = AccessTokenGrant {
        person: person.id.clone(),
        tenant: person.tenant.clone(),
        client_id: ClientId::new("c0ffee00-0000-4000-8000-000000000001"),
        resource: Resource::Graph,
        scopes: vec!["Mail.ReadWrite".to_owned(), "Mail.Send".to_owned()],
        issued_at: now,
        expires_at: now + 3600,
        handles_claims_challenges: capable,
    };
    let tokens = &ada.emulator.state().access_tokens;
    ada.with_token(tokens.issue(grant, TenantKind::Company))
}

fn revoke(ada: &Mailbox) {
    let scenario = NewScenario::new(ScenarioName::AccessRevoked).person("ada@contoso.example");
    ada.emulator.set_scenario(&scenario).expect("an event");
}

/// E2: a client that said it can handle them is challenged, by name and with the claims it needs, in reading and writing.
#[tokio::test]
async fn a_capable_client_is_challenged() {
    let ada = Mailbox::of_ada().await;
    let capable = holder(&ada, true);
    assert_eq!(capable.get("/me/messages").await.status, 200);
    revoke(&ada);
    for answer in [
        capable.get("/me/messages").await,
        capable.post_nothing("/me/sendMail").await,
    ] {
        answer.is_refused(401, "InvalidAuthenticationToken");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("error=\"insufficient_claims\""),
            "{challenge}"
        );
        let (_, claims) = challenge.split_once("claims=\"").expect("claims");
        let claims = BASE64_STANDARD
            .decode(claims.trim_end_matches('"'))
            .expect("base64");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    }
}

/// E2: one that did not say so is never challenged; when its token lapses it is refused plainly.
#[tokio::test]
async fn another_client_is_refused_plainly() {
    let ada = Mailbox::of_ada().await;
    let plain = holder(&ada, false);
    revoke(&ada);
    assert_eq!(plain.get("/me/messages").await.status, 200);
    ada.emulator.clock().advance(3600);
    let answer = plain.get("/me/messages").await;
    answer.is_refused(401, "InvalidAuthenticationToken");
    assert!(
        !answer
            .header("www-authenticate")
            .contains("insufficient_claims")
    );
}
