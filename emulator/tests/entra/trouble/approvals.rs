//! Consent policies and approval, entra 31, 32.

use connect_outlook_emulator::{
    Decision,
    scenario::ScenarioName::{ApprovalByRequest, ApprovalNeeded, RiskyApp},
    world::ConsentPolicy,
};

use super::set;
use crate::support::{ADA, ALAN, App, Browser, GRACE, KATHERINE, MARGARET, Shown, Stage};

fn policy(stage: &Stage, policy: ConsentPolicy) {
    stage.emulator.state().change_world(|world| {
        for tenant in &mut world.tenants {
            tenant.consent_policy = policy;
        }
    });
}

async fn asking(stage: &Stage, scope: &str, person: &str) -> Shown {
    let start = App::DEMO.start().with("scope", scope);
    start.sign_in(stage, person).await
}

/// entra 31: who may agree to what, under all four policies.
#[tokio::test]
async fn four_policies_draw_the_line_differently() {
    let mail = "openid User.Read Mail.Read";
    let sending = "openid User.Read Mail.Send";
    let basic = "openid profile";
    // The demo belongs to Contoso: to Katherine it is a foreign app of an unverified publisher.
    let cases = [
        (ConsentPolicy::Legacy, [true, true, true]),
        (ConsentPolicy::MicrosoftManaged, [false, true, true]),
        (ConsentPolicy::Low, [false, false, false]),
        (ConsentPolicy::Off, [false, false, false]),
    ];
    for (tenant_policy, allowed) in cases {
        for (scope, allowed) in [mail, sending, basic].into_iter().zip(allowed) {
            let stage = Stage::start().await;
            policy(&stage, tenant_policy);
            let shown = asking(&stage, scope, KATHERINE).await;
            assert_eq!(shown.status == 302, allowed, "{tenant_policy:?} {scope}");
            if !allowed {
                assert!(shown.body.contains("AADSTS90094"), "{}", shown.body);
            }
        }
    }
    let stage = Stage::start().await;
    policy(&stage, ConsentPolicy::Low);
    asking(&stage, basic, ADA).await.code();
    asking(&stage, mail, MARGARET).await.code();
}

/// entra 32: the form, the state "request sent", and what a decision changes.
#[tokio::test]
async fn approval_can_be_asked_for_and_is_given_by_an_administrator() {
    let stage = Stage::start().await;
    stage.emulator.state().change_world(|world| {
        for tenant in &mut world.tenants {
            tenant.approval_workflow = true;
        }
    });
    let mut browser = Browser::new(&stage);
    let path = App::DEMO.start().path();
    let shown = browser.open(&path).await;
    let form = browser.go_all_the_way(shown, KATHERINE).await;
    assert_eq!(form.title(), "Approval required");
    assert!(form.body.contains("AADSTS90095"));
    let typed = [("reason", "to read <my> mail")];
    let sent = browser
        .fill_and_press(&form, &typed, "request_approval")
        .await;
    assert_eq!(sent.title(), "Request sent");
    let again = browser.open(&path).await;
    assert_eq!(again.title(), "Request sent");
    let requests = stage.emulator.approval_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].reason, "to read <my> mail");
    assert!(requests[0].scopes.contains(&"Mail.Read".to_owned()));
    let back = browser.press_primary(&again).await;
    assert_eq!(back.answer("error_subcode").as_deref(), Some("cancel"));
    assert!(
        stage
            .emulator
            .decide_approval(requests[0].id, Decision::Approve)
    );
    assert!(
        !stage
            .emulator
            .decide_approval(requests[0].id, Decision::Deny)
    );
    browser.open(&path).await.code();
}

/// entra 32: a denied request can be asked again.
#[tokio::test]
async fn a_denied_request_changes_nothing() {
    let stage = Stage::start().await;
    set(&stage, ApprovalByRequest, ADA);
    let mut browser = Browser::new(&stage);
    let path = App::DEMO.start().path();
    let shown = browser.open(&path).await;
    let form = browser.go_all_the_way(shown, ADA).await;
    browser.press_primary(&form).await;
    let id = stage.emulator.approval_requests()[0].id;
    assert!(stage.emulator.decide_approval(id, Decision::Deny));
    assert_eq!(browser.open(&path).await.title(), "Approval required");
}

/// entra 32: "request approval" grants nothing by itself, and is taken only where it is offered.
#[tokio::test]
async fn nothing_is_asked_where_there_is_no_workflow() {
    let stage = Stage::start().await;
    set(&stage, ApprovalNeeded, ADA);
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let dead_end = browser.go_all_the_way(shown, ADA).await;
    assert_eq!(dead_end.title(), "Need admin approval");
    assert!(dead_end.body.contains("AADSTS90094"));
    let forged = [("action", "request_approval")];
    let shown = browser.fill_and_press(&dead_end, &forged, "restart").await;
    assert_eq!(shown.title(), "Need admin approval");
    assert!(stage.emulator.approval_requests().is_empty());
    App::DEMO.start().sign_in(&stage, ALAN).await.code();
}

/// entra 32
#[tokio::test]
async fn risky_apps_have_their_own_number_and_administrators_pass() {
    let stage = Stage::start().await;
    super::set_for_demo(&stage, RiskyApp);
    let shown = App::DEMO.start().sign_in(&stage, ADA).await;
    assert!(shown.body.contains("AADSTS900941"), "{}", shown.body);
    App::DEMO.start().sign_in(&stage, GRACE).await.code();
}
