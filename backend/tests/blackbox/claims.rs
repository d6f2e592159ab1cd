//! Frames in pages of other sites: no cookie of ours reaches them, so they claim what came of the window that they opened.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_outlook_backend::random;
use connect_outlook_protocol::state::Claim;
use serde_json::{Value, json};
use url::Url;

use super::browser::{Answer, Browser, ask};
use super::world::{SITE, World};

const NAMED: (&str, &str) = ("bearer_origins", SITE);
const SESSION: &str = "__Host-connect-outlook-session";

/// A frame of the site: script of ours to whom no cookie comes.
struct Frame<'a> {
    world: &'a World,
    claim: Claim,
    handle: Option<String>,
}

impl<'a> Frame<'a> {
    fn new(world: &'a World) -> Self {
        Self {
            world,
            claim: Claim::from_random(random::bytes().unwrap()),
            handle: None,
        }
    }

    /// What its form posts.
    fn form(&self) -> String {
        format!("claim={}", URL_SAFE_NO_PAD.encode(self.claim.digest()))
    }

    async fn sends(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-connect-outlook", "1")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json");
        request = match &self.handle {
            Some(handle) => request.header("authorization", format!("Bearer {handle}")),
            None => request.header("x-connect-outlook-flow", "new"),
        };
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        ask(&self.world.backend.router(), request.body(body).unwrap()).await
    }

    async fn claims(&mut self) -> Answer {
        let body = json!({"claim": self.claim.expose()});
        let answer = self.sends(Method::POST, "/v1/claims", Some(&body)).await;
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
        if let Some(handle) = answer.headers.get("x-connect-outlook-session") {
            self.handle = Some(handle.to_str().unwrap().to_owned());
        }
        answer
    }
}

/// The window is sent to Microsoft by the frame's form; answers the `state` it will come back with.
async fn goes(world: &World, window: &mut Browser, form: &str) -> String {
    let answer = window.press(form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let url: Url = answer.headers[header::LOCATION]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let of = |name: &str| {
        let found = url.query_pairs().find(|(known, _)| known == name);
        found.unwrap().1.into_owned()
    };
    let nonce = of("nonce").into();
    world.microsoft.script().claims.insert("nonce", nonce);
    of("state")
}

fn landed(answer: &Answer) -> &str {
    answer.headers[header::LOCATION].to_str().unwrap()
}

/// R21, R22, R37, R63: the whole way without a cookie in the frame.
#[tokio::test]
async fn a_frame_claims_the_session_of_the_window_it_opened_once() {
    let world = World::start_with(&[NAMED]).await;
    let (mut frame, mut window) = (Frame::new(&world), world.browser());
    assert_eq!(
        frame.claims().await.status,
        StatusCode::NO_CONTENT,
        "nothing yet"
    );
    let state = goes(&world, &mut window, &frame.form()).await;
    assert_eq!(frame.claims().await.status, StatusCode::NO_CONTENT, "away");

    let back = window.arrive(&format!("code=0.code&state={state}")).await;
    assert_eq!(landed(&back), format!("{SITE}/outlook/v1/connect/done"));
    assert!(
        !window.cookies.contains_key(SESSION),
        "the frame's, not the window's"
    );

    let told = frame.claims().await;
    assert_eq!(
        (told.status, &told.body["status"]),
        (StatusCode::OK, &json!("connected"))
    );
    let session = frame.sends(Method::GET, "/v1/session", None).await;
    assert_eq!(session.body["accounts"][0]["display_name"], "Ada Lovelace");
    assert_eq!(frame.claims().await.status, StatusCode::NO_CONTENT, "once");
    let out = frame.sends(Method::DELETE, "/v1/session", None).await;
    assert_eq!(out.headers["x-connect-outlook-session"], "");
    let gone = frame.sends(Method::GET, "/v1/session", None).await;
    assert_eq!(gone.code(), "no_session");
}

/// R22: a link to an attempt that somebody else claims connects nobody's mailbox to them.
#[tokio::test]
async fn a_sign_in_that_a_stranger_began_is_not_theirs_to_claim() {
    let world = World::start_with(&[NAMED]).await;
    let (mut attacker, mut own, mut victim) =
        (Frame::new(&world), world.browser(), world.browser());
    let state = goes(&world, &mut own, &attacker.form()).await;
    let query = format!("code=0.code&state={state}");
    let mut with_flow = world.browser();
    goes(&world, &mut with_flow, "").await;
    for browser in [&mut victim, &mut with_flow] {
        let back = browser.arrive(&query).await;
        assert!(
            landed(&back).ends_with("?code=attempt_not_yours"),
            "{back:?}"
        );
    }
    assert_eq!(world.microsoft.token_requests(), 0);
    assert_eq!(attacker.claims().await.status, StatusCode::NO_CONTENT);
}

/// R27, R62: nor can a page of another site have a visitor begin one.
#[tokio::test]
async fn forms_of_other_sites_begin_nothing_even_with_a_claim() {
    let mut world = World::start_with(&[(
        "bearer_origins",
        "http://localhost:8400 https://other.example",
    )])
    .await;
    let form = Frame::new(&world).form();
    let request = world
        .browser()
        .navigation(Method::POST, "/v1/connect", "cross-site")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://other.example");
    let request = request.body(Body::from(form)).unwrap();
    let answer = ask(&world.backend.router(), request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(world.steps().is_empty());
}

/// R31: what is not a connection is told the same way, with all that the page-driven way tells.
#[tokio::test]
async fn a_no_is_claimed_too() {
    let world = World::start_with(&[NAMED]).await;
    let (mut frame, mut window) = (Frame::new(&world), world.browser());
    let state = goes(&world, &mut window, &frame.form()).await;
    let query = format!("error=access_denied&error_description=AADSTS90094%3a+x&state={state}");
    let back = window.arrive(&query).await;
    assert_eq!(landed(&back), format!("{SITE}/outlook/v1/connect/done"));
    let told = frame.claims().await;
    assert_eq!(told.body["status"], "needs_admin");
    assert!(
        told.body["link"]
            .as_str()
            .unwrap()
            .contains("/outlook/v1/consent/")
    );
    assert!(frame.handle.is_none());
    assert_eq!(frame.claims().await.status, StatusCode::NO_CONTENT);
}

/// R24
#[tokio::test]
async fn a_claim_lapses_with_its_attempt() {
    let world = World::start_with(&[NAMED]).await;
    let (mut frame, mut window) = (Frame::new(&world), world.browser());
    let state = goes(&world, &mut window, &frame.form()).await;
    window.arrive(&format!("code=0.code&state={state}")).await;
    world.advance(600);
    assert_eq!(frame.claims().await.status, StatusCode::NO_CONTENT);
}

/// R63: off unless the site's own origin is named, and said so before a window goes anywhere.
#[tokio::test]
async fn frames_are_not_let_in_without_the_setting() {
    let mut world = World::start().await;
    let answer = Frame::new(&world).claims().await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::FORBIDDEN, "frames_not_allowed")
    );
    let form = Frame::new(&world).form();
    let pressed = world.browser().press(&form).await;
    assert_eq!(pressed.status, StatusCode::FORBIDDEN);
    assert!(world.steps().is_empty());
}

/// R65: where frames are let in, the site's own pages go on with cookies, on requests with and without `Origin`.
#[tokio::test]
async fn the_sites_own_pages_keep_their_cookies() {
    let world = World::start_with(&[NAMED]).await;
    let mut ada = world.browser();
    ada.connect().await;
    assert!(ada.cookies.contains_key(SESSION));
    assert_eq!(ada.get("/v1/session").await.status, StatusCode::OK);
    let cookie = format!("{SESSION}={}", ada.cookies[SESSION]);
    let asked = async |method: Method, more: (&str, &str)| {
        let request = Request::builder()
            .method(method)
            .uri("/v1/session")
            .header("x-connect-outlook", "1")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &cookie)
            .header(more.0, more.1);
        ask(
            &world.backend.router(),
            request.body(Body::empty()).unwrap(),
        )
        .await
    };
    let both = asked(Method::GET, ("authorization", "Bearer x")).await;
    assert_eq!(both.code(), "two_credentials");
    let out = asked(Method::DELETE, ("origin", SITE)).await;
    assert!(out.headers.contains_key(header::SET_COOKIE), "{out:?}");
}

/// R71: what is no digest begins nothing; what is no claim is not looked up.
#[tokio::test]
async fn malformed_claims_are_refused() {
    let world = World::start_with(&[NAMED]).await;
    for bad in ["x", "%2B%2B", &"A".repeat(44)] {
        let pressed = world.browser().press(&format!("claim={bad}")).await;
        assert_eq!(pressed.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    let frame = Frame::new(&world);
    for bad in [json!({}), json!({"claim": "x"}), json!({"claim": 7})] {
        let answer = frame.sends(Method::POST, "/v1/claims", Some(&bad)).await;
        assert_eq!(answer.code(), "bad_request", "{bad}");
    }
}
