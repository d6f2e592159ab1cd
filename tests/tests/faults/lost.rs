//! Answers of the token endpoint that do not arrive, in each way of treating used refresh tokens.

use connect_outlook_emulator::{RefreshRotation, scenario::FaultKind};

use crate::{
    place::{HOUR, INBOX, Place},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F6 F7 F10",
        where_used_tokens_stay_good_a_lost_answer_is_asked_for_again
    ),
    story!(
        "F9",
        where_used_tokens_stay_good_for_seconds_a_lost_answer_is_asked_for_in_time
    ),
    story!(
        "F8 F10",
        where_tokens_are_good_once_a_lost_answer_needs_the_user_once
    ),
    story!(
        "F6",
        where_tokens_are_good_once_a_lost_request_is_nothing_lost
    ),
];

async fn where_used_tokens_stay_good_a_lost_answer_is_asked_for_again(place: &Place<'_>) -> usize {
    unnoticed(place, RefreshRotation::Entra).await
}

async fn where_used_tokens_stay_good_for_seconds_a_lost_answer_is_asked_for_in_time(
    place: &Place<'_>,
) -> usize {
    unnoticed(place, RefreshRotation::Grace(5)).await
}

async fn unnoticed(place: &Place<'_>, rotation: RefreshRotation) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    place.rotate(rotation);
    let faults = [
        FaultKind::ResetBefore,
        FaultKind::ResetAfter,
        FaultKind::Truncate,
    ];
    for (round, fault) in faults.into_iter().enumerate() {
        place.world.advance(2 * HOUR);
        place.world.spoil_token_requests(fault.clone(), 1);
        assert!(!ada.inbox().await.is_empty(), "{fault:?}");
        assert_eq!(place.world.refreshes().len(), 2 * (round + 1), "{fault:?}");
    }
    assert_eq!(place.world.events().await, ["account.connected"]);
    6
}

async fn where_tokens_are_good_once_a_lost_answer_needs_the_user_once(place: &Place<'_>) -> usize {
    let mut ada = place.world.visitor().connect("ada").await;
    place.rotate(RefreshRotation::Strict);
    for (round, fault) in [FaultKind::ResetAfter, FaultKind::Truncate]
        .into_iter()
        .enumerate()
    {
        place.world.advance(2 * HOUR);
        place.world.spoil_token_requests(fault.clone(), 1);
        for _ in 0..4 {
            let answer = ada.get(INBOX).await;
            assert_eq!(answer.code(), "account_needs_user", "{fault:?}");
        }
        assert_eq!(place.world.refreshes().len(), 2 * (round + 1), "no loop");
        assert_eq!(place.world.events().await.len(), 2 * (round + 1));
        ada = ada.visitor.connect("ada").await;
        assert!(
            !ada.inbox().await.is_empty(),
            "whoever signs in has it back"
        );
    }
    4
}

async fn where_tokens_are_good_once_a_lost_request_is_nothing_lost(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    place.rotate(RefreshRotation::Strict);
    place.world.spoil_token_requests(FaultKind::ResetBefore, 1);
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(place.world.events().await, ["account.connected"]);
    2
}
