//! Answers of the token endpoint that do not arrive, under each way of treating used refresh tokens. After each story the
//! world is searched for secrets (I1, I7).

use connect_outlook_emulator::{RefreshRotation, scenario::FaultKind};
use connect_outlook_tests::{Connected, World, browser::Answer, story};

const HOUR: i64 = 3600;

/// Ada with a token that is over.
async fn ada_later(world: &World) -> Connected {
    let ada = world.visitor().connect("ada").await;
    world.advance(2 * HOUR);
    ada
}

/// F6, F7, F9, F10: whatever became of the answer, one more request brings tokens where the old refresh token still
/// counts, and nobody notices.
#[tokio::test]
async fn where_the_old_refresh_token_counts_a_lost_answer_is_asked_for_again() {
    for rotation in [RefreshRotation::Entra, RefreshRotation::Grace(60)] {
        for fault in [
            FaultKind::ResetBefore,
            FaultKind::ResetAfter,
            FaultKind::Truncate,
        ] {
            story(async |world| {
                let ada = ada_later(world).await;
                world.rotate(rotation);
                world.spoil_token_requests(fault.clone(), 1);
                assert!(!ada.inbox().await.is_empty(), "{rotation:?} {fault:?}");
                assert_eq!(world.refreshes().len(), 2, "{rotation:?} {fault:?}");
                assert_eq!(world.events().await, ["account.connected"]);
            })
            .await;
        }
    }
}

/// F8, R90, R92: where each is good once, the account needs its user: one try, one event, no loop. Lost before it was
/// processed is nothing lost.
#[tokio::test]
async fn where_each_refresh_token_is_good_once_a_lost_answer_needs_the_user() {
    for (fault, is_lost) in [
        (FaultKind::ResetBefore, false),
        (FaultKind::ResetAfter, true),
        (FaultKind::Truncate, true),
    ] {
        story(async |world| {
            let ada = ada_later(world).await;
            world.rotate(RefreshRotation::Strict);
            world.spoil_token_requests(fault.clone(), 1);
            for _ in 0..3 {
                let answer = ada.get("/messages?folder=inbox").await;
                let expected = if is_lost { 409 } else { 200 };
                assert_eq!(answer.status, expected, "{fault:?}: {}", answer.body);
            }
            assert_eq!(world.refreshes().len(), 2, "{fault:?}");
            let told = world.events().await;
            assert_eq!(told.len(), 1 + usize::from(is_lost), "{told:?}");
            // Whoever signs in again has everything back.
            let ada = ada.visitor.connect("ada").await;
            assert!(!ada.inbox().await.is_empty());
        })
        .await;
    }
}

/// F3, F4, F11: an unwell endpoint is left alone for a while, in which nobody's account changes.
#[tokio::test]
async fn an_unwell_endpoint_is_left_alone() {
    for fault in [
        FaultKind::Html { status: 500 },
        FaultKind::Html { status: 503 },
        FaultKind::Status {
            status: 429,
            retry_after: Some(30),
        },
        FaultKind::Status {
            status: 429,
            retry_after: Some(999_999_999),
        },
        FaultKind::Status {
            status: 429,
            retry_after: Some(-5),
        },
        FaultKind::Status {
            status: 503,
            retry_after: None,
        },
    ] {
        story(async |world| {
            let ada = ada_later(world).await;
            world.spoil_token_requests(fault.clone(), 1);
            // Without a wish of Microsoft's the first wait is a second, which may pass while one looks.
            let is_long = matches!(fault, FaultKind::Status { status: 429, .. });
            for _ in 0..if is_long { 4 } else { 1 } {
                let answer = ada.get("/messages?folder=inbox").await;
                assert_eq!(
                    answer.code(),
                    "microsoft_unavailable",
                    "{fault:?}: {}",
                    answer.body
                );
            }
            assert_eq!(world.refreshes().len(), 1, "{fault:?}");
            assert_eq!(world.states().await, ["connected"]);
            world.advance(601);
            assert!(!ada.inbox().await.is_empty(), "F5: {fault:?} ends");
            assert_eq!(world.events().await, ["account.connected"]);
        })
        .await;
    }
}

/// F4, D13: Microsoft throttles one tenant; the people of another do not notice.
#[tokio::test]
async fn a_throttled_tenant_is_spared_alone() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let hedy = world.visitor().connect("hedy").await;
        world.advance(2 * HOUR);
        world.spoil_token_requests(
            FaultKind::Status {
                status: 429,
                retry_after: Some(30),
            },
            1,
        );
        assert_eq!(
            ada.get("/messages?folder=inbox").await.code(),
            "microsoft_unavailable"
        );
        assert!(!hedy.inbox().await.is_empty());
        assert_eq!(ada.get("/messages?folder=inbox").await.status, 503);
        world.advance(34);
        assert!(!ada.inbox().await.is_empty());
        assert_eq!(world.refreshes().len(), 3);
    })
    .await;
}

/// What a caller reads who comes back when told to: on a machine with a lot to do, whoever waits for the other process is.
async fn mail(caller: &Connected) -> Answer {
    let mut answer = caller.get("/messages?folder=inbox&limit=5").await;
    for _ in 0..100 {
        if answer.status != 503 {
            break;
        }
        answer = caller.get("/messages?folder=inbox&limit=5").await;
    }
    answer
}

/// R80, R83, F36, F38: two processes, 64 callers, one lapsed token: one request, also where a second one would have
/// ended the connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_make_one_request() {
    for rotation in [RefreshRotation::Entra, RefreshRotation::Strict] {
        story(async |world| {
            let ada = ada_later(world).await;
            world.rotate(rotation);
            let there = Connected {
                visitor: ada.visitor.at(&world.another_process().await),
                ..ada.clone()
            };
            let turn = std::sync::atomic::AtomicUsize::new(0);
            let answers = world
                .all_at_once(64, || {
                    let even = turn
                        .fetch_add(1, std::sync::atomic::Ordering::SeqCst)
                        .is_multiple_of(2);
                    let caller = if even { ada.clone() } else { there.clone() };
                    async move { mail(&caller).await }
                })
                .await;
            for answer in &answers {
                assert_eq!(answer.status, 200, "{rotation:?}: {}", answer.body);
            }
            assert_eq!(world.refreshes().len(), 1, "{rotation:?}");
            assert_eq!(world.events().await, ["account.connected"]);
        })
        .await;
    }
}
