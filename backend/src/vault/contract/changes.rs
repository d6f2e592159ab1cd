//! Who keeps copies hears of every change of an account, before the one who made it goes on.

use std::sync::{Arc, Mutex};

use super::world::{NOW, World, grant};
use crate::vault::Vault;
use crate::vault::accounts::Finding;
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::{BeginRefresh, Lease};

on_every_engine![every_change_is_told_before_its_maker_goes_on];

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
