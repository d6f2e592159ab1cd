//! Microsoft's signing keys change, or cannot be fetched; and a key of ours changes.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::{
    Answering,
    place::write_private,
    program::{Settings, run},
};
use serde_json::json;

use crate::{
    place::{INBOX, Place},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F45",
        keys_that_change_between_sign_in_and_redemption_are_fetched_once_more
    ),
    story!("F49", a_process_without_the_new_key_says_so_and_learns_it),
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

async fn a_process_without_the_new_key_says_so_and_learns_it(place: &Place<'_>) -> usize {
    let alan = place.world.visitor().connect("alan").await;
    let old = place.world.vault().1.to_owned();
    let new: String = old.chars().rev().collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key").display().to_string();
    write_private(&file, old.as_bytes());
    let here = Settings::from([("key_file", file.clone())]);
    let process = Process::start_with(place, here).await;
    wrap_under(place, &new, &old).await;
    // What it writes itself it writes under the key it knows.
    let grace = place
        .world
        .visitor()
        .at(&process.url)
        .connect("grace")
        .await;
    let there = place.at(&alan, &process.url);
    let refused = there.get(INBOX).await;
    assert_eq!(refused.status, 500, "{}", refused.body);
    process.says("a request failed").await;
    assert_eq!(place.world.states().await, ["connected"; 2]);
    assert_eq!(place.world.rows("grants").await, 2);
    write_private(&file, format!("{new}\n{old}").as_bytes());
    assert_eq!(
        there.get(INBOX).await.status,
        200,
        "it learned it by itself"
    );
    assert_eq!(
        grace.get(INBOX).await.status,
        200,
        "the old one is read too"
    );
    wrap_under(place, &old, &new).await;
    place.keep(process);
    0
}

async fn wrap_under(place: &Place<'_>, first: &str, second: &str) {
    let mut settings = place.world.told("http://localhost:1");
    settings.insert("key", format!("{first}\n{second}"));
    let ended = run(&settings, &["vault", "rotate"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.told);
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
