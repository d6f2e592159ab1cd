//! Who keeps copies hears of every change of an account, before the one who made it goes on.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use super::world::{LIMITS, NOW, World, grant};
use crate::vault::Vault;
use crate::vault::accounts::Finding;
use crate::vault::id::{AccountId, HandleDigest, OwnerId};
use crate::vault::news::News;
use crate::vault::refreshes::{BeginRefresh, Lease};

on_every_engine![
    every_change_is_told_before_its_maker_goes_on,
    nobody_reads_the_old_row_after_a_change_was_told
];

/// Accounts told of and not looked at yet.
type Told = Arc<Mutex<Vec<AccountId>>>;

async fn every_change_is_told_before_its_maker_goes_on(world: &World) {
    let told = Told::default();
    let list = Arc::clone(&told);
    world
        .vault
        .on_account_change(move |account| list.lock().unwrap().push(account));
    let heard = |told: &Told| std::mem::take(&mut *told.lock().unwrap());

    let id = world.connect("ada", &grant("1")).await.id;
    assert_eq!(heard(&told), [id], "a sign-in");
    world.refresh(id, world.version(id).await, "2").await;
    assert_eq!(heard(&told), [id], "tokens without a lease");
    let lease = lead(&world.vault, id, world).await;
    assert_eq!(
        heard(&told),
        [],
        "beginning changes nothing that others keep"
    );
    let grant = grant("3");
    world
        .vault
        .complete_refresh(&lease, &grant, NOW)
        .await
        .unwrap();
    assert_eq!(heard(&told), [id], "tokens");
    let lease = lead(&world.vault, id, world).await;
    let refused = world.vault.refuse_refresh(&lease, needs_admin(), NOW);
    refused.await.unwrap();
    assert_eq!(heard(&told), [id], "a refusal");
    let finding = Finding::BlockedByPolicy {
        code: "blocked".to_owned(),
    };
    world.mark(id, world.version(id).await, finding).await;
    assert_eq!(heard(&told), [id], "a finding");
    world.vault.disconnect(id, NOW).await.unwrap();
    assert_eq!(heard(&told), [id], "a disconnect");
}

/// A visitor signs out and hangs up at any moment: whoever reads after that was told finds the session ended. So no copy of
/// it can be made after the copies were dropped. A commit that has begun is carried out.
async fn nobody_reads_the_old_row_after_a_change_was_told(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let told = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&told);
    world.vault.on_change(move |news| {
        if matches!(news, News::Session(_)) {
            flag.store(true, Ordering::SeqCst);
        }
    });
    for polls in 1.. {
        let handle = HandleDigest::of(&polls.to_string());
        let opened = world.vault.open_session(handle, ada, LIMITS, NOW);
        opened.await.unwrap();
        told.store(false, Ordering::SeqCst);
        let mut ending = Box::pin(world.vault.end_session(handle));
        let ended = polled(&mut ending, polls).await;
        drop(ending);
        let mut looks = 0;
        while looks < 20 {
            let was_told = told.load(Ordering::SeqCst);
            let found = world.vault.find_session(handle, NOW).await.unwrap();
            assert!(!was_told || found.is_none(), "after {polls} steps");
            looks += 1;
        }
        if ended {
            assert!(told.load(Ordering::SeqCst));
            return;
        }
    }
}

/// Lets `work` go on so many times, or until it is done.
async fn polled<W: Future + Unpin>(work: &mut W, times: usize) -> bool {
    for _ in 0..times {
        let mut woken = false;
        let done = poll_fn(|context| {
            let polled = Pin::new(&mut *work).poll(context);
            let go_on = polled.is_ready() || woken;
            woken = true;
            if go_on {
                Poll::Ready(polled.is_ready())
            } else {
                Poll::Pending
            }
        });
        if done.await {
            return true;
        }
    }
    false
}

fn needs_admin() -> Finding {
    Finding::NeedsAdmin {
        code: "admin".to_owned(),
    }
}

async fn lead(vault: &Vault, account: AccountId, world: &World) -> Lease {
    let version = world.version(account).await;
    let begun = vault.begin_refresh(account, version, OwnerId::new().unwrap(), 0);
    match begun.await.unwrap() {
        BeginRefresh::Lead(lease) => lease,
        other => panic!("{other:?}"),
    }
}
