//! Clocks that jump, and a clock of Microsoft's that is ahead.

use connect_outlook_tests::Answering;

use crate::{
    place::{HOUR, Place},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F40",
        a_clock_that_jumps_ends_no_session_and_starts_no_stampede
    ),
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
