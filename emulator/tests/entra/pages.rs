//! The pages as pages: one happy path, no scripts inline, nothing unescaped.

use crate::support::{ADA, App, Browser, KATHERINE, Shown, Stage};

#[track_caller]
fn is_sound(page: &Shown) {
    assert_eq!(
        page.body.matches(" data-primary").count(),
        1,
        "one happy path on {}",
        page.body
    );
    assert!(page.body.contains("Emulation – not Microsoft"));
    assert!(
        !page.body.contains(" style=")
            && !page.body.contains(" onclick=")
            && !page.body.contains("<style")
    );
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert!(page.tags("h1").len() == 1 && !page.title().is_empty());
    assert!(
        page.tags("script")
            .iter()
            .all(|script| script.attribute("src").starts_with("/_emulator/"))
    );
}

#[tokio::test]
async fn pressing_every_primary_ends_signed_in_as_ada() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let mut shown = browser.open(&App::DEMO.start().path()).await;
    let mut titles = Vec::new();
    while shown.status == 200 {
        is_sound(&shown);
        titles.push(shown.title().to_owned());
        shown = browser.press_primary(&shown).await;
    }
    assert_eq!(
        titles,
        ["Pick an account", "Sign in", "Permissions requested"]
    );
    let tokens = stage
        .token("common", &App::DEMO.redemption(&shown.code()))
        .await
        .granted();
    let grant = stage
        .emulator
        .state()
        .access_tokens
        .lookup(tokens.text("access_token"))
        .expect("known");
    let world = stage.emulator.world();
    assert_eq!(world.person(&grant.person).expect("a person").address, ADA);
}

#[tokio::test]
async fn every_other_page_is_sound_too() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let approval = App::DEMO.start().sign_in(&stage, KATHERINE).await;
    assert_eq!(approval.title(), "Need admin approval");
    is_sound(&approval);
    is_sound(
        &App::DEMO
            .start()
            .with("response_mode", "form_post")
            .sign_in(&stage, ADA)
            .await,
    );
    is_sound(&App::DEMO.start().with("client_id", "x").shown(&stage).await);
    let picker = browser.open(&App::DEMO.start().path()).await;
    let other = browser.press_action(&picker, "other").await;
    assert_eq!(other.title(), "Sign in");
    is_sound(&other);
    for path in [
        "/common/oauth2/v2.0/logout",
        "/error?code=50011",
        "/error?code=1",
        "/no/such/path",
        "/_emulator/",
    ] {
        is_sound(&browser.open(path).await);
    }
}

#[tokio::test]
async fn the_approval_page_leads_on_by_an_administrator() {
    let stage = Stage::start().await;
    let mut browser = Browser::new(&stage);
    let approval = browser.sign_in_as(App::DEMO.start(), KATHERINE).await;
    let picker = browser.press_primary(&approval).await;
    assert_eq!(picker.title(), "Pick an account");
}

#[tokio::test]
async fn nothing_from_outside_becomes_markup() {
    let stage = Stage::start().await;
    let attack = "\"><script>alert(1)</script>";
    stage.emulator.state().change_world(|world| {
        world.people[0].name = attack.to_owned();
        world.applications[0].name = attack.to_owned();
    });
    let mut browser = Browser::new(&stage);
    let picker = browser.open(&App::DEMO.start().path()).await;
    let sign_in = browser.press_primary(&picker).await;
    let hinted = App::DEMO
        .start()
        .with("login_hint", attack)
        .shown(&stage)
        .await;
    let mistaken = App::DEMO
        .start()
        .with("redirect_uri", attack)
        .shown(&stage)
        .await;
    let posted = App::DEMO
        .start()
        .with("response_mode", "form_post")
        .with("state", "\"'&>")
        .sign_in(&stage, ADA)
        .await;
    let control = browser.open("/_emulator/").await;
    for page in [&picker, &sign_in, &hinted, &mistaken, &posted, &control] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        is_sound(page);
    }
    assert!(
        posted
            .tags("input")
            .iter()
            .any(|input| input.is("name", "state") && input.is("value", "\"'&>"))
    );
}

#[tokio::test]
async fn the_stylesheet_serves_light_and_dark() {
    let stage = Stage::start().await;
    let answer = stage.get("/_emulator/style.css").await;
    assert_eq!(answer.headers()["content-type"], "text/css; charset=utf-8");
    assert!(
        answer
            .text()
            .await
            .expect("text")
            .contains("prefers-color-scheme: dark")
    );
    assert_eq!(stage.get("/_emulator/icon.svg").await.status(), 200);
}
