//! One key, one letter, at most one send.

use super::webhooks::carry_out;
use super::world::{NOW, World, grant};
use crate::vault::id::{AccountId, KeyDigest, LetterDigest};
use crate::vault::sendings::{BeginSending, SendingEnd, SendingRun, SentLetter, Stage};
use crate::vault::{SENDING_MEMORY, Vault};

on_every_engine![
    one_of_many_callers_may_send,
    a_key_goes_with_one_letter_and_one_account,
    every_end_is_remembered,
    what_nobody_heard_of_is_unknown_and_not_begun_again,
    a_run_that_died_before_it_sent_is_taken_over_and_never_sends,
    of_many_who_take_it_over_one_does,
    a_clock_put_back_keeps_no_key,
    what_has_certainly_sent_nothing_may_be_asked_again,
    what_is_found_out_later_is_recorded_once,
    keys_are_forgotten_in_batches,
];

fn digests(name: &str) -> (KeyDigest, LetterDigest) {
    (KeyDigest::of(name), LetterDigest::of("the letter"))
}

pub(super) async fn begin(vault: &Vault, account: AccountId, name: &str) -> BeginSending {
    let (key, letter) = digests(name);
    vault
        .begin_sending(account, key, letter, NOW)
        .await
        .unwrap()
}

pub(super) async fn mine(vault: &Vault, account: AccountId, name: &str) -> SendingRun {
    match begin(vault, account, name).await {
        BeginSending::Yours(run) => run,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn stage(vault: &Vault, account: AccountId, name: &str) -> Option<Stage> {
    let found = vault.sending(account, KeyDigest::of(name)).await.unwrap();
    found.map(|record| record.stage)
}

pub(super) fn letter() -> SentLetter {
    SentLetter {
        message: "AAMk".to_owned(),
        thread: "AAQk".to_owned(),
    }
}

/// Every lease is over, as if its process had died a while ago.
async fn time_passes(world: &World) {
    carry_out(world, "update sendings set lease_until = 1").await;
}

/// Sixteen of two processes at once.
async fn many_ask(world: &World, account: AccountId) -> Vec<BeginSending> {
    let there = world.another_process().await;
    let mut asking = Vec::new();
    for number in 0..16 {
        let vault = [&world.vault, &there][number % 2].clone();
        asking.push(tokio::spawn(
            async move { begin(&vault, account, "key").await },
        ));
    }
    let mut answers = Vec::new();
    for asked in asking {
        answers.push(asked.await.unwrap());
    }
    answers
}

async fn one_of_many_callers_may_send(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let mut may = 0;
    for asked in many_ask(world, ada).await {
        match asked {
            BeginSending::Yours(_) => may += 1,
            BeginSending::Known(record) => assert_eq!(record.stage, Stage::UnderWay),
            BeginSending::OtherLetter => panic!("it is the same"),
        }
    }
    assert_eq!(may, 1);
}

async fn a_key_goes_with_one_letter_and_one_account(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id;
    mine(&world.vault, ada, "key").await;
    let (key, other) = (KeyDigest::of("key"), LetterDigest::of("another letter"));
    let begun = world.vault.begin_sending(ada, key, other, NOW).await;
    assert_eq!(begun.unwrap(), BeginSending::OtherLetter);
    assert_eq!(stage(&world.vault, grace, "key").await, None);
    mine(&world.vault, grace, "key").await;
}

async fn every_end_is_remembered(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let vault = &world.vault;
    let code = "recipients_refused";
    for (name, end, told) in [
        ("a", SendingEnd::Accepted, Stage::Accepted),
        (
            "b",
            SendingEnd::Refused(code),
            Stage::Refused { code: code.into() },
        ),
        ("c", SendingEnd::Unknown, Stage::Unknown),
    ] {
        let run = mine(vault, ada, name).await;
        assert!(vault.about_to_send(&run, &letter()).await.unwrap());
        assert_eq!(stage(vault, ada, name).await, Some(Stage::UnderWay));
        vault.end_sending(&run, end).await.unwrap();
        time_passes(world).await;
        assert_eq!(stage(vault, ada, name).await, Some(told.clone()));
        let BeginSending::Known(record) = begin(vault, ada, name).await else {
            panic!("{name} is known")
        };
        assert_eq!((&record.stage, &record.letter), (&told, &Some(letter())));
        vault.forget_sending(&run).await.unwrap();
        let late = SendingEnd::Refused("late");
        vault.end_sending(&run, late).await.unwrap();
        let told = stage(vault, ada, name).await;
        assert_eq!(told, Some(record.stage), "it has ended");
    }
}

/// F56: also where the process died between the question and the answer.
async fn what_nobody_heard_of_is_unknown_and_not_begun_again(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let run = mine(&world.vault, ada, "key").await;
    assert!(world.vault.about_to_send(&run, &letter()).await.unwrap());
    time_passes(world).await;
    assert_eq!(stage(&world.vault, ada, "key").await, Some(Stage::Unknown));
    let BeginSending::Known(record) = begin(&world.vault, ada, "key").await else {
        panic!("not begun again")
    };
    assert_eq!(record.stage, Stage::Unknown);
}

/// F56: whoever slept too long finds the letter taken, and leaves it.
async fn a_run_that_died_before_it_sent_is_taken_over_and_never_sends(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let vault = &world.vault;
    let sleeper = mine(vault, ada, "key").await;
    time_passes(world).await;
    assert_eq!(stage(vault, ada, "key").await, Some(Stage::NotSent));
    let next = mine(vault, ada, "key").await;
    assert!(!vault.about_to_send(&sleeper, &letter()).await.unwrap());
    vault
        .end_sending(&sleeper, SendingEnd::Accepted)
        .await
        .unwrap();
    vault.forget_sending(&sleeper).await.unwrap();
    assert_eq!(stage(vault, ada, "key").await, Some(Stage::UnderWay));
    assert!(vault.about_to_send(&next, &letter()).await.unwrap());
    assert!(
        !vault.about_to_send(&next, &letter()).await.unwrap(),
        "once"
    );
}

/// F56: they all have seen that nobody is at it.
async fn of_many_who_take_it_over_one_does(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    mine(&world.vault, ada, "key").await;
    time_passes(world).await;
    let mut may = 0;
    for asked in many_ask(world, ada).await {
        may += usize::from(matches!(asked, BeginSending::Yours(_)));
    }
    assert_eq!(may, 1);
}

/// F40: a lease that ends in years was given by a clock that ran ahead.
async fn a_clock_put_back_keeps_no_key(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let (begun, asked) = ("begun", mine(&world.vault, ada, "asked").await);
    mine(&world.vault, ada, begun).await;
    assert!(world.vault.about_to_send(&asked, &letter()).await.unwrap());
    carry_out(world, "update sendings set lease_until = 99999999999").await;
    let asked = stage(&world.vault, ada, "asked").await;
    assert_eq!(asked, Some(Stage::Unknown));
    mine(&world.vault, ada, begun).await;
}

async fn what_has_certainly_sent_nothing_may_be_asked_again(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let vault = &world.vault;
    let run = mine(vault, ada, "key").await;
    assert!(vault.about_to_send(&run, &letter()).await.unwrap());
    vault.forget_sending(&run).await.unwrap();
    assert_eq!(stage(vault, ada, "key").await, None);
    assert_ne!(mine(vault, ada, "key").await, run);
}

async fn what_is_found_out_later_is_recorded_once(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let vault = &world.vault;
    let key = KeyDigest::of("key");
    let run = mine(vault, ada, "key").await;
    let settle = |end| vault.settle_sending(ada, key, end);
    settle(SendingEnd::Accepted).await.unwrap();
    assert_eq!(
        stage(vault, ada, "key").await,
        Some(Stage::UnderWay),
        "nothing can have been sent yet"
    );
    assert!(vault.about_to_send(&run, &letter()).await.unwrap());
    vault.end_sending(&run, SendingEnd::Unknown).await.unwrap();
    settle(SendingEnd::Accepted).await.unwrap();
    settle(SendingEnd::Refused("left_in_drafts")).await.unwrap();
    assert_eq!(stage(vault, ada, "key").await, Some(Stage::Accepted));
}

/// D11
async fn keys_are_forgotten_in_batches(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    for number in 0..25 {
        mine(&world.vault, ada, &number.to_string()).await;
    }
    let early = NOW.plus(SENDING_MEMORY - 1);
    let purged = world.vault.purge_expired(early, 10).await.unwrap();
    assert_eq!(purged.sendings, 0);
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let later = NOW.plus(SENDING_MEMORY);
        let purged = world.vault.purge_expired(later, 10).await.unwrap();
        rounds.push(purged.sendings);
    }
    assert_eq!(rounds, [10, 10, 5, 0]);
}
