//! What holds after every fault (I1 to I7).

use std::{collections::BTreeSet, time::Duration};

use connect_outlook_backend::vault::{KeyRing, Location, Vault};
use connect_outlook_tests::{Visitor, World, canaries::hits};
use tokio::time::timeout;

use crate::{place::Place, story::Database};

/// Checks them. I1 and I7 over the vault's files, what pages saw and this process's log follow when the world ends; over
/// the PostgreSQL server at the very end.
pub(crate) async fn check(place: &Place<'_>, allowed: usize) {
    let world = place.world;
    asked_no_more_than(world, allowed);
    let alive = timeout(Duration::from_secs(5), world.alive()).await;
    assert_eq!(alive.expect("I6: in time").status, 200, "I6");
    is_whole(place).await;
    for (state, events) in place.accounts().await {
        told_once(&state, &events);
    }
    let secrets = world.secrets();
    for log in place.logs() {
        let found = hits(&secrets, log.as_bytes(), "a process's log");
        assert_eq!(found, Vec::<String>::new(), "I7");
    }
    world.microsoft().remove_all_scenarios();
    world.advance(GATES_ARE_OPEN);
    for visitor in world.visitors() {
        mailboxes_work(&visitor).await;
    }
    others_see_nothing(place).await;
}

/// I4: no refresh beyond those allowed, and no code sent twice.
fn asked_no_more_than(world: &World, allowed: usize) {
    assert_eq!(world.refreshes().len(), allowed, "I4: refreshes");
    let codes = world.token_requests().into_iter();
    let codes: Vec<_> = codes
        .filter(|request| request.is("authorization_code"))
        .map(|request| request.field("code").to_owned())
        .collect();
    let different: BTreeSet<_> = codes.iter().collect();
    assert_eq!(different.len(), codes.len(), "I4: a code was sent twice");
}

/// I5: the database finds itself whole, and every sealed field opens.
async fn is_whole(place: &Place<'_>) {
    if place.database == Database::Sqlite {
        let found = place.world.ask("pragma integrity_check").await;
        assert_eq!(found, [["ok"]], "I5");
    }
    let (address, key) = place.world.vault();
    let location: Location = address.parse().unwrap();
    let vault = Vault::open(&location, KeyRing::parse(key).unwrap());
    let vault = vault.await.expect("I5: it opens");
    let verified = vault.verify(|_| {}).await.expect("I5: it can be read");
    assert_eq!(verified.failures, Vec::<String>::new(), "I5");
    vault.close().await;
}

/// I3: the last event says what the account is, and none says again what the one before said.
fn told_once(state: &str, events: &[String]) {
    let last = events.last().map(String::as_str);
    let fitting: &[&str] = match state {
        "connected" => &["account.connected", "account.reconnected"],
        "expiring" => &["account.expiring"],
        "needs_user" => &["account.needs_user"],
        "needs_admin" => &["account.needs_admin"],
        "blocked_by_policy" => &["account.blocked_by_policy"],
        _ => &["account.disconnected"],
    };
    assert!(
        last.is_some_and(|last| fitting.contains(&last)),
        "I3: {state}, {events:?}"
    );
    for pair in events.windows(2) {
        assert_ne!(pair[0], pair[1], "I3: told twice: {events:?}");
    }
}

/// I3: what calls itself connected has a working token, also after the next refresh.
async fn mailboxes_work(visitor: &Visitor) {
    let session = visitor.page().get("/v1/session").await;
    if session.status != 200 {
        return;
    }
    for account in session.json()["accounts"].as_array().expect("accounts") {
        let id = account["id"].as_str().expect("an id");
        let path = format!("/v1/accounts/{id}/messages?folder=inbox&limit=1");
        let answer = visitor.page().get(&path).await;
        let works = ["connected", "expiring"].contains(&account["state"].as_str().unwrap());
        assert_eq!(answer.status == 200, works, "I3: {account} {}", answer.body);
    }
}

/// I2: somebody new of another tenant connects, finds a mailbox, and nobody else's.
async fn others_see_nothing(place: &Place<'_>) {
    let ids = place.ids().await;
    let hedy = place.world.visitor().connect("hedy").await;
    let session = hedy.visitor.page().get("/v1/session").await.json();
    assert_eq!(session["accounts"].as_array().map(Vec::len), Some(1), "I2");
    assert!(!hedy.inbox().await.is_empty());
    for id in ids.iter().filter(|id| *id != hedy.id()) {
        let path = format!("/v1/accounts/{id}/messages");
        assert_eq!(hedy.visitor.page().get(&path).await.status, 404, "I2");
    }
}

/// Seconds: longer than any gate is shut.
const GATES_ARE_OPEN: i64 = 660;
