//! What one process does to sessions and accounts, the others hear.

use super::world::{LIMITS, NOW, World, grant};
use crate::vault::accounts::Finding;
use crate::vault::id::HandleDigest;
use crate::vault::news::{Heard, News};

on_every_engine![
    what_one_process_revokes_the_others_hear_once,
    who_changed_something_does_not_hear_of_it_again,
    a_plain_refresh_is_no_news,
    news_are_cleared_away_once_everybody_has_heard_them,
];

async fn what_one_process_revokes_the_others_hear_once(world: &World) {
    let (there, mut heard) = (world.another_process().await, Heard::default());
    let id = world.connect("ada", &grant("1")).await.id;
    let (old, new) = (HandleDigest::of("old"), HandleDigest::of("new"));
    let vault = &world.vault;
    vault.open_session(old, id, LIMITS, NOW).await.unwrap();
    there.news(&mut heard).await.unwrap();
    let mut steps = vec![];
    vault
        .replace_session(old, new, id, LIMITS, NOW)
        .await
        .unwrap();
    steps.push((
        there.news(&mut heard).await.unwrap(),
        vec![News::Session(old)],
    ));
    vault.end_session(new).await.unwrap();
    steps.push((
        there.news(&mut heard).await.unwrap(),
        vec![News::Session(new)],
    ));
    let finding = Finding::BlockedByPolicy {
        code: "blocked".to_owned(),
    };
    world.mark(id, world.version(id).await, finding).await;
    steps.push((
        there.news(&mut heard).await.unwrap(),
        vec![News::Account(id)],
    ));
    vault.disconnect(id, NOW).await.unwrap();
    steps.push((
        there.news(&mut heard).await.unwrap(),
        vec![News::EverySession, News::Account(id)],
    ));
    vault.end_sessions(None).await.unwrap();
    steps.push((
        there.news(&mut heard).await.unwrap(),
        vec![News::EverySession],
    ));
    for (told, expected) in steps {
        assert_eq!(told.len(), expected.len(), "{told:?} {expected:?}");
        assert!(expected.iter().all(|news| told.contains(news)), "{told:?}");
    }
    assert_eq!(there.news(&mut heard).await.unwrap(), [], "each once");
}

/// Its copies were dropped when the commit was over; those that it keeps now are newer than the news.
async fn who_changed_something_does_not_hear_of_it_again(world: &World) {
    if !world.vault.is_shared() {
        return;
    }
    let (there, mut heard) = (world.another_process().await, Heard::default());
    let (mut heard_there, handle) = (Heard::default(), HandleDigest::of("one"));
    for listener in [&mut heard, &mut heard_there] {
        world.vault.news(listener).await.unwrap();
    }
    let id = world.connect("ada", &grant("1")).await.id;
    let vault = &world.vault;
    vault.open_session(handle, id, LIMITS, NOW).await.unwrap();
    vault.end_session(handle).await.unwrap();
    there.disconnect(id, NOW).await.unwrap();
    let theirs = vault.news(&mut heard).await.unwrap();
    assert_eq!(theirs.len(), 2, "{theirs:?}");
    assert!(theirs.contains(&News::EverySession) && theirs.contains(&News::Account(id)));
    assert_eq!(vault.news(&mut heard).await.unwrap(), [], "each once");
    let ours = there.news(&mut heard_there).await.unwrap();
    assert!(ours.contains(&News::Session(handle)), "{ours:?}");
    assert!(!ours.contains(&News::EverySession), "{ours:?}");
}

async fn a_plain_refresh_is_no_news(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let (there, mut heard) = (world.another_process().await, Heard::default());
    there.news(&mut heard).await.unwrap();
    world.refresh(id, world.version(id).await, "2").await;
    assert_eq!(there.news(&mut heard).await.unwrap(), []);
}

/// D11: by the database's clock, whatever the process's says.
async fn news_are_cleared_away_once_everybody_has_heard_them(world: &World) {
    world.connect("ada", &grant("1")).await;
    assert_eq!(world.count("news").await, 0, "nobody had heard of her");
    world.connect("ada", &grant("2")).await;
    let there = world.count("news").await;
    assert_eq!(there, 1);
    let later = NOW.plus(86_400);
    assert_eq!(world.vault.purge_expired(later, 10).await.unwrap().news, 0);
    let mut transaction = world.vault.database.write().await.unwrap();
    sqlx::query("update news set at = at - 61")
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let purged = world.vault.purge_expired(NOW, 10).await.unwrap();
    assert_eq!(i64::try_from(purged.news).unwrap(), there);
    assert_eq!(world.count("news").await, 0);
}
