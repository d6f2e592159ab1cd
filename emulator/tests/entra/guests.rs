//! Guests, entra 59, and a refresh token in a second tenant, entra 63.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connect_outlook_emulator::world::{CONSUMERS_TENANT_ID, Guest, PersonId, TenantId};
use serde_json::Value;

use crate::{
    admin_consent::agree,
    id_token::proven,
    support::{App, CONTOSO, FABRIKAM, HEDY, KATHERINE, MARGARET, Stage, TokenAnswer},
};

const AS_GUEST: &str = "9ce57000-0000-4000-8000-000000000005";

async fn signed_in(stage: &Stage, tenant: &'static str, address: &str) -> TokenAnswer {
    let start = App::DEMO.start().at(tenant).with("client_info", "1");
    let code = start.sign_in(stage, address).await.code();
    let mut form = App::DEMO.redemption(&code);
    form.push(("client_info", "1"));
    stage.token(tenant, &form).await.granted()
}

fn client_info(answer: &TokenAnswer) -> Value {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(answer.text("client_info"));
    serde_json::from_slice(&bytes.expect("base64url")).expect("JSON")
}

/// entra 59: the token speaks of the tenant that invited them, `client_info` of their home.
#[tokio::test]
async fn a_guest_has_another_object_id_and_a_home() {
    let stage = Stage::start().await;
    let answer = signed_in(&stage, "contoso.example", KATHERINE).await;
    let (_, claims, _) = proven(&stage, answer.text("id_token")).await;
    assert_eq!(
        (&claims["tid"], &claims["oid"]),
        (&CONTOSO.into(), &AS_GUEST.into())
    );
    let home = format!("https://sts.windows.net/{FABRIKAM}/");
    assert_eq!(claims["idp"], home.as_str());
    assert_eq!(claims["email"], KATHERINE, "guests have it unasked");
    assert_eq!(client_info(&answer)["utid"], FABRIKAM);
    assert_ne!(client_info(&answer)["uid"], AS_GUEST);
}

/// entra 59: at home nothing of that shows, and the subject is another one.
#[tokio::test]
async fn members_have_no_other_provider() {
    let stage = Stage::start().await;
    let path = "/fabrikam.example/adminconsent";
    agree(&stage, path, &App::DEMO, "", MARGARET).await;
    let home = signed_in(&stage, "common", KATHERINE).await;
    let (_, at_home, _) = proven(&stage, home.text("id_token")).await;
    assert!(at_home["idp"].is_null() && at_home["tid"] == FABRIKAM);
    let abroad = signed_in(&stage, "contoso.example", KATHERINE).await;
    let (_, abroad, _) = proven(&stage, abroad.text("id_token")).await;
    assert_ne!(at_home["sub"], abroad["sub"]);
}

/// entra 59: a personal account may be a guest of a company.
#[tokio::test]
async fn a_personal_account_may_be_a_guest() {
    let stage = Stage::start().await;
    stage.change_person(HEDY, |hedy| {
        hedy.guest_in.push(Guest {
            tenant: TenantId::new(CONTOSO),
            id: PersonId::new("9ce57000-0000-4000-8000-000000000007"),
        });
    });
    let answer = signed_in(&stage, "contoso.example", HEDY).await;
    let (_, claims, _) = proven(&stage, answer.text("id_token")).await;
    assert_eq!(
        (&claims["tid"], &claims["idp"]),
        (&CONTOSO.into(), &"live.com".into())
    );
    assert_eq!(client_info(&answer)["utid"], CONSUMERS_TENANT_ID);
}

/// entra 59: nobody else comes in by naming the tenant.
#[tokio::test]
async fn strangers_are_no_guests() {
    let stage = Stage::start().await;
    let start = App::DEMO.start().at("contoso.example");
    let shown = start.with("login_hint", MARGARET).shown(&stage).await;
    shown.stays_with(50_020);
}

/// entra 63: one refresh token serves both tenants where the person has agreed, and neither tenant's consent counts in
/// the other.
#[tokio::test]
async fn a_refresh_token_serves_a_second_tenant() {
    let stage = Stage::start().await;
    let guest = signed_in(&stage, "contoso.example", KATHERINE).await;
    let refresh = App::DEMO.refresh(guest.text("refresh_token"));
    stage
        .token("fabrikam.example", &refresh)
        .await
        .refused(400, "invalid_grant", 65_001);
    let path = "/fabrikam.example/adminconsent";
    agree(&stage, path, &App::DEMO, "", MARGARET).await;
    let home = stage.token("fabrikam.example", &refresh).await.granted();
    let (_, claims, _) = proven(&stage, home.text("id_token")).await;
    assert_eq!(claims["tid"], FABRIKAM);
    let same = stage.token("common", &refresh).await.granted();
    let (_, claims, _) = proven(&stage, same.text("id_token")).await;
    assert_eq!(claims["tid"], CONTOSO, "the tenant of the sign-in");
}
