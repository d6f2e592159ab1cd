//! Microsoft's signing keys change, or cannot be fetched.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::Answering;
use serde_json::json;

use crate::{
    place::Place,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F45",
        keys_that_change_between_sign_in_and_redemption_are_fetched_once_more
    ),
    story!("F46", keys_that_cannot_be_fetched_are_those_that_are_known),
];

async fn keys_that_change_between_sign_in_and_redemption_are_fetched_once_more(
    place: &Place<'_>,
) -> usize {
    place.world.visitor().connect("alan").await;
    let before = fetches(place);
    let visitor = place.world.visitor();
    let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
    place.world.advance(61);
    roll_over(place).await;
    let outcome = visitor.page().finish(&attempt, &callback).await.json();
    assert_eq!(outcome["status"], "connected", "{outcome}");
    assert_eq!(fetches(place), before + 1);
    0
}

async fn keys_that_cannot_be_fetched_are_those_that_are_known(place: &Place<'_>) -> usize {
    place.world.visitor().connect("alan").await;
    let away = Fault {
        times: None,
        ..Fault::next(FaultKind::Html { status: 503 }, KEYS)
    };
    place.world.microsoft().add_fault(away);
    place.world.visitor().connect("ada").await;
    place.world.advance(12 * 3_600);
    place.world.visitor().connect("grace").await;
    0
}

async fn roll_over(place: &Place<'_>) {
    let url = format!("{}/_emulator/keys", place.world.microsoft().origin);
    let asked = json!({"roll_over": "emergency"});
    let rolled = connect_outlook_tests::browser::client()
        .post(url)
        .json(&asked)
        .send();
    let rolled = rolled.await.unwrap();
    assert!(
        rolled.status().is_success(),
        "{}",
        rolled.text().await.unwrap()
    );
}

fn fetches(place: &Place<'_>) -> usize {
    let exchanges = place.world.exchanges();
    let of_keys = exchanges.iter().filter(|one| one.path.ends_with(KEYS));
    of_keys.count()
}

const KEYS: &str = "/discovery/v2.0/keys";
