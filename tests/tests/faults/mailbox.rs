//! Graph refuses, or wants to be left alone.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::evidence::graph_calls;
use reqwest::Method;

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
    story!(
        "F55",
        half_an_attachment_is_an_error_for_the_page_and_is_not_kept
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

async fn half_an_attachment_is_an_error_for_the_page_and_is_not_kept(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let path = ada.attachment_of(MANUAL).await;
    let path = format!("/v1/accounts/{}{path}", ada.id());
    let page = ada.visitor.page();
    let whole = page.get(&path).await;
    assert_eq!((whole.status, whole.whole), (200, true));
    // More often than a mailbox has slots: each half gives its own back.
    for round in 0..6 {
        let breaks = Fault::next(FaultKind::Truncate, "/$value");
        place.world.microsoft().add_fault(breaks);
        let request = page.request(Method::GET, &path).may_break_off();
        let half = page.fetch(request).await;
        assert_eq!((half.status, half.whole), (200, false), "{round}");
        assert!(!half.body.is_empty() && half.body.len() < whole.body.len());
        let again = page.get(&path).await;
        assert_eq!((again.whole, &again.body), (true, &whole.body), "{round}");
    }
    let asked = graph_calls(&place.world.exchanges());
    let asked = asked.iter().filter(|call| call.path.ends_with("/$value"));
    assert_eq!(asked.count(), 13, "each time Graph is asked");
    0
}

const MANUAL: &str = "Draft of the operating manual, chapter 4";

fn unauthorized() -> FaultKind {
    FaultKind::Status {
        status: 401,
        retry_after: None,
    }
}
