//! Events of the deployment: once, whoever notices first.

use super::world::{NOW, World};
use crate::vault::deployment::DeploymentEvent;

on_every_engine![
    an_end_is_announced_once_over_all_processes,
    each_step_and_each_credential_is_an_announcement_of_its_own,
];

async fn an_end_is_announced_once_over_all_processes(world: &World) {
    let there = world.another_process().await;
    let end = NOW.plus(30 * 86_400);
    let mut announcing = Vec::new();
    for number in 0..16 {
        let vault = if number % 2 == 0 {
            world.vault.clone()
        } else {
            there.clone()
        };
        announcing.push(tokio::spawn(async move {
            vault.announce_end("secret 1", end, 30, NOW).await.unwrap()
        }));
    }
    let mut first = 0;
    for announced in announcing {
        first += u32::from(announced.await.unwrap());
    }
    assert_eq!(first, 1);
    let [event] = world
        .vault
        .deployment_events(10)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    let DeploymentEvent {
        kind,
        payload,
        created_at,
        ..
    } = event;
    assert_eq!((kind.as_str(), created_at), ("credential.expiring", NOW));
    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
    assert_eq!(
        payload,
        serde_json::json!({"credential": "secret 1", "expires_at": end.0, "days_left": 30})
    );
}

async fn each_step_and_each_credential_is_an_announcement_of_its_own(world: &World) {
    let vault = &world.vault;
    let end = NOW.plus(86_400);
    for (credential, end, days) in [
        ("secret 1", end, 7),
        ("secret 1", end, 0),
        ("secret 2", end, 7),
        ("secret 1", end.plus(1), 7),
    ] {
        assert!(
            vault
                .announce_end(credential, end, days, NOW)
                .await
                .unwrap()
        );
        assert!(
            !vault
                .announce_end(credential, end, days, NOW)
                .await
                .unwrap()
        );
    }
    let events = vault.deployment_events(10).await.unwrap();
    let expired = events
        .iter()
        .filter(|event| event.kind == "credential.expired");
    assert_eq!((events.len(), expired.count()), (4, 1));
    assert_eq!(vault.deployment_events(3).await.unwrap().len(), 3);
}
