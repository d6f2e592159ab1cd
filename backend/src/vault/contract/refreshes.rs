//! Refreshes: one leads, and what it leaves behind when it dies.

use super::webhooks::carry_out;
use super::world::{INTENTS, NOW, World, grant};
use crate::vault::accounts::{AccountState, Finding, Marked};
use crate::vault::events::EventKind;
use crate::vault::grants::{Committed, GrantVersion};
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::{Answer, BeginRefresh, LEASE_LIFE, Lease};

on_every_engine![
    one_leads_and_others_wait,
    a_refresh_is_done_once_for_all_who_wait,
    a_lease_lapses_by_the_clock_of_the_database,
    a_clock_put_back_locks_nobody_out,
    a_stale_owner_gives_back_nothing,
    a_stale_owner_does_not_judge,
    a_number_given_twice_is_not_the_same_lease,
    tokens_that_come_late_do_not_replace_newer_ones,
    tokens_that_come_late_are_kept_while_nothing_is_newer,
    a_commit_repeated_is_not_applied_twice,
    a_refusal_is_told_once_and_ends_the_refresh,
    an_account_that_does_not_work_is_not_refreshed,
    a_disconnect_outruns_the_refresh,
    a_sign_in_outruns_the_refresh,
];

/// Two processes.
fn owners() -> [OwnerId; 2] {
    [OwnerId::new().unwrap(), OwnerId::new().unwrap()]
}

async fn begin(world: &World, seen: (AccountId, GrantVersion), owner: OwnerId) -> BeginRefresh {
    begin_at(world, seen, owner, 0).await
}

async fn begin_at(
    world: &World,
    (account, version): (AccountId, GrantVersion),
    owner: OwnerId,
    ahead: i64,
) -> BeginRefresh {
    let begun = world.vault.begin_refresh(account, version, owner, ahead);
    begun.await.unwrap()
}

async fn lead(world: &World, seen: (AccountId, GrantVersion), owner: OwnerId, ahead: i64) -> Lease {
    match begin_at(world, seen, owner, ahead).await {
        BeginRefresh::Lead(lease) => lease,
        other => panic!("{other:?} instead of a lease"),
    }
}

async fn complete(world: &World, lease: &Lease, name: &str) -> Committed {
    let grant = grant(name);
    let completed = world.vault.complete_refresh(lease, &grant, NOW);
    completed.await.unwrap()
}

/// Ada, and the tokens that everybody has seen.
async fn ada(world: &World) -> (AccountId, GrantVersion) {
    let id = world.connect("ada", &grant("1")).await.id;
    (id, world.version(id).await)
}

async fn access_token(world: &World, account: AccountId) -> String {
    let tokens = world.vault.tokens(account, NOW).await.unwrap().unwrap();
    tokens.access_token.expose().to_owned()
}

fn needs_user() -> Finding {
    Finding::NeedsUser {
        code: "sign_in_again".to_owned(),
        claims: None,
    }
}

/// R80: also the leader's own process, asking a second time, waits.
async fn one_leads_and_others_wait(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let lease = lead(world, seen, ours, 0).await;
    assert_eq!((lease.account(), lease.version()), seen);
    assert_eq!(lease.unanswered(), 0);
    for owner in [theirs, ours] {
        let until = lease.until();
        assert_eq!(
            begin(world, seen, owner).await,
            BeginRefresh::Wait { until }
        );
    }
    let nobody = (AccountId::random().unwrap(), seen.1);
    assert_eq!(begin(world, nobody, ours).await, BeginRefresh::NotWorking);
}

/// R83: tokens, intent and lease in one transaction, so nobody finds one without the others.
async fn a_refresh_is_done_once_for_all_who_wait(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let lease = lead(world, seen, ours, 0).await;
    let written = complete(world, &lease, "2").await;
    let now = world.version(seen.0).await;
    assert_eq!(written, Committed::Written(now));
    assert_eq!(world.count(INTENTS).await, 0);
    assert_eq!(begin(world, seen, theirs).await, BeginRefresh::AlreadyFresh);
    let next = lead(world, (seen.0, now), theirs, 0).await;
    assert_eq!(next.unanswered(), 0);
}

/// R81, F21, F39: no process is asked what time it is.
async fn a_lease_lapses_by_the_clock_of_the_database(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let reader = world.vault.database.reader();
    let before = world.vault.database.now(reader).await.unwrap();
    let lease = lead(world, seen, ours, 0).await;
    let after = world.vault.database.now(reader).await.unwrap();
    let begun = lease.until().plus(-LEASE_LIFE);
    assert!(before <= begun && begun <= after, "{lease:?}");

    // The clock of the database goes on while it is asked: what is over by then is over.
    let almost = lease.until().since(after) - 1;
    let asked = begin_at(world, seen, theirs, almost).await;
    let then = world.vault.database.now(reader).await.unwrap();
    let may_be_over = then.plus(almost) >= lease.until();
    assert!(matches!(asked, BeginRefresh::Wait { .. }) || may_be_over);

    let grace = world.connect("grace", &grant("1")).await.id;
    let grace = (grace, world.version(grace).await);
    let lease = lead(world, grace, ours, 0).await;
    let now = world.vault.database.now(reader).await.unwrap();
    let over = lease.until().since(now);
    assert_eq!(lead(world, grace, theirs, over).await.unanswered(), 1);
}

/// F40
async fn a_clock_put_back_locks_nobody_out(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    lead(world, seen, ours, 3_600).await;
    lead(world, seen, theirs, 0).await;
    assert!(matches!(
        begin(world, seen, ours).await,
        BeginRefresh::Wait { .. }
    ));
}

/// R82
async fn a_stale_owner_gives_back_nothing(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let stale = lead(world, seen, ours, 0).await;
    let held = lead(world, seen, theirs, LEASE_LIFE).await;
    for answer in [Answer::NoTokens, Answer::Unknown] {
        assert!(!world.vault.abandon_refresh(&stale, answer).await.unwrap());
    }
    assert!(!world.vault.begin_recovery(&stale).await.unwrap());
    let until = held.until();
    assert_eq!(
        begin_at(world, seen, ours, LEASE_LIFE).await,
        BeginRefresh::Wait { until }
    );
    // The same process again: its new lease is not its old one.
    assert!(
        world
            .vault
            .abandon_refresh(&held, Answer::NoTokens)
            .await
            .unwrap()
    );
    lead(world, seen, ours, LEASE_LIFE).await;
    assert!(
        !world
            .vault
            .abandon_refresh(&stale, Answer::NoTokens)
            .await
            .unwrap()
    );
    assert!(
        !world
            .vault
            .abandon_refresh(&held, Answer::NoTokens)
            .await
            .unwrap()
    );
}

/// R82: a database that was put back from a backup gives numbers out a second time; whose they are tells them apart.
async fn a_number_given_twice_is_not_the_same_lease(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let stale = lead(world, seen, ours, 0).await;
    let held = lead(world, seen, theirs, LEASE_LIFE).await;
    carry_out(world, "update refresh_leases set fencing = fencing - 1").await;
    for answer in [Answer::NoTokens, Answer::Unknown] {
        assert!(!world.vault.abandon_refresh(&stale, answer).await.unwrap());
    }
    let refused = world.vault.refuse_refresh(&stale, needs_user(), NOW).await;
    assert_eq!(refused.unwrap(), Marked::Superseded);
    let until = held.until();
    let asked = begin_at(world, seen, ours, LEASE_LIFE).await;
    assert_eq!(asked, BeginRefresh::Wait { until });
}

/// R82: whoever leads now may be about to succeed.
async fn a_stale_owner_does_not_judge(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let stale = lead(world, seen, ours, 0).await;
    let held = lead(world, seen, theirs, LEASE_LIFE).await;
    let refused = world.vault.refuse_refresh(&stale, needs_user(), NOW).await;
    assert_eq!(refused.unwrap(), Marked::Superseded);
    assert_eq!(world.events(seen.0).await, [EventKind::Connected]);
    assert!(matches!(
        complete(world, &held, "2").await,
        Committed::Written(_)
    ));
}

/// F37
async fn tokens_that_come_late_do_not_replace_newer_ones(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let paused = lead(world, seen, ours, 0).await;
    let held = lead(world, seen, theirs, LEASE_LIFE).await;
    complete(world, &held, "newer").await;
    assert_eq!(
        complete(world, &paused, "late").await,
        Committed::Superseded
    );
    assert_eq!(access_token(world, seen.0).await, "access-token-newer");
    let refused = world.vault.refuse_refresh(&paused, needs_user(), NOW).await;
    assert_eq!(refused.unwrap(), Marked::Superseded);
    assert_eq!(world.events(seen.0).await, [EventKind::Connected]);
}

/// F38: where a refresh token is good once, what the paused one got is all there is. The next leader is refused for
/// the used-up token, and that concerns tokens that are past.
async fn tokens_that_come_late_are_kept_while_nothing_is_newer(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let paused = lead(world, seen, ours, 0).await;
    let held = lead(world, seen, theirs, LEASE_LIFE).await;
    assert!(matches!(
        complete(world, &paused, "late").await,
        Committed::Written(_)
    ));
    let until = held.until();
    let now = (seen.0, world.version(seen.0).await);
    assert_eq!(
        begin_at(world, now, ours, LEASE_LIFE).await,
        BeginRefresh::Wait { until },
        "the other one's lease stays"
    );
    let refused = world.vault.refuse_refresh(&held, needs_user(), NOW).await;
    assert_eq!(refused.unwrap(), Marked::Superseded);
    assert_eq!(access_token(world, seen.0).await, "access-token-late");
    assert_eq!(world.events(seen.0).await, [EventKind::Connected]);
}

/// F34: the answer to the first commit was lost on its way.
async fn a_commit_repeated_is_not_applied_twice(world: &World) {
    let (seen, [ours, _]) = (ada(world).await, owners());
    let lease = lead(world, seen, ours, 0).await;
    let first = complete(world, &lease, "2").await;
    assert_eq!(complete(world, &lease, "2").await, Committed::Superseded);
    assert_eq!(first, Committed::Written(world.version(seen.0).await));
}

/// R92: the intent and the lease go with it.
async fn a_refusal_is_told_once_and_ends_the_refresh(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let lease = lead(world, seen, ours, 0).await;
    let refused = world
        .vault
        .refuse_refresh(&lease, needs_user(), NOW.plus(3));
    assert_eq!(refused.await.unwrap(), Marked::Changed);
    let account = world.vault.account(seen.0).await.unwrap().unwrap();
    assert_eq!(account.state, AccountState::from(needs_user()));
    assert_eq!(world.count(INTENTS).await, 0);
    assert_eq!(begin(world, seen, theirs).await, BeginRefresh::NotWorking);
    let again = world.vault.refuse_refresh(&lease, needs_user(), NOW).await;
    assert_eq!(again.unwrap(), Marked::Superseded);
    let kinds = [EventKind::Connected, EventKind::NeedsUser];
    assert_eq!(world.events(seen.0).await, kinds);
}

/// R92: a grant known to be dead troubles Microsoft no more.
async fn an_account_that_does_not_work_is_not_refreshed(world: &World) {
    let (seen, [ours, _]) = (ada(world).await, owners());
    let expiring = Finding::Expiring { reconnect_by: NOW };
    world.mark(seen.0, seen.1, expiring).await;
    let lease = lead(world, seen, ours, 0).await;
    assert!(
        world
            .vault
            .abandon_refresh(&lease, Answer::NoTokens)
            .await
            .unwrap()
    );
    world.mark(seen.0, seen.1, needs_user()).await;
    assert_eq!(begin(world, seen, ours).await, BeginRefresh::NotWorking);
    world.vault.disconnect(seen.0, NOW).await.unwrap();
    assert_eq!(begin(world, seen, ours).await, BeginRefresh::NotWorking);
}

/// F42
async fn a_disconnect_outruns_the_refresh(world: &World) {
    let (seen, [ours, _]) = (ada(world).await, owners());
    let lease = lead(world, seen, ours, 0).await;
    world.vault.disconnect(seen.0, NOW).await.unwrap();
    assert_eq!(world.count(INTENTS).await, 0);
    assert_eq!(complete(world, &lease, "late").await, Committed::Superseded);
    for table in ["grants", "data_keys", INTENTS] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
}

/// F44
async fn a_sign_in_outruns_the_refresh(world: &World) {
    let (seen, [ours, theirs]) = (ada(world).await, owners());
    let lease = lead(world, seen, ours, 0).await;
    world.connect("ada", &grant("signed-in")).await;
    assert_eq!(begin(world, seen, theirs).await, BeginRefresh::AlreadyFresh);
    assert_eq!(complete(world, &lease, "late").await, Committed::Superseded);
    assert_eq!(access_token(world, seen.0).await, "access-token-signed-in");
    let now = (seen.0, world.version(seen.0).await);
    assert_eq!(lead(world, now, theirs, 0).await.unanswered(), 0);
}
