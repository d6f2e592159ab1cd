//! Administrators who come back from Microsoft: what counts as a yes, and what they can and cannot change.

use axum::http::{Method, StatusCode};
use serde_json::json;
use url::Url;

use super::browser::Browser;
use super::consent::{blocked, location, page, parameter, presses, state};
use super::microsoft::TENANT;
use super::world::{SITE, World};

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
        state(&mut ada, super::consent::page(&told).as_str()).await,
        "requested"
    );
    assert_eq!(
        state(&mut ada, &page).await,
        "requested",
        "it is the same request"
    );
}

/// Presses the button and says yes; where that leads.
async fn says_yes(browser: &mut Browser, page: &str) -> Url {
    let link = presses(browser, page).await;
    let query = format!("admin_consent=True&state={}", parameter(&link, "state"));
    location(&browser.arrive(&query).await)
}

/// Presses the button, says yes, and signs in; the ID token says this tenant. How it ended.
pub(super) async fn agrees(world: &World, page: &str, tenant: &str) -> String {
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

/// Microsoft had an hour for it: then somebody has to ask again.
#[tokio::test]
async fn a_yes_that_never_spreads_is_not_asked_for_ever() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    let unknown = json!({"error": "unauthorized_client", "error_codes": [700_016]});
    let script = || world.microsoft.script();
    script().app_only.push_back((400, unknown));
    assert_eq!(agrees(&world, &page, TENANT).await, "unproven");
    let asked = world.microsoft.token_requests();
    world.advance(3_600);
    world.backend.tidy().await;
    assert_eq!(world.microsoft.token_requests(), asked);
    assert_eq!(state(&mut ada, &page).await, "unproven");
}

/// R51, R108: who does not show who they are, or shows an ID token of another sign-in, has proved nothing.
#[tokio::test]
async fn a_yes_of_nobody_known_is_unproven() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page = page(&blocked(&mut ada, &json!({})).await);
    for answer in ["error=access_denied", "code=0.code"] {
        let mut grace = world.browser();
        let away = says_yes(&mut grace, &page).await;
        let script = || world.microsoft.script();
        script().claims.insert("nonce", "A".repeat(43).into());
        let query = format!("{answer}&state={}", parameter(&away, "state"));
        let landed = location(&grace.arrive(&query).await);
        assert!(landed.as_str().ends_with("as=unproven"), "{landed}");
        assert_eq!(state(&mut ada, &page).await, "unproven");
    }
    let forms = world.microsoft.script().forms.clone();
    let grants: Vec<_> = forms.iter().map(|form| &form["grant_type"]).collect();
    assert_eq!(grants, ["authorization_code"], "no token was asked for");
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
