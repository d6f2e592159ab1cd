//! Processes that stop for a while, and many that want the same at once.

use connect_outlook_emulator::RefreshRotation;
use connect_outlook_tests::Connected;

use crate::{
    place::{INBOX, Place, reading},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F36", two_processes_and_sixty_four_callers_make_one_request),
    story!(
        "F36 F38",
        also_where_a_second_request_would_end_the_connection
    ),
    story!(
        "F37",
        a_leader_that_slept_past_its_lease_does_not_overwrite_what_is_newer
    ),
    story!(
        "F38",
        a_leader_that_slept_brings_home_the_only_tokens_that_are_good
    ),
];

async fn two_processes_and_sixty_four_callers_make_one_request(place: &Place<'_>) -> usize {
    many_want_the_same(place, RefreshRotation::Entra).await
}

async fn also_where_a_second_request_would_end_the_connection(place: &Place<'_>) -> usize {
    many_want_the_same(place, RefreshRotation::Strict).await
}

async fn many_want_the_same(place: &Place<'_>, rotation: RefreshRotation) -> usize {
    let ada = place.ada_later().await;
    place.rotate(rotation);
    let there = place.at(&ada, &place.world.another_process().await);
    let callers: Vec<_> = (0..64)
        .map(|number| reading(if number % 2 == 0 { &ada } else { &there }))
        .collect();
    for caller in callers {
        let answer = caller.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(place.world.events().await, ["account.connected"]);
    1
}

/// The leader is stopped while its request is out; its answer waits for it. Meanwhile another leads.
async fn slept(place: &Place<'_>, rotation: RefreshRotation) -> (Process, Connected, u16) {
    let leader = Process::start(place).await;
    place.lives_of_tokens(Some(120));
    let visitor = place.world.visitor().at(&leader.url);
    let ada = visitor.connect("ada").await;
    place.lives_of_tokens(None);
    place.rotate(rotation);
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    // Not while it writes: it would keep everybody else from writing as long as it sleeps.
    let locked = place.lock_writes().await;
    leader.pause().await;
    locked.unlock().await;
    held.let_go();
    place.until_refreshes(1).await;
    place.leases_lapse().await;
    let here = place.at(&ada, place.world.site());
    let meanwhile = here.get(INBOX).await.status;
    leader.signal("CONT").await;
    let answer = caller.await.unwrap();
    assert_eq!(answer.status, 200, "the sleeper's caller: {}", answer.body);
    (leader, ada, meanwhile)
}

async fn a_leader_that_slept_past_its_lease_does_not_overwrite_what_is_newer(
    place: &Place<'_>,
) -> usize {
    let (leader, ada, meanwhile) = slept(place, RefreshRotation::Entra).await;
    assert_eq!(meanwhile, 200);
    // Connecting was the first version, the refresh of the one that was awake the second.
    assert_eq!(place.versions().await, [["2"]]);
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(place.world.events().await, ["account.connected"]);
    place.keep(leader);
    2
}

async fn a_leader_that_slept_brings_home_the_only_tokens_that_are_good(place: &Place<'_>) -> usize {
    let (leader, ada, meanwhile) = slept(place, RefreshRotation::Strict).await;
    assert_eq!(meanwhile, 409, "the used one is refused");
    assert!(!ada.inbox().await.is_empty());
    let told = [
        "account.connected",
        "account.needs_user",
        "account.reconnected",
    ];
    assert_eq!(place.world.events().await, told);
    place.keep(leader);
    2
}
