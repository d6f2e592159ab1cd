//! What operators see of limits, queues and memory: each is counted where it happens.

use axum::http::StatusCode;
use connect_outlook_backend::meters::Meters;
use serde_json::json;

use super::world::World;

fn has(meters: &Meters, line: &str) {
    let text = meters.render();
    assert!(
        text.lines().any(|written| written == line),
        "{line}\n{text}"
    );
}

/// D6, D14: what is turned away, what is answered from memory, and what is kept there.
#[tokio::test]
async fn limits_and_memory_are_counted() {
    let meters = Meters::default();
    let _counting = metrics::set_default_local_recorder(&meters);
    let world = World::start_with(&[("limit_mail", "2"), ("open_attempts", "1")]).await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    let list = format!("/v1/accounts/{id}/messages");
    for _ in 0..2 {
        assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    }
    assert_eq!(ada.get(&list).await.status, StatusCode::TOO_MANY_REQUESTS);
    has(&meters, "connect_outlook_refused_total{limit=\"mail\"} 1");
    for of in ["session", "token"] {
        let asked = "connect_outlook_copies_asked_total";
        has(
            &meters,
            &format!("{asked}{{of=\"{of}\",result=\"miss\"}} 1"),
        );
        has(&meters, &format!("{asked}{{of=\"{of}\",result=\"hit\"}} 1"));
    }
    world.backend.tidy().await;
    has(&meters, "connect_outlook_copies{of=\"session\"} 1");
    has(&meters, "connect_outlook_copies{of=\"token\"} 1");
    ada.begin(&json!({})).await;
    let body = json!({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"});
    world.browser().post("/v1/attempts", &body).await;
    has(
        &meters,
        "connect_outlook_queue_overflows_total{queue=\"open_attempts\"} 1",
    );
    assert_eq!(
        ada.delete("/v1/session").await.status,
        StatusCode::NO_CONTENT
    );
    world.backend.tidy().await;
    has(&meters, "connect_outlook_copies{of=\"session\"} 0");
}

/// D5, D6: five calls of one mailbox at once: one of them waits.
#[tokio::test]
async fn waiting_for_a_turn_is_counted() {
    let meters = Meters::default();
    let _counting = metrics::set_default_local_recorder(&meters);
    let world = World::start().await;
    let mut ada = world.browser();
    let id = ada.connect().await;
    // The list, and seven names to find out what each folder is for.
    let folders = format!("/v1/accounts/{id}/folders");
    assert_eq!(ada.get(&folders).await.status, StatusCode::OK);
    has(
        &meters,
        "connect_outlook_queue_waits_total{queue=\"mailbox\"} 3",
    );
    let text = meters.render();
    assert!(
        text.contains("connect_outlook_queue_wait_seconds_count{queue=\"mailbox\"} 10\n"),
        "{text}"
    );
}
