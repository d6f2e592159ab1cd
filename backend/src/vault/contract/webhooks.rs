//! Webhooks: every event to everybody who wants it, once, in its order, and again when it is asked for. Trying it is in
//! `webhook_tries`.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use super::world::{NOW, World, grant};
use crate::clock::UnixTime;
use crate::vault::accounts::Finding;
use crate::vault::id::{AccountId, EventId, OwnerId, WebhookId};
use crate::vault::webhooks::{
    AddWebhookError, Delivery, DeliveryState, Ended, MOST_WAITING, MOST_WEBHOOKS, NewWebhook,
    TryEnd, Webhook,
};
use crate::vault::{Vault, VaultError};

on_every_engine![
    every_event_goes_to_everybody_who_wants_it,
    what_was_before_is_not_told,
    processes_that_spread_at_once_make_each_delivery_once,
    one_event_is_told_again_by_its_own_name,
    everything_since_a_moment_is_told_again,
    what_waits_is_bounded_and_the_oldest_first,
    two_secrets_sign_until_the_window_ends,
    a_deployment_has_so_many_and_each_goes_with_its_deliveries,
    deliveries_that_are_over_are_forgotten_in_batches,
];

pub(super) async fn add(world: &World, name: &str, event_types: &[&str]) -> WebhookId {
    let url = format!("https://{name}.example/hooks");
    let new = NewWebhook {
        key: None,
        url: &url,
        description: name,
        event_types: event_types.iter().map(|one| (*one).to_owned()).collect(),
    };
    world.vault.add_webhook(&new, NOW).await.unwrap().0
}

/// A webhook with two secrets and two tests that wait.
pub(super) async fn rotated(world: &World, name: &str) -> WebhookId {
    let id = add(world, name, &[]).await;
    let rotated = world.vault.rotate_webhook_secret(id, 3_600, NOW).await;
    assert!(rotated.unwrap().is_some());
    for _ in 0..2 {
        assert!(world.vault.test_webhook(id, NOW).await.unwrap().is_some());
    }
    id
}

pub(super) async fn take(world: &World, id: WebhookId) -> Result<Option<Delivery>, VaultError> {
    take_at(&world.vault, id, NOW).await
}

pub(super) async fn take_at(
    vault: &Vault,
    id: WebhookId,
    now: UnixTime,
) -> Result<Option<Delivery>, VaultError> {
    vault
        .take_delivery(id, OwnerId::new().unwrap(), 0, now)
        .await
}

pub(super) async fn taken_at(world: &World, id: WebhookId, now: UnixTime) -> Delivery {
    take_at(&world.vault, id, now).await.unwrap().unwrap()
}

pub(super) async fn spread(world: &World) -> u64 {
    world.vault.spread_events(NOW).await.unwrap().made
}

pub(super) async fn end(world: &World, delivery: &Delivery, end: TryEnd, now: UnixTime) -> Ended {
    world.vault.end_delivery(delivery, end, now).await.unwrap()
}

pub(super) fn failed(again_at: Option<UnixTime>) -> TryEnd {
    TryEnd::Failed {
        result: "refused",
        status: Some(500),
        again_at,
        quiet_until: None,
    }
}

pub(super) const TAKEN: TryEnd = TryEnd::Delivered { status: 204 };

/// Everything that waits, in the order in which it is told.
pub(super) async fn drained(world: &World, id: WebhookId, now: UnixTime) -> Vec<(String, String)> {
    let mut told = Vec::new();
    while let Some(delivery) = take_at(&world.vault, id, now).await.unwrap() {
        told.push((delivery.kind.clone(), delivery.event.to_string()));
        assert_eq!(end(world, &delivery, TAKEN, now).await, Ended::Recorded);
    }
    told
}

pub(super) fn kinds(told: &[(String, String)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

pub(super) async fn facts(world: &World, id: WebhookId) -> Webhook {
    world.vault.webhook(id).await.unwrap().unwrap()
}

pub(super) async fn states(world: &World, id: WebhookId) -> Vec<DeliveryState> {
    let page = world.vault.webhook_deliveries(id, None, 100).await.unwrap();
    page.deliveries.iter().map(|one| one.state).collect()
}

pub(super) async fn carry_out(world: &World, statement: &str) {
    let mut transaction = world.vault.database.write().await.unwrap();
    sqlx::query(AssertSqlSafe(statement.to_owned()))
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

/// Every lease is over, as if its process had died a while ago.
pub(super) async fn leases_lapse(world: &World) {
    carry_out(
        world,
        "update webhook_deliveries set leased_until = 1 where leased_until > 0",
    )
    .await;
}

pub(super) async fn needs_user(world: &World, account: AccountId) {
    let finding = Finding::NeedsUser {
        code: "sign_in_again".to_owned(),
        claims: None,
    };
    let version = world.version(account).await;
    world.mark(account, version, finding).await;
}

/// R153: those of the deployment too, in the order of their commits.
async fn every_event_goes_to_everybody_who_wants_it(world: &World) {
    let all = add(world, "all", &[]).await;
    let some = add(world, "some", &["account.needs_user"]).await;
    let ada = world.connect("ada", &grant("1")).await.id;
    needs_user(world, ada).await;
    world
        .vault
        .announce_end("secret 1", NOW, 7, NOW)
        .await
        .unwrap();
    assert_eq!(spread(world).await, 4);
    assert_eq!(spread(world).await, 0, "once");
    let told = drained(world, all, NOW).await;
    assert_eq!(
        kinds(&told),
        [
            "account.connected",
            "account.needs_user",
            "credential.expiring"
        ]
    );
    let events = world.vault.told_after(0, 10).await.unwrap();
    let ids: Vec<_> = events.iter().map(|event| event.id.to_string()).collect();
    let own: Vec<_> = told.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(own, ids, "under their own names");
    assert_eq!(
        kinds(&drained(world, some, NOW).await),
        ["account.needs_user"]
    );
    assert_eq!(states(world, all).await, [DeliveryState::Delivered; 3]);
}

async fn what_was_before_is_not_told(world: &World) {
    world.connect("ada", &grant("1")).await;
    let late = add(world, "late", &[]).await;
    assert_eq!(spread(world).await, 0);
    world.connect("grace", &grant("1")).await;
    assert_eq!(spread(world).await, 1);
    let delivery = taken_at(world, late, NOW).await;
    let data: serde_json::Value = serde_json::from_str(&delivery.data).unwrap();
    assert_eq!(
        (&data["state"], &data["sequence"]),
        (&"connected".into(), &1.into())
    );
}

async fn processes_that_spread_at_once_make_each_delivery_once(world: &World) {
    let id = add(world, "crm", &[]).await;
    for number in 0..30 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    let there = world.another_process().await;
    let mut at_it = Vec::new();
    for number in 0..8 {
        let vault = [&world.vault, &there][number % 2].clone();
        at_it.push(tokio::spawn(async move { vault.spread_events(NOW).await }));
    }
    let mut made = 0;
    for one in at_it {
        made += one.await.unwrap().map_or(0, |spread| spread.made);
    }
    made += spread(world).await;
    assert_eq!(made, 30);
    let told: BTreeSet<_> = drained(world, id, NOW).await.into_iter().collect();
    assert_eq!(told.len(), 30);
}

/// Whatever became of it, also while somebody is at it, and also if it happened before the webhook was there.
async fn one_event_is_told_again_by_its_own_name(world: &World) {
    world.connect("ada", &grant("1")).await;
    let before = world.vault.told_after(0, 1).await.unwrap()[0].id;
    let id = add(world, "crm", &["account.needs_user"]).await;
    let vault = &world.vault;
    assert!(vault.redeliver_event(id, before, NOW).await.unwrap());
    let first = taken_at(world, id, NOW).await;
    assert_eq!(first.event, before);
    assert!(vault.redeliver_event(id, before, NOW).await.unwrap());
    let second = taken_at(world, id, NOW).await;
    assert_eq!(second.event, before);
    assert_eq!(end(world, &first, TAKEN, NOW).await, Ended::Overtaken);
    assert_eq!(end(world, &second, TAKEN, NOW).await, Ended::Recorded);
    let unknown = EventId::random().unwrap();
    assert!(!vault.redeliver_event(id, unknown, NOW).await.unwrap());
}

async fn everything_since_a_moment_is_told_again(world: &World) {
    let id = add(world, "crm", &[]).await;
    for number in 0..3 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    spread(world).await;
    assert_eq!(drained(world, id, NOW).await.len(), 3);
    carry_out(
        world,
        "update events set created_at = created_at - 100 where position = 1",
    )
    .await;
    let vault = &world.vault;
    assert_eq!(vault.redeliver_since(id, NOW, NOW).await.unwrap(), 2);
    assert_eq!(drained(world, id, NOW).await.len(), 2);
    assert_eq!(
        vault
            .redeliver_since(id, NOW.plus(-100), NOW)
            .await
            .unwrap(),
        3
    );
    assert_eq!(drained(world, id, NOW).await.len(), 3);
    assert_eq!(
        vault.redeliver_since(id, NOW.plus(1), NOW).await.unwrap(),
        0
    );
}

/// R157: what is beyond stays where it is, and comes when there is room.
async fn what_waits_is_bounded_and_the_oldest_first(world: &World) {
    let id = add(world, "crm", &[]).await;
    world.connect("ada", &grant("1")).await;
    spread(world).await;
    let many = format!(
        "with recursive numbers(number) as (select 2 union all select number + 1 from numbers where number < {MOST_WAITING})
         insert into webhook_deliveries (
            webhook_id, event_id, account_id, position, kind, data, happened_at,
            state, tries, due_at, owner, fencing, leased_until, created_at
         )
         select webhook_id, event_id || number, '', 0, kind, data, happened_at,
            state, tries, due_at, owner, fencing, leased_until, created_at
         from webhook_deliveries, numbers"
    );
    // SQLite takes it as a prefix, PostgreSQL too.
    carry_out(world, &many).await;
    world.connect("grace", &grant("1")).await;
    let full = world.vault.spread_events(NOW).await.unwrap();
    assert_eq!((full.made, full.full), (0, 1));
    assert_eq!(facts(world, id).await.waiting, MOST_WAITING.unsigned_abs());
    let (waiting, oldest) = world.vault.webhooks_behind().await.unwrap();
    assert_eq!((waiting, oldest), (MOST_WAITING.unsigned_abs(), Some(NOW)));
    carry_out(world, "delete from webhook_deliveries where position = 0").await;
    assert_eq!(spread(world).await, 1);
    assert_eq!(drained(world, id, NOW).await.len(), 2);
}

/// F64, R151: and then the old one is destroyed.
async fn two_secrets_sign_until_the_window_ends(world: &World) {
    let id = add(world, "crm", &[]).await;
    for _ in 0..5 {
        world.vault.test_webhook(id, NOW).await.unwrap();
    }
    let secrets = async |now| {
        let delivery = taken_at(world, id, now).await;
        end(world, &delivery, TAKEN, now).await;
        delivery.secrets
    };
    let [first] = secrets(NOW).await.try_into().unwrap();
    let rotate = || world.vault.rotate_webhook_secret(id, 60, NOW);
    let second = rotate().await.unwrap().unwrap();
    assert_eq!(secrets(NOW.plus(59)).await, [second.clone(), first]);
    assert_eq!(secrets(NOW.plus(60)).await, std::slice::from_ref(&second));
    let third = rotate().await.unwrap().unwrap();
    assert_eq!(
        secrets(NOW).await,
        [third.clone(), second],
        "two, and never three"
    );
    let purged = world.vault.purge_expired(NOW.plus(59), 10).await.unwrap();
    assert_eq!(purged.webhook_secrets, 0);
    let purged = world.vault.purge_expired(NOW.plus(60), 10).await.unwrap();
    assert_eq!(purged.webhook_secrets, 1);
    assert_eq!(
        world
            .count("webhooks where sealed_previous_secret is not null")
            .await,
        0
    );
    assert_eq!(secrets(NOW).await, [third]);
}

/// D4
async fn a_deployment_has_so_many_and_each_goes_with_its_deliveries(world: &World) {
    let mut ids = Vec::new();
    for number in 0..MOST_WEBHOOKS {
        ids.push(add(world, &number.to_string(), &[]).await);
    }
    let new = NewWebhook {
        key: None,
        url: "https://one-more.example/",
        description: "",
        event_types: Vec::new(),
    };
    let refused = world.vault.add_webhook(&new, NOW).await;
    assert!(matches!(refused, Err(AddWebhookError::TooMany)));
    world.connect("ada", &grant("1")).await;
    assert_eq!(spread(world).await, MOST_WEBHOOKS.unsigned_abs());
    assert!(world.vault.remove_webhook(ids[0]).await.unwrap());
    assert!(!world.vault.remove_webhook(ids[0]).await.unwrap());
    assert_eq!(world.count("webhook_deliveries").await, MOST_WEBHOOKS - 1);
    assert!(world.vault.add_webhook(&new, NOW).await.is_ok());
}

/// D11: what waits is kept, however old.
async fn deliveries_that_are_over_are_forgotten_in_batches(world: &World) {
    let id = add(world, "crm", &[]).await;
    for number in 0..25 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    spread(world).await;
    for _ in 0..20 {
        let delivery = taken_at(world, id, NOW).await;
        end(world, &delivery, TAKEN, NOW).await;
    }
    let month = NOW.plus(30 * 86_400);
    let purge = async |now| world.vault.purge_expired(now, 8).await.unwrap().deliveries;
    assert_eq!(purge(month.plus(-1)).await, 0);
    let mut rounds = Vec::new();
    for _ in 0..4 {
        rounds.push(purge(month).await);
    }
    assert_eq!(rounds, [8, 8, 4, 0]);
    assert_eq!(drained(world, id, month).await.len(), 5);
}
