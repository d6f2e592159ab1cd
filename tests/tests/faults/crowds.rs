//! More of everything than there is room for, and a stop in the middle of it.

use serde_json::json;
use tokio::net::TcpStream;

use crate::{
    place::{INBOX, Place, moment, reading},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F65", a_stop_under_load_loses_nothing_that_was_acknowledged),
    story!("F66", a_thousand_attempts_that_nobody_ends_are_cleared_away),
    story!("F71", without_free_file_descriptors_new_connections_wait),
    story!("F72", a_crowd_is_served_within_a_quarter_of_a_gigabyte),
];

async fn a_stop_under_load_loses_nothing_that_was_acknowledged(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    place.lives_of_tokens(Some(120));
    let visitor = place.world.visitor().at(&process.url);
    let ada = visitor.connect("ada").await;
    place.lives_of_tokens(None);
    let held = place.hold_token_request();
    let callers: Vec<_> = (0..32).map(|_| reading(&ada)).collect();
    held.until_it_waits().await;
    process.signal("TERM").await;
    process.says("stopping: no new connections").await;
    held.let_go();
    let mut answered = 0;
    for caller in callers {
        // Whoever had not been accepted yet finds the door closed.
        let Ok(answer) = caller.await else { continue };
        assert_eq!(answer.status, 200, "{}", answer.body);
        answered += 1;
    }
    assert!(answered > 0);
    assert!(process.ended_well().await);
    assert_eq!(place.world.refreshes().len(), 1);
    // The tokens that were under way are there.
    let here = place.at(&ada, place.world.site());
    assert!(!here.inbox().await.is_empty());
    1
}

async fn a_thousand_attempts_that_nobody_ends_are_cleared_away(place: &Place<'_>) -> usize {
    let visitors: Vec<_> = (0..8).map(|_| place.world.visitor()).collect();
    let many = visitors.iter().map(|visitor| {
        let visitor = visitor.clone();
        tokio::spawn(async move {
            for _ in 0..125 {
                visitor.page().start_attempt(&json!({})).await;
            }
        })
    });
    for one in many.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let open = place.world.rows("attempts").await;
    assert!(open <= 1_000, "{open}");
    place.world.advance(25 * 3_600);
    place.world.tidy().await;
    assert_eq!(place.world.rows("attempts").await, 0);
    place.world.visitor().connect("ada").await;
    0
}

async fn without_free_file_descriptors_new_connections_wait(place: &Place<'_>) -> usize {
    let mut process = Process::start_with_files(place, 64).await;
    let visitor = place.world.visitor().at(&process.url);
    let ada = visitor.connect("ada").await;
    let address = format!("127.0.0.1:{}", process.url.port().unwrap());
    let mut idle = Vec::new();
    for _ in 0..80 {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    process.says("cannot accept connections").await;
    drop(idle);
    while ada.get(INBOX).await.status != 200 {
        moment().await;
    }
    process.kill().await;
    0
}

async fn a_crowd_is_served_within_a_quarter_of_a_gigabyte(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let visitor = place.world.visitor().at(&process.url);
    let ada = visitor.connect("ada").await;
    let large = json!({"code_challenge": "x".repeat(60_000), "code_challenge_method": "S256"});
    for _ in 0..2 {
        let crowd: Vec<_> = (0..256)
            .map(|number| {
                let (ada, large) = (ada.clone(), large.clone());
                tokio::spawn(async move {
                    if number % 8 == 0 {
                        ada.get(INBOX).await
                    } else {
                        ada.visitor.page().post("/v1/attempts", &large).await
                    }
                })
            })
            .collect();
        for one in crowd {
            let status = one.await.unwrap().status;
            assert!([200, 400, 413, 429, 503].contains(&status), "{status}");
        }
    }
    assert_eq!(ada.get(INBOX).await.status, 200);
    let most = process.most_memory();
    assert!(most < 256 * 1_024, "{most} KiB");
    process.kill().await;
    0
}
