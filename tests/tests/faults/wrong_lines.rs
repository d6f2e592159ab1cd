//! A line of the program is wrong.

use connect_outlook_emulator::scenario::FaultKind;
use connect_outlook_tests::{Answering, browser::Answer, integrator::Integrator, logs};
use serde_json::json;

use crate::{
    place::{INBOX, Place, moment, reading},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F70",
        a_panic_in_a_refresh_is_one_answer_and_its_lease_lapses
    ),
    story!(
        "F70",
        a_panic_in_a_sign_in_is_one_answer_and_the_account_whole
    ),
    story!("F70", a_panic_in_a_confirmation_is_one_answer_and_no_end),
];

/// The handler panics with the lease in its hand: nobody asks before that is over, and then all is as if it had died.
async fn a_panic_in_a_refresh_is_one_answer_and_its_lease_lapses(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    place
        .world
        .spoil_token_requests(FaultKind::Html { status: 503 }, 1);
    logs::panic_at("the refresh failed", ada.id());
    is_internal(&ada.get(INBOX).await);
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

/// Ada signs in again elsewhere, and her handler panics when the tokens are stored and not told yet. Her old session goes on with
/// them, the handle of the new one is nobody's, the attempt is spent, and beginning again connects.
async fn a_panic_in_a_sign_in_is_one_answer_and_the_account_whole(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let elsewhere = place.world.visitor();
    let (attempt, callback) = elsewhere.sign_in(Answering::Yes("ada")).await;
    logs::panic_at("account connected", ada.id());
    is_internal(&elsewhere.page().finish(&attempt, &callback).await);
    let sessions = place.world.rows("sessions").await;
    assert_eq!(sessions, 2, "stored with the account, in one transaction");
    let who = elsewhere.page().get("/v1/session").await;
    assert_eq!(who.status, 204, "nobody was given its handle");
    assert_eq!(place.versions().await, [["2"]]);
    assert!(!ada.inbox().await.is_empty());
    let again = elsewhere.page().finish(&attempt, &callback).await;
    assert!((400..500).contains(&again.status), "{}", again.body);
    let told = ["account.connected", "account.reconnected"];
    assert_eq!(place.world.events().await, told);
    let (attempt, callback) = elsewhere.sign_in_anew(Answering::Yes("grace")).await;
    let ended = elsewhere.page().finish(&attempt, &callback).await.json();
    assert_eq!(ended["status"], "connected", "{ended}");
    0
}

/// The integrator's confirmation panics when the mailbox is connected: the same again is answered, and sends no code.
async fn a_panic_in_a_confirmation_is_one_answer_and_no_end(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let server = Integrator::of(place.world).await;
    let link = server.link("user-7", &json!({})).await;
    let visitor = place.world.visitor();
    let landing = visitor.follow_link(&link.url, Answering::Yes("ada")).await;
    let code = server.completion_code(&link, &landing);
    logs::panic_at("link confirmed", ada.id());
    is_internal(&server.confirm(&link, &code, "user-7").await);
    let asked = place.world.token_requests().len();
    let again = server.confirm(&link, &code, "user-7").await.json();
    assert_eq!(again["status"], "connected", "{again}");
    assert_eq!(again["account"]["id"], ada.id());
    assert_eq!(place.world.token_requests().len(), asked, "R39");
    0
}

/// One problem, with a name to find it by in the log.
fn is_internal(answer: &Answer) {
    let told = (answer.status, answer.code());
    assert_eq!(told, (500, "internal".to_owned()), "{}", answer.body);
    assert!(answer.json()["correlation_id"].is_string());
}
