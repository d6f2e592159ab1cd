//! The database is locked, full of waiting, or damaged.

use connect_outlook_emulator::RefreshRotation;
use serde_json::json;

use crate::{
    killed::ada_at,
    place::{HOUR, INBOX, Place, reading},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F27 F28",
        tokens_that_cannot_be_written_at_once_are_written_later
    ),
    story!("F28", tokens_that_came_are_written_when_the_lock_is_gone),
    story!(
        "F28",
        tokens_that_cannot_be_written_at_all_are_asked_for_again
    ),
    story!("F28 F33", many_that_cannot_write_are_told_in_time),
    story!("F51", one_damaged_row_is_one_account_s_trouble),
];

async fn tokens_that_cannot_be_written_at_once_are_written_later(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let locked = place.lock_writes().await;
    held.let_go();
    place.until_refreshes(1).await;
    locked.unlock().await;
    assert_eq!(caller.await.unwrap().status, 200);
    let tokens = place.world.refreshes().remove(0).answer;
    place.world.advance(2 * HOUR);
    assert!(!ada.inbox().await.is_empty());
    let second = place.world.refreshes().remove(1);
    assert_eq!(second.field("refresh_token"), tokens["refresh_token"]);
    2
}

/// The lock lasts longer than one try.
async fn tokens_that_came_are_written_when_the_lock_is_gone(place: &Place<'_>) -> usize {
    let process = Process::start(place).await;
    let ada = ada_at(place, &process).await;
    place.rotate(RefreshRotation::Strict);
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let locked = place.lock_writes().await;
    held.let_go();
    process.says("new tokens wait for the vault").await;
    locked.unlock().await;
    let answer = caller.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    process.says("access token refreshed").await;
    place.keep(process);
    1
}

/// It lasts longer than all tries: whoever waits is told in time, and the note of what was begun remains.
async fn tokens_that_cannot_be_written_at_all_are_asked_for_again(place: &Place<'_>) -> usize {
    let process = Process::start(place).await;
    let ada = ada_at(place, &process).await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let locked = place.lock_writes().await;
    held.let_go();
    let answer = caller.await.unwrap();
    let told = (answer.status, answer.code());
    assert_eq!(told, (503, "unavailable".to_owned()), "{}", answer.body);
    locked.unlock().await;
    let intents = "select account_id from refresh_leases where refresh_id is not null";
    assert_eq!(place.world.ask(intents).await, [[ada.id()]]);
    place.leases_lapse().await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    assert_eq!(place.world.events().await, ["account.connected"]);
    place.keep(process);
    2
}

async fn many_that_cannot_write_are_told_in_time(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let locked = place.lock_writes().await;
    held.let_go();
    let body = json!({
        "code_challenge": connect_outlook_tests::page::challenge("a-verifier"),
        "code_challenge_method": "S256",
    });
    let start = || {
        let (visitor, body) = (place.world.visitor(), body.clone());
        tokio::spawn(async move { visitor.page().post("/v1/attempts", &body).await })
    };
    let many: Vec<_> = (0..24).map(|_| start()).collect();
    for one in many {
        let answer = one.await.unwrap();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "unavailable")
        );
    }
    locked.unlock().await;
    let answer = caller.await.unwrap();
    assert_eq!(answer.status, 200, "its tokens were kept: {}", answer.body);
    place.world.visitor().connect("alan").await;
    1
}

async fn one_damaged_row_is_one_account_s_trouble(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let alan = place.world.visitor().connect("alan").await;
    place.world.change(KEEP_ASIDE).await;
    assert_eq!(place.world.change(FLIP).await, 1);
    place.world.advance(2 * HOUR);
    let answers = [ada.get(INBOX).await, alan.get(INBOX).await];
    let refused: Vec<_> = answers.iter().filter(|it| it.status != 200).collect();
    assert_eq!(refused.len(), 1, "one of the two");
    assert!(refused[0].status >= 500, "{}", refused[0].body);
    assert_eq!(place.world.rows("grants").await, 2, "the row is kept");
    assert_eq!(place.world.states().await, ["connected"; 2]);
    let ready = place.world.ready().await;
    assert_eq!(ready.status, 200, "{}", ready.body);
    // Put back from a copy, it works again.
    assert_eq!(place.world.change(PUT_BACK).await, 1);
    place.world.change("drop table copy_of_grants").await;
    1
}

const KEEP_ASIDE: &str = "create table copy_of_grants as select * from grants";
/// One character of the ciphertext of one account.
const FLIP: &str = "update grants
    set sealed_refresh_token = substr(sealed_refresh_token, 1, 79)
        || case substr(sealed_refresh_token, 80, 1) when 'A' then 'B' else 'A' end
        || substr(sealed_refresh_token, 81)
    where account_id = (select min(account_id) from grants)";
const PUT_BACK: &str = "update grants
    set sealed_refresh_token =
        (select sealed_refresh_token from copy_of_grants c where c.account_id = grants.account_id),
        unreadable_since = null
    where account_id = (select min(account_id) from grants)";
