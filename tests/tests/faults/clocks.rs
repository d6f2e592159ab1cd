//! Clocks that jump, and a clock of Microsoft's that is ahead.

use connect_outlook_tests::{Answering, disk::Disk, program::Settings};

use crate::{
    killed::somebody_at,
    place::{HOUR, INBOX, Place, moment, reading},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F40",
        a_clock_that_jumps_ends_no_session_and_starts_no_stampede
    ),
    story!("F39", clocks_ten_minutes_apart_share_one_lease),
    story!("F41", an_id_token_from_the_future_connects_nobody),
];

async fn a_clock_that_jumps_ends_no_session_and_starts_no_stampede(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let alan = place.world.visitor().connect("alan").await;
    for jump in [-HOUR, HOUR] {
        place.world.advance(jump);
        place.world.tidy().await;
        assert!(!ada.inbox().await.is_empty(), "{jump}");
        assert!(!alan.inbox().await.is_empty(), "{jump}");
    }
    let asked = place.world.refreshes().len();
    assert!(asked <= 2, "{asked} refreshes");
    // A session does not live longer for it.
    place.world.advance(31 * 24 * HOUR);
    let session = ada.visitor.page().get("/v1/session").await;
    assert_eq!(session.status, 401, "{}", session.body);
    asked
}

/// Two machines, one five minutes ahead, one five minutes behind.
async fn clocks_ten_minutes_apart_share_one_lease(place: &Place<'_>) -> usize {
    let disk = Disk::new();
    let at = async |ahead| Process::start_in(place, Settings::new(), disk.wrong_clock(ahead)).await;
    let (ahead, behind) = (at(300).await, at(-300).await);
    let pairs = [(&behind, &ahead, "ada"), (&ahead, &behind, "alan")];
    for (round, (leader, other, name)) in pairs.into_iter().enumerate() {
        // Their id tokens are from another time, within what is forgiven.
        let somebody = somebody_at(place, leader, name).await;
        let held = place.hold_token_request();
        let first = reading(&somebody);
        held.until_it_waits().await;
        let second = reading(&place.at(&somebody, &other.url));
        for _ in 0..50 {
            moment().await;
            assert_eq!(place.world.refreshes().len(), round, "one lease for both");
        }
        held.let_go();
        for caller in [first, second] {
            let answer = caller.await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        assert_eq!(place.world.refreshes().len(), round + 1);
    }
    // Neither knows that the token is over; Microsoft does.
    let visitor = place.world.visitor().at(&behind.url);
    let grace = visitor.connect("grace").await;
    place.world.advance(2 * HOUR);
    assert_eq!(grace.get(INBOX).await.status, 200);
    place.keep(ahead);
    place.keep(behind);
    3
}

async fn an_id_token_from_the_future_connects_nobody(place: &Place<'_>) -> usize {
    let visitor = place.world.visitor();
    place.world.microsoft().clock.advance(600);
    let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
    let outcome = visitor.page().finish(&attempt, &callback).await.json();
    place.world.microsoft().clock.advance(-600);
    assert_eq!(outcome["status"], "misconfigured", "{outcome}");
    assert_eq!(outcome["code"], "id_token_refused", "{outcome}");
    assert_eq!(place.world.rows("accounts").await, 0);
    assert_eq!(visitor.session_handle(), None);
    place.world.visitor().connect("alan").await;
    0
}
