//! The control page as a person uses it, without scripts.

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

#[tokio::test]
async fn every_form_does_its_deed_and_leads_back() {
    let stage = Stage::start().await;
    App::DEMO.tokens(&stage, ADA).await;
    let token = token(&page(&stage).await);
    let ada = stage
        .emulator
        .world()
        .person_at(ADA)
        .expect("known")
        .id
        .to_string();
    let deeds: [(&str, Fields<'_>, &str); 6] = [
        ("clock", vec![("seconds", "600")], "clock"),
        (
            "scenario",
            vec![
                ("name", "user_disabled"),
                ("person", &ada),
                ("client_id", ""),
                ("seconds", ""),
            ],
            "scenarios",
        ),
        (
            "scenario",
            vec![("name", "sessions_revoked"), ("person", &ada)],
            "scenarios",
        ),
        ("rotation", vec![("name", "strict")], "switches"),
        ("roll-over", vec![("name", "planned")], "switches"),
        ("forget-exchanges", vec![], "exchanges"),
    ];
    let before = stage.emulator.clock().now();
    for (deed, mut fields, section) in deeds {
        fields.push(("token", &token));
        let answer = submit(&stage, deed, &fields, &[("sec-fetch-site", "same-origin")]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{deed}");
        assert_eq!(
            answer.headers()["location"],
            format!("/_emulator/#{section}").as_str()
        );
    }
    assert!(stage.emulator.clock().now() >= before + 600);
    assert_eq!(stage.emulator.scenarios().len(), 1);
    assert!(
        stage
            .emulator
            .sessions()
            .iter()
            .all(|session| session.revoked)
    );
    assert!(stage.emulator.exchanges().is_empty());
    let id = stage.emulator.scenarios()[0].id.to_string();
    submit(
        &stage,
        "remove-scenario",
        &[("token", &token), ("id", &id)],
        &[],
    )
    .await;
    assert!(stage.emulator.scenarios().is_empty());
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
