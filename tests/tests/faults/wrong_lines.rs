//! A line of the program is wrong.

use connect_outlook_emulator::scenario::FaultKind;
use connect_outlook_tests::logs;

use crate::{
    place::{INBOX, Place, moment, reading},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[story!(
    "F70",
    a_panic_in_a_refresh_is_one_answer_and_its_lease_lapses
)];

/// The handler panics with the lease in its hand: nobody asks before that is over, and then all is as if it had died.
async fn a_panic_in_a_refresh_is_one_answer_and_its_lease_lapses(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    place
        .world
        .spoil_token_requests(FaultKind::Html { status: 503 }, 1);
    logs::panic_at("the refresh failed", ada.id());
    let answer = ada.get(INBOX).await;
    let told = (answer.status, answer.code());
    assert_eq!(told, (500, "internal".to_owned()), "{}", answer.body);
    assert!(answer.json()["correlation_id"].is_string());
    let session = ada.visitor.page().get("/v1/session").await;
    assert_eq!(session.status, 200, "the next request is fine");
    let held = "select account_id from refresh_leases where expires_at > 0";
    assert_eq!(place.world.ask(held).await, [[ada.id()]]);
    let next = reading(&ada);
    for _ in 0..50 {
        moment().await;
        assert_eq!(place.world.refreshes().len(), 1, "the lease still runs");
    }
    place.leases_lapse().await;
    assert_eq!(next.await.unwrap().status, 200);
    assert_eq!(place.world.ask(held).await, Vec::<Vec<String>>::new());
    assert_eq!(place.world.events().await, ["account.connected"]);
    2
}
