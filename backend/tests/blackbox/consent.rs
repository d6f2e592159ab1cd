//! What a visitor forwards to their administrator, and where the administrator goes and lands.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::browser::{Answer, Browser};
use super::microsoft::{CLIENT, TENANT};
use super::world::{SITE, World};

const REFUSED: &str = "AADSTS90094: An administrator has to agree.";

fn parameter(url: &Url, name: &str) -> String {
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    found.next().unwrap().1.into_owned()
}

fn location(answer: &Answer) -> Url {
    let text = answer.headers[header::LOCATION].to_str().unwrap();
    text.parse().unwrap()
}

/// What a visitor is told whom Microsoft sent for an administrator.
async fn blocked(browser: &mut Browser, wishes: &Value) -> Value {
    let started = browser.begin(wishes).await;
    let refusal =
        json!({"state": started.state, "error": "access_denied", "error_description": REFUSED});
    browser.post("/v1/attempts/refusals", &refusal).await.body
}

/// The path of the page that is forwarded.
fn page(told: &Value) -> String {
    let link: Url = told["link"].as_str().unwrap().parse().unwrap();
    let ours = format!("{SITE}/outlook/v1/consent/");
    assert!(link.as_str().starts_with(&ours), "{link}");
    link.path().trim_start_matches("/outlook").to_owned()
}

/// Presses the page's button; where that leads.
async fn presses(browser: &mut Browser, page: &str) -> Url {
    let request = browser.navigation(Method::POST, page, "same-origin");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = browser.follow(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    location(&answer)
}

async fn state(browser: &mut Browser, page: &str) -> String {
    let told = browser.get(&format!("{page}/state")).await;
    told.body["state"].as_str().unwrap().to_owned()
}

/// Entra's second edition: the scopes that the visitor was asked for, `organizations` where many may sign in.
#[tokio::test]
async fn a_visitor_who_needs_an_administrator_gets_a_page_for_them() {
    let world = World::start().await;
    let mut ada = world.browser();
    let told = blocked(&mut ada, &json!({})).await;
    assert_eq!(
        (&told["status"], &told["next"]),
        (&json!("needs_admin"), &json!("ask_admin"))
    );
    let page = page(&told);
    let shown = super::door::sent(&world, Method::GET, &page, &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("read their mail"), "{}", shown.text);
    assert!(shown.text.contains("Your own mailbox is not connected."));

    let mut grace = world.browser();
    let link = presses(&mut grace, &page).await;
    assert!(link.as_str().starts_with(world.microsoft.origin()));
    assert_eq!(link.path(), "/organizations/v2.0/adminconsent");
    assert_eq!(parameter(&link, "client_id"), CLIENT);
    assert_eq!(
        parameter(&link, "redirect_uri"),
        format!("{SITE}/outlook/v1/callback")
    );
    let scope = parameter(&link, "scope");
    assert!(scope.split(' ').any(|scope| scope == "Mail.Read"));
}

/// R41: scanners look at addresses in letters; nothing comes of it.
#[tokio::test]
async fn looking_at_the_page_changes_nothing() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    for _ in 0..30 {
        for method in [Method::GET, Method::HEAD] {
            let looked = super::door::sent(&world, method, &page, &[]).await;
            assert_eq!(looked.status, StatusCode::OK);
            assert!(!looked.headers.contains_key(header::SET_COOKIE));
        }
    }
    assert_eq!(state(&mut ada, &page).await, "requested");
    assert_eq!(world.microsoft.token_requests(), 0);
    presses(&mut world.browser(), &page).await;
}

/// Where the attempt was for an account that is known, the page leads to its organisation and to no other.
#[tokio::test]
async fn the_page_of_a_known_account_leads_to_its_organisation() {
    let world = World::start().await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    let told = blocked(&mut ada, &json!({"account": account})).await;
    let link = presses(&mut world.browser(), &page(&told)).await;
    assert_eq!(link.path(), format!("/{TENANT}/v2.0/adminconsent"));
}

/// entra 22: Microsoft says no more of a visitor who left its page that asks for an administrator.
#[tokio::test]
async fn who_turned_back_gets_it_too() {
    let world = World::start().await;
    let mut ada = world.browser();
    let started = ada.begin(&json!({})).await;
    let refusal =
        json!({"state": started.state, "error": "access_denied", "error_subcode": "cancel"});
    let told = ada.post("/v1/attempts/refusals", &refusal).await;
    assert_eq!(
        (&told.body["status"], told.code()),
        (&json!("cancelled"), "turned_back")
    );
    page(&told.body);
}

/// Nobody else is given one; who has a personal account has no administrator.
#[tokio::test]
async fn other_outcomes_have_no_page() {
    let world = World::start().await;
    for description in ["AADSTS65004: x", "AADSTS53003: x", "AADSTS50011: x"] {
        let mut ada = world.browser();
        let started = ada.begin(&json!({})).await;
        let refusal = json!({"state": started.state, "error": "access_denied", "error_description": description});
        let told = ada.post("/v1/attempts/refusals", &refusal).await;
        assert!(
            told.body["status"].is_string() && told.body["link"].is_null(),
            "{:?}",
            told.body
        );
    }
    let world = World::start_with(&[("tenant", "consumers")]).await;
    let told = blocked(&mut world.browser(), &json!({})).await;
    assert!(told["link"].is_null(), "{told}");
}

/// R51: an administrator who comes back goes on to show who they are; then a token for that organisation decides, and
/// whatever the address says does not.
#[tokio::test]
async fn a_yes_counts_once_a_token_for_the_organisation_proves_it() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    let mut grace = world.browser();
    let link = presses(&mut grace, &page).await;
    let forged = "22222222-aaaa-4bbb-8ccc-222222222222";
    let query = format!(
        "admin_consent=True&tenant={forged}&state={}",
        parameter(&link, "state")
    );
    let away = location(&grace.arrive(&query).await);
    assert_eq!(away.path(), "/common/oauth2/v2.0/authorize");
    assert_eq!(
        parameter(&away, "scope"),
        "openid profile",
        "no mailbox is asked for"
    );
    assert_eq!(state(&mut ada, &page).await, "requested");

    let nonce = parameter(&away, "nonce");
    world
        .microsoft
        .script()
        .claims
        .insert("nonce", nonce.into());
    let query = format!("code=0.code&state={}", parameter(&away, "state"));
    let back = location(&grace.arrive(&query).await);
    assert_eq!(
        back.as_str(),
        format!("{SITE}/outlook/v1/consent/ended?as=granted")
    );
    assert_eq!(state(&mut ada, &page).await, "granted");
    let forms = world.microsoft.script().forms.clone();
    assert_eq!(forms[1]["grant_type"], "client_credentials");
    assert_eq!(forms[1]["scope"], "https://graph.microsoft.com/.default");
    assert!(
        world.microsoft.script().graph.is_empty(),
        "nobody's mailbox was looked at"
    );
    assert_eq!(
        grace.get("/v1/session").await.status,
        StatusCode::NO_CONTENT
    );
}

/// R22, R28, R51, R52: a state that is not this browser's, was used, belongs to a sign-in or to nobody changes nothing, and
/// the page that is shown claims nothing and repeats nothing (R32).
#[tokio::test]
async fn a_forged_return_changes_nothing() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    let mut grace = world.browser();
    let own = parameter(&presses(&mut grace, &page).await, "state");
    let sign_in = parameter(&location(&ada.press("").await), "state");
    let evil = "%3Cscript%3E";
    for state in [evil, "x", &"A".repeat(43), &own, &sign_in] {
        let query = format!("admin_consent=True&tenant={evil}&scope=x&state={state}");
        let back = ada.arrive(&query).await;
        let landed = location(&back);
        assert_eq!(
            landed.as_str(),
            format!("{SITE}/outlook/v1/consent/ended?as=unmatched")
        );
        let path = landed
            .as_str()
            .trim_start_matches(&format!("{SITE}/outlook"))
            .to_owned();
        let shown = super::door::sent(&world, Method::GET, &path, &[]).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.text.contains("<h1>") && !shown.text.contains("script"));
    }
    assert_eq!(state(&mut ada, &page).await, "requested");
    assert_eq!(world.microsoft.token_requests(), 0);

    let yes = format!("admin_consent=True&tenant=t&state={own}");
    assert!(
        location(&grace.arrive(&yes).await)
            .path()
            .ends_with("/authorize")
    );
    let again = location(&grace.arrive(&yes).await);
    assert!(
        again.as_str().ends_with("as=unmatched"),
        "good once: {again}"
    );
}

/// R28, R52: neither kind of answer ends an attempt of the other.
#[tokio::test]
async fn a_consent_ends_no_attempt_and_a_code_is_no_consent() {
    let world = World::start().await;
    let mut ada = world.browser();
    let url = location(&ada.press("").await);
    let (state, nonce) = (parameter(&url, "state"), parameter(&url, "nonce"));
    world
        .microsoft
        .script()
        .claims
        .insert("nonce", nonce.into());
    let approved = ada
        .arrive(&format!("admin_consent=True&tenant=t&state={state}"))
        .await;
    assert!(location(&approved).as_str().ends_with("as=unmatched"));
    let back = ada
        .arrive(&format!("code=0.code&admin_consent=True&state={state}"))
        .await;
    let landed = location(&back);
    assert!(
        landed.as_str().ends_with("?connect_outlook=connected"),
        "the attempt was still open: {landed}"
    );

    let mut grace = world.browser();
    let page = page(&blocked(&mut grace, &json!({})).await);
    let own = parameter(&presses(&mut grace, &page).await, "state");
    let code = grace.arrive(&format!("code=0.code&state={own}")).await;
    assert!(location(&code).as_str().ends_with("code=attempt_unknown"));
    assert_eq!(world.microsoft.token_requests(), 1, "the code was not sent");
}

/// A no changes nothing for good: the page can be opened again. What Microsoft could not do is no no.
#[tokio::test]
async fn a_no_is_told_and_is_not_the_end() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    let mut grace = world.browser();
    let mut answer = async |words: &str| {
        let state = parameter(&presses(&mut grace, &page).await, "state");
        let query = format!("admin_consent=True&{words}&state={state}");
        let landed = location(&grace.arrive(&query).await);
        landed.as_str().split_once("as=").unwrap().1.to_owned()
    };
    let trouble = "error=server_error&error_description=AADSTS90090%3a+x";
    assert_eq!(answer(trouble).await, "failed");
    let fewer = "scope=https%3a%2f%2fgraph.microsoft.com%2fUser.Read";
    assert_eq!(answer(fewer).await, "partial");
    let no = "error=consent_required&error_description=AADSTS65004%3a+x";
    assert_eq!(answer(no).await, "refused");
    assert_eq!(state(&mut ada, &page).await, "refused");
    let told = blocked(&mut ada, &json!({})).await;
    assert_eq!(
        state(&mut ada, self::page(&told).as_str()).await,
        "requested"
    );
    assert_eq!(
        state(&mut ada, &page).await,
        "requested",
        "it is the same request"
    );
}

/// Who guesses at pages finds none; a request that nobody answered is over after a month.
#[tokio::test]
async fn what_is_unknown_or_over_says_so() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    for path in ["/v1/consent/x", &format!("/v1/consent/{}", "A".repeat(43))] {
        let shown = super::door::sent(&world, Method::GET, path, &[]).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND);
    }
    world.advance(30 * 86_400);
    let shown = super::door::sent(&world, Method::GET, &page, &[]).await;
    assert_eq!(shown.status, StatusCode::GONE);
    assert_eq!(state(&mut ada, &page).await, "expired");
}

/// Presses the button and says yes; where that leads.
async fn says_yes(browser: &mut Browser, page: &str) -> Url {
    let link = presses(browser, page).await;
    let query = format!("admin_consent=True&state={}", parameter(&link, "state"));
    location(&browser.arrive(&query).await)
}

/// Presses the button, says yes, and signs in; the ID token says this tenant. How it ended.
async fn agrees(world: &World, page: &str, tenant: &str) -> String {
    let mut grace = world.browser();
    let away = says_yes(&mut grace, page).await;
    {
        let mut script = world.microsoft.script();
        script
            .claims
            .insert("nonce", parameter(&away, "nonce").into());
        let issuer = format!("{}/{tenant}/v2.0", world.microsoft.origin());
        script.claims.insert("iss", issuer.into());
        script.claims.insert("tid", tenant.into());
    }
    let query = format!("code=0.code&state={}", parameter(&away, "state"));
    let landed = location(&grace.arrive(&query).await);
    landed.as_str().split_once("as=").unwrap().1.to_owned()
}

/// A consent needs its time to spread at Microsoft: it is asked again, and whoever waits may try meanwhile.
#[tokio::test]
async fn a_yes_that_has_not_spread_is_proved_later() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    let unknown = json!({"error": "unauthorized_client", "error_codes": [700_016]});
    let unwell = json!({"error": "temporarily_unavailable"});
    world
        .microsoft
        .script()
        .app_only
        .extend([(400, unknown), (503, unwell)]);
    assert_eq!(agrees(&world, &page, TENANT).await, "unproven");
    world.backend.tidy().await;
    let told = ada.get(&format!("{page}/state")).await;
    assert_eq!(
        (&told.body["state"], &told.body["may_try"]),
        (&json!("unproven"), &json!(true))
    );
    world.backend.tidy().await;
    assert_eq!(state(&mut ada, &page).await, "granted");
    let ready = super::door::sent(&world, Method::GET, "/readyz", &[]).await;
    assert_eq!(ready.status, StatusCode::OK, "no incident: {}", ready.text);
}

/// A personal account has no organisation to agree for, and one of another is not who is asked (R51).
#[tokio::test]
async fn whose_yes_it_was_is_seen_in_the_token() {
    let world = World::start().await;
    let mut ada = world.browser();
    let account = ada.connect().await;
    let told = blocked(&mut ada, &json!({"account": account})).await;
    let page = page(&told);
    for (tenant, end) in [
        ("9188040d-6c67-4c5b-b112-36a304b66dad", "personal"),
        ("22222222-aaaa-4bbb-8ccc-222222222222", "other_organisation"),
    ] {
        assert_eq!(agrees(&world, &page, tenant).await, end);
        assert_eq!(state(&mut ada, &page).await, "requested");
    }
    assert_eq!(agrees(&world, &page, TENANT).await, "granted");
}

/// R30: an answer that names another issuer spends the sign-in, and its code is not sent.
#[tokio::test]
async fn an_answer_of_another_issuer_proves_nothing() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    let mut grace = world.browser();
    let shown = parameter(&says_yes(&mut grace, &page).await, "state");
    let query = format!("code=0.code&state={shown}&iss=https%3A%2F%2Fevil.example%2Fx%2Fv2.0");
    let landed = location(&grace.arrive(&query).await);
    assert!(landed.as_str().ends_with("issuer_mismatch"), "{landed}");
    assert_eq!(state(&mut ada, &page).await, "requested");
    assert_eq!(world.microsoft.token_requests(), 0);
}
