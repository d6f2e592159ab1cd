//! The control page as a person uses it, without scripts.

use connect_outlook_emulator::{RefreshRotation, scenario::ScenarioName};
use reqwest::StatusCode;

use crate::support::{ADA, App, Browser, Shown, Stage};

type Fields<'form> = Vec<(&'form str, &'form str)>;

async fn page(stage: &Stage) -> Shown {
    Browser::new(stage).open("/_emulator/").await
}

fn token(page: &Shown) -> String {
    let inputs = page.tags("input");
    let token = inputs.iter().find(|input| input.is("name", "token"));
    token.expect("a token").attribute("value").to_owned()
}

async fn submit(
    stage: &Stage,
    deed: &str,
    fields: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> reqwest::Response {
    let mut request = stage
        .http
        .post(stage.url(&format!("/_emulator/forms/{deed}")));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.form(fields).send().await.expect("an answer")
}

fn id_of_ada(stage: &Stage) -> String {
    let world = stage.emulator.world();
    world.person_at(ADA).expect("known").id.to_string()
}

/// Submits a form as the page does, which leads back to `section`.
async fn done(stage: &Stage, deed: &str, fields: Fields<'_>, section: &str) {
    let token = token(&page(stage).await);
    let mut fields = fields;
    fields.push(("token", &token));
    let answer = submit(stage, deed, &fields, &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{deed}");
    let back = format!("/_emulator/#{section}");
    assert_eq!(answer.headers()["location"], back.as_str());
}

#[tokio::test]
async fn clock_and_switches_are_moved_by_forms() {
    let stage = Stage::start().await;
    let before = stage.emulator.clock().now();
    done(&stage, "clock", vec![("seconds", "600")], "clock").await;
    assert!(stage.emulator.clock().now() >= before + 600);
    done(&stage, "rotation", vec![("name", "strict")], "switches").await;
    let rotation = stage.emulator.switches().refresh_rotation;
    assert_eq!(rotation, RefreshRotation::Strict);
    let keys = stage.json("/common/discovery/v2.0/keys").await;
    done(&stage, "roll-over", vec![("name", "planned")], "switches").await;
    assert_ne!(stage.json("/common/discovery/v2.0/keys").await, keys);
    done(&stage, "forget-exchanges", vec![], "exchanges").await;
    assert!(stage.emulator.exchanges().is_empty());
}

#[tokio::test]
async fn scenarios_are_set_and_removed_by_forms() {
    let stage = Stage::start().await;
    App::DEMO.tokens(&stage, ADA).await;
    let ada = id_of_ada(&stage);
    let disabled = vec![
        ("name", "user_disabled"),
        ("person", ada.as_str()),
        ("client_id", ""),
        ("seconds", ""),
    ];
    done(&stage, "scenario", disabled, "scenarios").await;
    let revoked = vec![("name", "sessions_revoked"), ("person", ada.as_str())];
    done(&stage, "scenario", revoked, "scenarios").await;
    let mut sessions = stage.emulator.sessions().into_iter();
    assert!(sessions.all(|session| session.revoked));
    assert_eq!(stage.emulator.scenarios().len(), 1);
    let id = stage.emulator.scenarios()[0].id.to_string();
    done(&stage, "remove-scenario", vec![("id", &id)], "scenarios").await;
    assert!(stage.emulator.scenarios().is_empty());
}

#[tokio::test]
async fn requests_are_decided_by_forms() {
    let stage = Stage::start().await;
    super::set(&stage, ScenarioName::ApprovalByRequest, ADA);
    let mut browser = Browser::new(&stage);
    let shown = browser.open(&App::DEMO.start().path()).await;
    let form = browser.go_all_the_way(shown, ADA).await;
    browser.press_primary(&form).await;
    let id = stage.emulator.approval_requests()[0].id.to_string();
    done(&stage, "approve", vec![("id", &id)], "approvals").await;
    browser.open(&App::DEMO.start().path()).await.code();
}

/// Another site's form carries no token of ours, and the browser says where it comes from.
#[tokio::test]
async fn forms_of_other_sites_do_nothing() {
    let stage = Stage::start().await;
    let token = token(&page(&stage).await);
    let port = stage
        .emulator
        .origin()
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    let neighbour = format!("http://localhost:{port}1");
    let before = stage.emulator.clock().now();
    let cases: [(&str, Fields<'_>); 5] = [
        ("", vec![]),
        ("wrong", vec![]),
        (&token, vec![("sec-fetch-site", "cross-site")]),
        (&token, vec![("sec-fetch-site", "same-site")]),
        (&token, vec![("origin", &neighbour)]),
    ];
    for (token, headers) in cases {
        let fields = [("token", token), ("seconds", "86400")];
        let answer = submit(&stage, "clock", &fields, &headers).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(stage.emulator.clock().now() < before + 86_400);
    let fields = [
        ("token", token.as_str()),
        ("name", "no_such"),
        ("person", ""),
    ];
    let refused = submit(&stage, "scenario", &fields, &[]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_exchange_can_be_read_and_markup_in_it_is_text() {
    let stage = Stage::start().await;
    stage
        .get("/error?code=%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    let sequence = stage.emulator.exchanges()[0].sequence;
    let mut browser = Browser::new(&stage);
    let shown = browser
        .open(&format!("/_emulator/exchanges/{sequence}"))
        .await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("&lt;script&gt;alert(1)") && !shown.body.contains("<script>alert"));
    assert_eq!(
        browser.open("/_emulator/exchanges/999999").await.status,
        404
    );
}

/// entra 86 for people: which rules clients kept, with a way to the exchanges that broke one; and Graph's limits.
#[tokio::test]
async fn manners_and_limits_are_shown() {
    let stage = Stage::start().await;
    let quiet = page(&stage).await;
    assert!(quiet.body.contains("not put to the test"));
    stage.get("/error?code=1&client_secret=x").await;
    let broken = page(&stage).await;
    assert!(
        broken
            .body
            .contains("no: <a href=\"/_emulator/exchanges/1\">1</a>")
    );
    assert!(broken.body.contains("concurrent_requests"));
    assert!(broken.body.contains(stage.emulator.upload_origin()));
}
