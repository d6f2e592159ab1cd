//! Scenario × page: every named scenario leaves sound pages, and the ones in the way have one happy path each.

use connect_outlook_emulator::scenario::{Concern, NewScenario, ScenarioName};

use crate::support::{ADA, App, Browser, Shown, Stage};

#[track_caller]
fn is_sound(page: &Shown) {
    assert_eq!(
        page.body.matches(" data-primary").count(),
        1,
        "{}",
        page.body
    );
    assert!(page.body.contains("Emulation – not Microsoft"));
    assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="));
    assert!(page.tags("h1").len() == 1 && !page.title().is_empty());
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
}

#[tokio::test]
async fn every_scenario_leaves_sound_pages() {
    for name in ScenarioName::ALL {
        let stage = Stage::start().await;
        let new = NewScenario::new(*name);
        let new = match name.concern() {
            Concern::App => new.app(App::DEMO.client_id),
            Concern::Person | Concern::Either => new.person(ADA),
        };
        stage.emulator.set_scenario(&new).expect("suits");
        let mut browser = Browser::new(&stage);
        let mut shown = browser.open(&App::DEMO.start().path()).await;
        for _ in 0..6 {
            if shown.body.is_empty() {
                break;
            }
            is_sound(&shown);
            if shown
                .tags("button")
                .iter()
                .all(|button| !button.has("data-primary"))
            {
                break;
            }
            shown = browser.press_primary(&shown).await;
        }
        is_sound(&browser.open("/_emulator/").await);
    }
}

#[tokio::test]
async fn the_exchange_page_is_sound() {
    let stage = Stage::start().await;
    App::DEMO.tokens(&stage, ADA).await;
    let last = stage.emulator.exchanges().last().expect("some").sequence;
    let path = format!("/_emulator/exchanges/{last}");
    is_sound(&Browser::new(&stage).open(&path).await);
}
