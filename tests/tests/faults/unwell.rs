//! Microsoft is slow, away, or wants to be left alone.

use connect_outlook_emulator::scenario::{Fault, FaultKind};

use crate::{
    place::{HOUR, INBOX, Place, TOKEN, reading},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F1", an_answer_that_takes_its_time_is_waited_for_once),
    story!(
        "F2",
        an_answer_that_never_comes_is_waited_for_in_vain_and_not_for_ever
    ),
    story!("F3", an_outage_is_waited_out),
    story!(
        "F4",
        one_throttled_tenant_is_left_alone_for_as_long_as_it_says
    ),
    story!("F5", a_strange_time_to_wait_is_neither_for_ever_nor_nothing),
    story!("F52", a_host_that_cannot_be_reached_changes_nothing),
];

async fn an_answer_that_takes_its_time_is_waited_for_once(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let held = place.hold_token_request();
    let callers = [reading(&ada), reading(&ada), reading(&ada)];
    held.until_it_waits().await;
    place.world.advance(8);
    held.let_go();
    for caller in callers {
        assert_eq!(caller.await.unwrap().status, 200);
    }
    let lasts = "select cast(expires_at - obtained_at as text) from grants";
    let lasts: i64 = place.world.ask(lasts).await[0][0].parse().unwrap();
    let promised = &place.world.refreshes()[0].answer["expires_in"];
    let from_the_start = promised.as_i64().unwrap() - 8;
    assert!(lasts <= from_the_start, "R94: {lasts} of {promised}");
    1
}

/// The only story that waits for real time: as long as a request may take.
async fn an_answer_that_never_comes_is_waited_for_in_vain_and_not_for_ever(
    place: &Place<'_>,
) -> usize {
    let ada = place.ada_later().await;
    let all = Fault {
        times: None,
        ..Fault::next(FaultKind::Hold, TOKEN)
    };
    place.world.microsoft().add_fault(all);
    let answer = ada.get(INBOX).await;
    assert_eq!(answer.code(), "microsoft_unavailable", "{}", answer.body);
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(place.world.states().await, ["connected"]);
    assert_eq!(place.world.rows("grants").await, 1);
    0
}

async fn an_outage_is_waited_out(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    for (status, pause) in [(500, 2), (502, 4), (503, 8)] {
        let html = FaultKind::Html { status };
        place.world.spoil_token_requests(html, 1);
        let answer = ada.get(INBOX).await;
        assert_eq!((answer.status, answer.code().as_str()), UNAVAILABLE);
        place.world.advance(pause);
    }
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(place.world.events().await, ["account.connected"]);
    4
}

async fn one_throttled_tenant_is_left_alone_for_as_long_as_it_says(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let hedy = place.world.visitor().connect("hedy").await;
    place.world.advance(2 * HOUR);
    place.world.spoil_token_requests(throttled(30), 1);
    assert_eq!(ada.get(INBOX).await.status, 503);
    assert!(!hedy.inbox().await.is_empty(), "another tenant's");
    for _ in 0..3 {
        assert_eq!(ada.get(INBOX).await.status, 503);
        place.world.advance(9);
    }
    assert_eq!(place.world.refreshes().len(), 2, "not within the time");
    place.world.advance(8);
    assert!(!ada.inbox().await.is_empty());
    3
}

async fn a_strange_time_to_wait_is_neither_for_ever_nor_nothing(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let strange = [
        throttled(999_999_999),
        throttled(-1),
        throttled(i64::MAX),
        FaultKind::StatusUntil {
            status: 429,
            retry_after: -86_400,
        },
    ];
    for fault in strange.clone() {
        place.world.spoil_token_requests(fault.clone(), 1);
        assert_eq!(ada.get(INBOX).await.status, 503, "{fault:?}");
        place.world.advance(601);
    }
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(place.world.states().await, ["connected"]);
    strange.len() + 1
}

async fn a_host_that_cannot_be_reached_changes_nothing(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let settings = place.settings().with("insecure_entra_origin", &nowhere);
    let there = place.world.another_process_with(&settings).await;
    let there = place.at(&ada, &there);
    for _ in 0..3 {
        let answer = there.get(INBOX).await;
        assert_eq!((answer.status, answer.code().as_str()), UNAVAILABLE);
    }
    assert_eq!(place.world.states().await, ["connected"]);
    assert!(!ada.inbox().await.is_empty(), "from where it is reached");
    assert!(!there.inbox().await.is_empty(), "with the tokens that came");
    1
}

fn throttled(seconds: i64) -> FaultKind {
    FaultKind::Status {
        status: 429,
        retry_after: Some(seconds),
    }
}

const UNAVAILABLE: (u16, &str) = (503, "microsoft_unavailable");
