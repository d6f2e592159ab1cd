//! What visitors brought back to links: parked, confirmed once, remembered.

use super::links::{
    USER, connect, key, link, link_of, park, parked_values, read, take, take_at, taken, try_to_park,
};
use super::webhooks::carry_out;
use super::world::{NOW, World, attempt, verifier};
use crate::vault::id::{CompletionDigest, LinkDigest};
use crate::vault::links::{
    CONFIRMING_LASTS, LinkState, ParkError, StartLinkError, TakeCompletionError, Taken,
};

on_every_engine![
    what_was_parked_is_taken_once,
    of_many_confirmations_one_redeems,
    a_mismatch_destroys_what_was_parked,
    what_is_confirmed_too_late_is_destroyed,
    a_later_visit_replaces_the_earlier_one,
    a_link_connects_once,
    how_a_confirmation_ended_is_remembered,
    a_confirmation_that_broke_off_is_told_so,
    who_broke_off_keeps_no_other_visitor_waiting,
    what_ended_one_way_does_not_end_another_way,
    what_was_parked_while_the_key_was_revoked_is_destroyed,
];

/// R39, R114: sealed until it is taken, and gone from then on.
async fn what_was_parked_is_taken_once(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    assert_eq!(parked_values(world).await, 1);
    let confirm_by = NOW.plus(120);
    let state = read(world, id, NOW).await.state;
    assert_eq!(
        state,
        LinkState::Parked {
            expires_at: confirm_by
        }
    );
    let parked = taken(world, id, "a").await;
    assert_eq!(parked.code.expose(), "code-a");
    assert_eq!(parked.verifier, verifier("a"));
    assert_eq!(parked.issuer.as_deref(), Some("https://login.example/v2.0"));
    let began = attempt("a", "browser");
    assert_eq!(parked.redirect_uri, began.redirect_uri);
    assert_eq!((parked.scopes, parked.tenant), (began.scopes, began.tenant));
    assert_eq!(
        (parked.nonce, parked.client_id),
        (began.nonce, began.client_id)
    );
    assert_eq!(parked_values(world).await, 0);
    assert!(matches!(take(world, id, "a").await, Ok(Taken::Busy)));
    let state = read(world, id, NOW.plus(6)).await.state;
    assert_eq!(state, LinkState::Confirming);
}

/// R21, F68
async fn of_many_confirmations_one_redeems(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let vault = world.vault.clone();
            let completion = CompletionDigest::of("a");
            tokio::spawn(async move { vault.take_completion(id, completion, USER, NOW).await })
        })
        .collect();
    let mut redeem = 0;
    for caller in callers {
        match caller.await.unwrap().unwrap() {
            Taken::Parked(_) => redeem += 1,
            Taken::Busy => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(redeem, 1);
}

/// R44
async fn a_mismatch_destroys_what_was_parked(world: &World) {
    let (id, other) = (link(world, "token").await, link(world, "other").await);
    park(world, other, "of-the-other").await;
    for (name, wrong) in [
        ("a", ("a", "user-8")),
        ("b", ("guessed", USER)),
        ("c", ("of-the-other", USER)),
        ("d", ("d", "")),
    ] {
        park(world, id, name).await;
        let judged = take_at(world, id, wrong, NOW).await;
        let mismatch = matches!(judged, Err(TakeCompletionError::Mismatch));
        assert!(mismatch, "{judged:?}");
        assert_eq!(parked_values(world).await, 1, "that of the other link");
        assert_eq!(read(world, id, NOW).await.state, LinkState::Open);
        assert!(take(world, id, name).await.is_err(), "not even rightly");
    }
    let code = taken(world, other, "of-the-other").await.code;
    assert_eq!(code.expose(), "code-of-the-other");
}

/// F69
async fn what_is_confirmed_too_late_is_destroyed(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    for later in [120, 121] {
        let judged = take_at(world, id, ("a", USER), NOW.plus(later)).await;
        assert!(
            matches!(judged, Err(TakeCompletionError::Expired)),
            "{judged:?}"
        );
        assert_eq!(parked_values(world).await, 0);
    }
    assert_eq!(read(world, id, NOW).await.state, LinkState::Open);
}

async fn a_later_visit_replaces_the_earlier_one(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    park(world, id, "b").await;
    assert_eq!(parked_values(world).await, 1);
    let judged = take(world, id, "a").await;
    assert!(matches!(judged, Err(TakeCompletionError::Expired)));
    assert_eq!(taken(world, id, "b").await.code.expose(), "code-b");
}

/// R40: one connection, and the same answer afterwards, whatever else waits.
async fn a_link_connects_once(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let parked = taken(world, id, "a").await;
    park(world, id, "b").await;
    assert!(
        matches!(take(world, id, "b").await, Ok(Taken::Busy)),
        "one at a time"
    );
    let account = connect(world, id, parked.completion).await.unwrap().id;
    let state = read(world, id, NOW).await.state;
    assert_eq!(state, LinkState::Connected { account, at: NOW });
    for _ in 0..2 {
        let again = take(world, id, "a").await;
        assert!(matches!(again, Ok(Taken::Connected(same)) if same == account));
    }
    assert!(matches!(
        take(world, id, "b").await,
        Err(TakeCompletionError::Expired)
    ));
    assert!(matches!(
        try_to_park(world, id, "c").await,
        Err(ParkError::Ended)
    ));
    assert!(connect(world, id, parked.completion).await.is_none());
    assert_eq!(world.count("events").await, 1);
    let started = world.vault.start_link(LinkDigest::of("token"), 20, NOW);
    assert!(matches!(started.await, Err(StartLinkError::Ended)));
    assert!(world.vault.revoke_link(id, NOW).await.unwrap());
    let state = read(world, id, NOW).await.state;
    assert!(
        matches!(state, LinkState::Connected { .. }),
        "it stays what it was"
    );
}

/// F68: also a no is the same no.
async fn how_a_confirmation_ended_is_remembered(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let parked = taken(world, id, "a").await;
    let outcome = r#"{"status":"cancelled"}"#;
    let told = world.vault.refuse_completion(parked.completion, outcome);
    told.await.unwrap();
    for _ in 0..2 {
        let again = take(world, id, "a").await;
        assert!(matches!(again, Ok(Taken::Refused(told)) if told == outcome));
    }
    assert_eq!(read(world, id, NOW).await.state, LinkState::Open);
    park(world, id, "b").await;
}

/// R39: nobody may send that code again.
async fn a_confirmation_that_broke_off_is_told_so(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    taken(world, id, "a").await;
    let later = NOW.plus(5 + CONFIRMING_LASTS);
    let again = take_at(world, id, ("a", USER), later).await;
    assert!(matches!(again, Ok(Taken::Interrupted)), "{again:?}");
    let state = read(world, id, later).await.state;
    assert_eq!(state, LinkState::Open, "the visitor may begin again");
}

/// Two minutes after it began, nobody waits for it any more.
async fn who_broke_off_keeps_no_other_visitor_waiting(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let begun = NOW.plus(5 - CONFIRMING_LASTS);
    let broke_off = take_at(world, id, ("a", USER), begun).await;
    assert!(matches!(broke_off, Ok(Taken::Parked(_))));
    park(world, id, "b").await;
    let judged = take_at(world, id, ("b", USER), NOW.plus(4)).await;
    assert!(matches!(judged, Ok(Taken::Busy)), "{judged:?}");
    assert_eq!(taken(world, id, "b").await.code.expose(), "code-b");
}

/// R40, F68: neither a no after a yes nor a yes after a no, whoever was slow.
async fn what_ended_one_way_does_not_end_another_way(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let refused = taken(world, id, "a").await.completion;
    world.vault.refuse_completion(refused, "{}").await.unwrap();
    assert!(connect(world, id, refused).await.is_none());
    assert_eq!(world.count("accounts").await, 0);

    park(world, id, "b").await;
    let connected = taken(world, id, "b").await.completion;
    let account = connect(world, id, connected).await.unwrap().id;
    world
        .vault
        .refuse_completion(connected, "{}")
        .await
        .unwrap();
    let again = take(world, id, "b").await;
    assert!(matches!(again, Ok(Taken::Connected(same)) if same == account));
}

/// F43, R59: at the same moment, so that neither of the two saw the other.
async fn what_was_parked_while_the_key_was_revoked_is_destroyed(world: &World) {
    let key = key(world).await;
    let id = link_of(world, key, "token").await;
    park(world, id, "a").await;
    carry_out(world, "update api_keys set revoked_at = 1").await;
    assert_eq!(parked_values(world).await, 1);
    let judged = take(world, id, "a").await;
    assert!(
        matches!(judged, Err(TakeCompletionError::Ended)),
        "{judged:?}"
    );
    assert_eq!(parked_values(world).await, 0);
}
