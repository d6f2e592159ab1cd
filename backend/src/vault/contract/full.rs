//! A disk that is full (F29): said and not covered up, nothing broken, and work goes on once there is room.

use super::world::{NOW, World, grant};
use crate::vault::VaultError;
use crate::vault::grants::Committed;

/// SQLite's own limit of pages stands for the end of the disk: the same error at the same place.
async fn limit(world: &World, pages: i64) {
    let limit = format!("pragma max_page_count = {pages}");
    let mut writer = world.vault.database.write().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(limit))
        .execute(&mut *writer)
        .await
        .unwrap();
    writer.rollback().await.unwrap();
}

/// F29
#[tokio::test]
async fn a_full_disk_is_an_error_and_no_damage_and_work_resumes() {
    let world = World::in_a_file().await;
    let ada = world.connect("ada", &grant("1")).await.id;
    let version = world.version(ada).await;
    limit(&world, 1).await;
    let mut refused = None;
    for number in 0..2_000 {
        let person = number.to_string();
        let connected = world.try_to_connect(&person, &grant("1")).await;
        if let Err(error) = connected {
            refused = Some((number, error));
            break;
        }
    }
    let (connected, error) = refused.expect("the disk is full at last");
    assert!(
        matches!(error, VaultError::Failed(_)),
        "the operator must look: {error}"
    );
    assert_eq!(
        world.count("accounts").await,
        connected + 1,
        "all or nothing"
    );

    let kept = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(kept.version, version, "what was there is there");
    let verified = world.vault.verify(|_| ()).await.unwrap();
    assert!(verified.is_good(), "{verified:?}");

    limit(&world, 1_000_000).await;
    let refreshed = world.refresh(ada, version, "2").await;
    assert!(matches!(refreshed, Committed::Written(_)));
    world.connect("newcomer", &grant("1")).await;
    let again = world.another_process().await;
    assert!(again.verify(|_| ()).await.unwrap().is_good());
}
