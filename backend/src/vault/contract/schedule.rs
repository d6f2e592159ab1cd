//! What is due without anybody asking, whose work it is, and the order of all events.

use std::collections::HashMap;

use super::world::{NOW, World, grant, profile};
use crate::clock::UnixTime;
use crate::vault::accounts::{Account, Finding, Identity};
use crate::vault::grants::{Grant, Schedule};
use crate::vault::id::{AccountId, OwnerId};

on_every_engine![
    what_is_due_comes_by_urgency_and_by_tenant,
    what_does_not_work_is_never_due,
    a_postponement_counts_for_the_tokens_it_was_made_for,
    an_account_in_use_is_due_before_its_token_lapses,
    an_end_is_kept_through_refreshes_and_set_anew_by_a_sign_in,
    a_duty_is_one_processs_at_a_time,
    all_events_stand_in_the_order_of_their_commits,
    accounts_are_listed_page_by_page,
];

/// Tokens due so many seconds from now, whose access token is over so many seconds from now.
fn due(refresh: i64, over: i64) -> Grant {
    Grant {
        expires_at: NOW.plus(over),
        schedule: Schedule {
            ahead_at: NOW.plus(refresh),
            refresh_at: NOW.plus(refresh),
            in_use: false,
        },
        ..grant("1")
    }
}

/// A person of a tenant.
async fn connect(world: &World, tenant: u8, person: u8, grant: &Grant) -> Account {
    let identity = Identity::new(
        &format!("00000000-0000-4000-8000-0000000000{tenant:02x}"),
        &format!("00000000-0000-4000-8000-0000000001{person:02x}"),
    );
    let (identity, profile) = (identity.unwrap(), profile("somebody"));
    let connected = world.vault.connect_account(&identity, &profile, grant, NOW);
    connected.await.unwrap()
}

async fn due_at(world: &World, later: i64, per_tenant: u32, limit: u32) -> Vec<AccountId> {
    let due = world
        .vault
        .due(NOW.plus(later), per_tenant, limit)
        .await
        .unwrap();
    due.into_iter().map(|due| due.account).collect()
}

/// D13: a tenant with many accounts does not keep the others waiting; whose token serves still comes first.
async fn what_is_due_comes_by_urgency_and_by_tenant(world: &World) {
    let late = connect(world, 1, 1, &due(-90, 600)).await.id;
    let later = connect(world, 1, 2, &due(-80, 600)).await.id;
    let lapsed = connect(world, 1, 3, &due(-900, -60)).await.id;
    let other = connect(world, 2, 1, &due(-10, 600)).await.id;
    let not_yet = connect(world, 2, 2, &due(10, 600)).await.id;
    assert_eq!(due_at(world, 0, 10, 10).await, [late, later, other, lapsed]);
    assert_eq!(
        due_at(world, 10, 10, 10).await,
        [late, later, other, not_yet, lapsed]
    );
    assert_eq!(due_at(world, 0, 2, 10).await, [late, other, lapsed]);
    assert_eq!(due_at(world, 0, 10, 2).await, [late, later]);
    let tenants: Vec<_> = world.vault.due(NOW, 10, 10).await.unwrap();
    assert_eq!(tenants[2].tenant, "00000000-0000-4000-8000-000000000002");
}

async fn what_does_not_work_is_never_due(world: &World) {
    let ada = connect(world, 1, 1, &due(-90, 600)).await.id;
    let alan = connect(world, 1, 2, &due(-90, 600)).await.id;
    let without = Grant {
        refresh_token: None,
        ..due(-90, 600)
    };
    connect(world, 1, 3, &without).await;
    assert_eq!(due_at(world, 0, 10, 10).await.len(), 2);
    let finding = Finding::NeedsAdmin {
        code: "admin".to_owned(),
    };
    world.mark(ada, world.version(ada).await, finding).await;
    world.vault.disconnect(alan, NOW).await.unwrap();
    assert_eq!(due_at(world, 0, 10, 10).await, []);
}

async fn a_postponement_counts_for_the_tokens_it_was_made_for(world: &World) {
    let ada = connect(world, 1, 1, &due(-90, 600)).await.id;
    let version = world.version(ada).await;
    world
        .vault
        .postpone(ada, version, NOW.plus(60))
        .await
        .unwrap();
    assert_eq!(due_at(world, 59, 10, 10).await, []);
    assert_eq!(due_at(world, 60, 10, 10).await, [ada]);
    let newer = due(-5, 600);
    let committed = world.vault.commit_refresh(ada, version, &newer, NOW);
    committed.await.unwrap();
    world
        .vault
        .postpone(ada, version, NOW.plus(60))
        .await
        .unwrap();
    assert_eq!(due_at(world, 0, 10, 10).await, [ada]);
}

/// R93: noted uses bring an account from the weekly touch to before the end of its access token, and never put it off.
async fn an_account_in_use_is_due_before_its_token_lapses(world: &World) {
    let idle = Grant {
        schedule: Schedule {
            ahead_at: NOW.plus(3_000),
            refresh_at: NOW.plus(500_000),
            in_use: false,
        },
        ..grant("1")
    };
    let ada = connect(world, 1, 1, &idle).await.id;
    let alan = connect(world, 1, 2, &due(100, 3_600)).await.id;
    assert_eq!(due_at(world, 3_000, 10, 10).await, [alan]);
    let uses = HashMap::from([(ada, NOW.plus(60)), (alan, NOW.plus(70))]);
    world.vault.note_uses(&uses).await.unwrap();
    assert_eq!(due_at(world, 3_000, 10, 10).await, [alan, ada]);
    let tokens = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(
        (tokens.used_at, tokens.refresh_at),
        (NOW.plus(60), NOW.plus(3_000))
    );
    // A note that comes late, and a refresh that nobody waits for, leave the latest use.
    let earlier = HashMap::from([(ada, NOW.plus(5))]);
    world.vault.note_uses(&earlier).await.unwrap();
    world.vault.note_uses(&HashMap::new()).await.unwrap();
    let committed = world
        .vault
        .commit_refresh(ada, tokens.version, &idle, NOW.plus(3_000));
    committed.await.unwrap();
    let tokens = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(
        (tokens.used_at, tokens.refresh_at),
        (NOW.plus(60), NOW.plus(500_000))
    );
}

async fn an_end_is_kept_through_refreshes_and_set_anew_by_a_sign_in(world: &World) {
    let ends = |later| Grant {
        ends_at: Some(NOW.plus(later)),
        ..grant("1")
    };
    let ada = connect(world, 1, 1, &ends(86_400)).await.id;
    connect(world, 1, 2, &grant("2")).await;
    let refreshed = world.refresh(ada, world.version(ada).await, "3").await;
    assert!(matches!(
        refreshed,
        crate::vault::grants::Committed::Written(_)
    ));
    assert!(
        world
            .vault
            .ending(NOW.plus(86_400), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let ending = world.vault.ending(NOW.plus(86_401), 10).await.unwrap();
    assert_eq!(ending.len(), 1);
    assert_eq!(
        (ending[0].account, ending[0].ends_at),
        (ada, NOW.plus(86_400))
    );
    let reconnect_by = ending[0].ends_at;
    world
        .mark(ada, ending[0].version, Finding::Expiring { reconnect_by })
        .await;
    assert!(
        world
            .vault
            .ending(NOW.plus(86_401), 10)
            .await
            .unwrap()
            .is_empty(),
        "told once"
    );
    connect(world, 1, 1, &ends(172_800)).await;
    let tokens = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(tokens.ends_at, Some(NOW.plus(172_800)));
}

/// R81: by the database's clock; who has it keeps it, who dies loses it.
async fn a_duty_is_one_processs_at_a_time(world: &World) {
    let (vault, [ours, theirs]) = (
        &world.vault,
        [OwnerId::new().unwrap(), OwnerId::new().unwrap()],
    );
    let take = |owner, ahead| vault.take_duty("sweeping", owner, ahead, 60);
    assert!(take(ours, 0).await.unwrap());
    assert!(!take(theirs, 0).await.unwrap());
    assert!(take(ours, 10).await.unwrap(), "it is prolonged");
    assert!(!take(theirs, 60).await.unwrap());
    assert!(take(theirs, 71).await.unwrap(), "it has lapsed");
    assert!(!take(ours, 71).await.unwrap());
    vault.leave_duty("sweeping", ours).await.unwrap();
    assert!(
        !take(ours, 71).await.unwrap(),
        "it was not ours to give back"
    );
    vault.leave_duty("sweeping", theirs).await.unwrap();
    assert!(take(ours, 71).await.unwrap());
    assert!(take(theirs, -3_600).await.unwrap(), "F40: a clock put back");
    assert!(vault.take_duty("mopping", ours, 0, 60).await.unwrap());
}

/// R153: who reads on from where he stopped misses nothing, however many processes write.
async fn all_events_stand_in_the_order_of_their_commits(world: &World) {
    let mut writers = Vec::new();
    for person in 0..6 {
        let process = world.another_process().await;
        let account = connect(world, 1, person, &grant("1")).await.id;
        writers.push(tokio::spawn(async move {
            for _ in 0..4 {
                let tokens = process.tokens(account, NOW).await.unwrap().unwrap();
                let code = "code".to_owned();
                let finding = Finding::NeedsAdmin { code };
                process
                    .mark(account, tokens.version, finding, NOW)
                    .await
                    .unwrap();
                let newer = grant("2");
                let committed = process.commit_refresh(account, tokens.version, &newer, NOW);
                committed.await.unwrap();
            }
        }));
    }
    let mut read = 0;
    while writers.iter().any(|writer| !writer.is_finished()) {
        read = read_on(world, read).await;
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(read_on(world, read).await, 6 * (1 + 4 * 2));
}

/// Reads what came after a position: without gaps.
async fn read_on(world: &World, mut position: i64) -> i64 {
    for event in world.vault.told_after(position, 1_000).await.unwrap() {
        assert_eq!(event.position, position + 1);
        position = event.position;
    }
    position
}

async fn accounts_are_listed_page_by_page(world: &World) {
    let mut ids = Vec::new();
    for person in 0..5 {
        ids.push(connect(world, 1, person, &grant("1")).await.id);
    }
    world.vault.disconnect(ids[3], NOW).await.unwrap();
    ids.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = world.vault.accounts_after(after, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.account.id);
        seen.extend(page);
    }
    assert_eq!(
        seen.iter()
            .map(|listed| listed.account.id)
            .collect::<Vec<_>>(),
        ids
    );
    for listed in seen {
        let works = listed.account.state.works();
        assert_eq!(listed.grant.is_some(), works);
        if let Some(facts) = listed.grant {
            assert_eq!(facts.obtained_at, NOW);
            assert_eq!(facts.unreadable_since, None::<UnixTime>);
            assert_eq!(facts.scopes.to_string(), "Mail.Read User.Read");
        }
    }
}
