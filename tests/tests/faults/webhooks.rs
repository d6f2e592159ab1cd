//! Receivers that are down, slow, gone or deceitful, and a server that dies: every event arrives, under one name.

use std::collections::BTreeSet;

use connect_outlook_tests::{
    integrator::Integrator,
    program::Settings,
    receiver::{Came, Manner, Receiver},
};
use serde_json::json;

use crate::{
    place::{HOUR, Place, moment},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F57", what_a_receiver_misses_while_it_is_down_arrives_later),
    story!("F58", a_slow_receiver_keeps_no_other_and_no_visitor_waiting),
    story!(
        "F59",
        a_receiver_that_sends_on_is_asked_once_and_nobody_else_is
    ),
    story!("F61", a_receiver_that_is_gone_is_not_asked_again),
    story!("F63", killed_between_the_change_and_its_webhook),
    story!("F63", killed_while_a_receiver_has_the_webhook_in_its_hand),
    story!("F63", killed_at_any_moment_of_the_telling_nothing_is_lost).seeded(2),
    story!("F65", a_stop_lets_the_webhook_under_way_be_recorded),
    story!("F64", a_secret_exchanged_between_two_tries_has_both_sign),
];

/// A receiver that is told of everything, who had it added, and the id and the secret of its webhook.
async fn told<'a>(place: &Place<'a>) -> (Receiver, Integrator<'a>, String, String) {
    let receiver = Receiver::start().await;
    let server = Integrator::of(place.world).await;
    let (id, secret) = server.webhook(&receiver.url, &json!({})).await;
    (receiver, server, id, secret)
}

fn ids(came: &[Came]) -> BTreeSet<&str> {
    came.iter().map(Came::id).collect()
}

async fn what_a_receiver_misses_while_it_is_down_arrives_later(place: &Place<'_>) -> usize {
    let world = place.world;
    let (receiver, server, id, secret) = told(place).await;
    receiver.answers(Manner::Status(503));
    world.visitor().connect("ada").await;
    for _ in 0..16 {
        world.tell_webhooks().await;
        world.advance(HOUR / 4);
    }
    let missed = receiver.came().len();
    assert!((4..=10).contains(&missed), "{missed} tries in four hours");
    receiver.answers(Manner::Status(204));
    world.advance(8 * HOUR);
    world.tell_webhooks().await;
    let came = receiver.came();
    assert_eq!(came.len(), missed + 1, "and then no more");
    assert_eq!(ids(&came).len(), 1, "R152: one name");
    let times: BTreeSet<_> = came
        .iter()
        .map(|one| one.header("webhook-timestamp"))
        .collect();
    assert_eq!(times.len(), came.len(), "R152: each try has its own time");
    assert!(came.iter().all(|one| one.is_genuine(&secret)));
    assert_eq!(came[0].body, came[missed].body);
    let list = server
        .get(&format!("/v1/webhooks/{id}/deliveries"))
        .await
        .json();
    assert_eq!(list["deliveries"][0]["state"], "delivered");
    assert_eq!(list["deliveries"][0]["tries"], missed + 1);
    0
}

async fn a_slow_receiver_keeps_no_other_and_no_visitor_waiting(place: &Place<'_>) -> usize {
    let process = telling(place).await;
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    let server = Integrator::of(place.world).await;
    server.webhook(&slow.url, &json!({})).await;
    server.webhook(&quick.url, &json!({})).await;
    slow.answers(Manner::Holds);
    for person in ["ada", "alan", "grace", "hedy"] {
        place.world.visitor().at(&process.url).connect(person).await;
    }
    assert_eq!(quick.until(4).await.len(), 4);
    slow.until(2).await;
    assert_eq!(slow.came().len(), 2, "two at a time, and the others wait");
    slow.answers(Manner::Status(204));
    slow.let_go();
    assert_eq!(ids(&slow.until(4).await).len(), 4);
    place.keep(process);
    0
}

async fn a_receiver_that_sends_on_is_asked_once_and_nobody_else_is(place: &Place<'_>) -> usize {
    let inside = Receiver::start().await;
    let (receiver, server, id, _) = told(place).await;
    receiver.answers(Manner::Elsewhere(inside.url.clone()));
    place.world.visitor().connect("ada").await;
    place.world.tell_webhooks().await;
    assert_eq!((receiver.came().len(), inside.came().len()), (1, 0));
    let list = server
        .get(&format!("/v1/webhooks/{id}/deliveries"))
        .await
        .json();
    let last = &list["deliveries"][0]["last"];
    assert_eq!(
        (&last["result"], &last["status"]),
        (&"redirected".into(), &302.into())
    );
    0
}

async fn a_receiver_that_is_gone_is_not_asked_again(place: &Place<'_>) -> usize {
    let world = place.world;
    let (gone, server, id, _) = told(place).await;
    let other = Receiver::start().await;
    server.webhook(&other.url, &json!({})).await;
    gone.answers(Manner::Status(410));
    world.visitor().connect("ada").await;
    world.tell_webhooks().await;
    world.visitor().connect("alan").await;
    world.advance(24 * HOUR);
    world.tell_webhooks().await;
    assert_eq!(gone.came().len(), 1);
    let view = server.get(&format!("/v1/webhooks/{id}")).await.json();
    assert_eq!(view["disabled_code"], "gone", "{view}");
    let kinds: BTreeSet<_> = other.kinds().into_iter().collect();
    assert!(kinds.contains("webhook.disabled"), "{kinds:?}");
    gone.answers(Manner::Status(204));
    let enable = format!("/v1/webhooks/{id}/enable");
    assert_eq!(server.post(&enable, &json!({})).await.status, 204);
    world.tell_webhooks().await;
    let connected = gone
        .kinds()
        .into_iter()
        .filter(|kind| kind == "account.connected");
    assert_eq!(
        connected.count(),
        3,
        "the first one again, and the one since"
    );
    0
}

async fn killed_between_the_change_and_its_webhook(place: &Place<'_>) -> usize {
    let (receiver, ..) = told(place).await;
    let mut process = Process::start(place).await;
    place.world.visitor().at(&process.url).connect("ada").await;
    process.kill().await;
    assert!(receiver.came().is_empty(), "this one tells nobody");
    process.settings.insert("tell_webhooks", "on".to_owned());
    process.start_again(place).await;
    let came = receiver.until(1).await;
    assert_eq!(came[0].kind(), "account.connected");
    place.keep(process);
    0
}

async fn killed_while_a_receiver_has_the_webhook_in_its_hand(place: &Place<'_>) -> usize {
    let (receiver, ..) = told(place).await;
    let mut process = telling(place).await;
    receiver.answers_next(Manner::Holds);
    place.world.visitor().at(&process.url).connect("ada").await;
    receiver.until(1).await;
    process.kill().await;
    place.world.tell_webhooks().await;
    assert_eq!(receiver.came().len(), 1, "its lease still runs");
    leases_lapse(place).await;
    process.start_again(place).await;
    let came = receiver.until(2).await;
    assert_eq!(
        ids(&came).len(),
        1,
        "the receiver can tell that it is the same"
    );
    place.keep(process);
    0
}

/// The seed chooses the moment.
async fn killed_at_any_moment_of_the_telling_nothing_is_lost(place: &Place<'_>) -> usize {
    let mut dice = place.dice();
    let (receiver, ..) = told(place).await;
    let mut process = telling(place).await;
    for person in ["ada", "alan", "grace"] {
        place.world.visitor().at(&process.url).connect(person).await;
    }
    for _ in 0..dice.below(24) {
        moment().await;
    }
    process.kill().await;
    leases_lapse(place).await;
    place.world.tell_webhooks().await;
    let came = receiver.came();
    let events = place.world.ask("select id from events").await;
    let events: BTreeSet<_> = events.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(ids(&came), events);
    assert!(
        came.len() <= events.len() + 2,
        "twice is only what was under way"
    );
    0
}

async fn a_secret_exchanged_between_two_tries_has_both_sign(place: &Place<'_>) -> usize {
    let world = place.world;
    let (receiver, server, id, old) = told(place).await;
    receiver.answers_next(Manner::Status(500));
    receiver.answers_next(Manner::Status(500));
    world.visitor().connect("ada").await;
    world.tell_webhooks().await;
    let rotated = server
        .post(
            &format!("/v1/webhooks/{id}/secret"),
            &json!({"overlap": 600}),
        )
        .await;
    let new = rotated.json()["secret"].as_str().unwrap().to_owned();
    world.keep_secret(connect_outlook_tests::canaries::Secret::new(
        "webhook_secret",
        new.as_str(),
    ));
    world.advance(60);
    world.tell_webhooks().await;
    world.advance(600);
    world.tell_webhooks().await;
    let genuine: Vec<_> = receiver
        .came()
        .iter()
        .map(|one| (one.is_genuine(&old), one.is_genuine(&new)))
        .collect();
    assert_eq!(genuine, [(true, false), (true, true), (false, true)]);
    assert_eq!(ids(&receiver.came()).len(), 1);
    0
}

async fn a_stop_lets_the_webhook_under_way_be_recorded(place: &Place<'_>) -> usize {
    let (receiver, ..) = told(place).await;
    let mut process = telling(place).await;
    receiver.answers_next(Manner::Holds);
    place.world.visitor().at(&process.url).connect("ada").await;
    receiver.until(1).await;
    process.signal("TERM").await;
    // Told to stop, it waits for the answer.
    for _ in 0..20 {
        moment().await;
    }
    receiver.let_go();
    assert!(process.ended_well().await);
    let states = place
        .world
        .ask("select state from webhook_deliveries")
        .await;
    assert_eq!(states, [["delivered"]]);
    place.world.tell_webhooks().await;
    assert_eq!(receiver.came().len(), 1, "once");
    0
}

/// A process that tells webhooks, as it does unless it is told otherwise.
async fn telling(place: &Place<'_>) -> Process {
    let mut settings = Settings::new();
    settings.insert("tell_webhooks", "on".to_owned());
    Process::start_with(place, settings).await
}

/// The leases of processes that died are over.
async fn leases_lapse(place: &Place<'_>) {
    let lapsed = "update webhook_deliveries set leased_until = 1 where leased_until > 0";
    place.world.change(lapsed).await;
}
