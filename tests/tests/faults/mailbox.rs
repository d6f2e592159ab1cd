//! Graph refuses, or wants to be left alone.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::evidence::graph_calls;

use crate::{
    place::{INBOX, Place},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F53", a_fresh_token_that_graph_refuses_is_replaced_once),
    story!("F53", graph_that_refuses_every_token_is_not_asked_in_a_loop),
    story!(
        "F54",
        patience_with_graph_is_passed_on_and_never_the_token_endpoint_s
    ),
];

async fn a_fresh_token_that_graph_refuses_is_replaced_once(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let once = Fault::next(unauthorized(), "/v1.0/");
    place.world.microsoft().add_fault(once);
    assert!(!ada.inbox().await.is_empty());
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(place.world.events().await, ["account.connected"]);
    1
}

async fn graph_that_refuses_every_token_is_not_asked_in_a_loop(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let before = graph_calls(&place.world.exchanges()).len();
    let refuses = Fault {
        times: None,
        ..Fault::next(unauthorized(), "/v1.0/")
    };
    place.world.microsoft().add_fault(refuses);
    let answer = ada.get(INBOX).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (502, "microsoft_disagrees")
    );
    let asked = graph_calls(&place.world.exchanges()).len() - before;
    assert_eq!(asked, 2, "once, and once more with a new token");
    assert_eq!(place.world.states().await, ["connected"]);
    1
}

async fn patience_with_graph_is_passed_on_and_never_the_token_endpoint_s(
    place: &Place<'_>,
) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let throttled = FaultKind::Status {
        status: 429,
        retry_after: Some(17),
    };
    let storm = Fault {
        times: None,
        ..Fault::next(throttled, "/v1.0/")
    };
    place.world.microsoft().add_fault(storm);
    for _ in 0..3 {
        let answer = ada.get(INBOX).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (429, "rate_limited")
        );
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    assert_eq!(place.world.states().await, ["connected"]);
    0
}

fn unauthorized() -> FaultKind {
    FaultKind::Status {
        status: 401,
        retry_after: None,
    }
}
