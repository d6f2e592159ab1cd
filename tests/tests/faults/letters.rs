//! Letters whose sending breaks off: none is sent twice, and whoever asks is told what is known (R140).

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::{
    Connected,
    evidence::graph_calls,
    letters::{SENDING_SCOPES, letter},
    program::Settings,
};
use tokio::task::JoinHandle;

use crate::{
    place::{Place, moment},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F56",
        an_answer_lost_after_the_letter_was_accepted_is_unknown_and_can_be_looked_up
    ),
    story!("F56", a_letter_that_stays_in_drafts_long_after_was_not_sent),
    story!(
        "F56",
        killed_after_microsoft_was_asked_the_letter_is_unknown_and_not_sent_again
    ),
    story!(
        "F56",
        killed_before_microsoft_was_asked_the_same_key_sends_it_once
    ),
];

async fn an_answer_lost_after_the_letter_was_accepted_is_unknown_and_can_be_looked_up(
    place: &Place<'_>,
) -> usize {
    let ada = ada_who_sends(place).await;
    let lost = Fault::next(FaultKind::ResetAfter, "/send");
    place.world.microsoft().add_fault(lost);
    for _ in 0..3 {
        let told = ada.send(KEY, &letter(SUBJECT)).await;
        let sending = told.json();
        assert_eq!(
            (told.status, told.code().as_str()),
            (200, "sending_unknown")
        );
        assert_eq!(
            [&sending["status"], &sending["actor"], &sending["next"]],
            ["unknown", "visitor", "wait"]
        );
    }
    assert_eq!(sends(place), 1, "nobody sends it again");
    for _ in 0..2 {
        let found = ada.look_up(KEY).await.json();
        assert_eq!(found["status"], "accepted", "{found}");
        let id = found["message_id"].as_str().unwrap();
        let message = ada.get(&format!("/messages/{id}")).await.json();
        assert_eq!(message["subject"], SUBJECT);
    }
    let again = ada.send(KEY, &letter(SUBJECT)).await.json();
    assert_eq!(again["status"], "accepted", "what was found out is kept");
    assert_eq!((sends(place), in_sent(&ada).await), (1, 1));
    0
}

async fn a_letter_that_stays_in_drafts_long_after_was_not_sent(place: &Place<'_>) -> usize {
    let ada = ada_who_sends(place).await;
    let lost = Fault::next(FaultKind::ResetBefore, "/send");
    place.world.microsoft().add_fault(lost);
    let told = ada.send(KEY, &letter(SUBJECT)).await;
    assert_eq!(told.json()["status"], "unknown");
    assert_eq!(ada.look_up(KEY).await.json()["status"], "unknown");
    place.world.advance(16 * 60);
    for _ in 0..2 {
        let found = ada.look_up(KEY).await;
        assert_eq!(found.code(), "left_in_drafts");
        assert_eq!(found.json()["status"], "refused");
    }
    assert_eq!((sends(place), in_sent(&ada).await), (1, 0));
    assert_eq!(ada.found_in("drafts", SUBJECT).await.len(), 1);
    0
}

async fn killed_after_microsoft_was_asked_the_letter_is_unknown_and_not_sent_again(
    place: &Place<'_>,
) -> usize {
    let (mut process, ada) = process_that_sends(place).await;
    let asking = killed_at(place, &mut process, &ada, "/send").await;
    assert!(asking.await.is_err(), "nobody answers");
    process.start_again(place).await;
    let early = ada.look_up(KEY).await.json();
    assert_eq!(early["status"], "under_way", "somebody may be at it");
    runs_lapse(place).await;
    for _ in 0..2 {
        assert_eq!(ada.look_up(KEY).await.json()["status"], "unknown");
        let again = ada.send(KEY, &letter(SUBJECT)).await;
        assert_eq!(again.code(), "sending_unknown");
    }
    // The request that was held ended with its process; there was no other.
    assert_eq!((sends(place), in_sent(&ada).await), (0, 0));
    place.keep(process);
    0
}

async fn killed_before_microsoft_was_asked_the_same_key_sends_it_once(place: &Place<'_>) -> usize {
    let (mut process, ada) = process_that_sends(place).await;
    let asking = killed_at(place, &mut process, &ada, "/me/messages").await;
    assert!(asking.await.is_err(), "nobody answers");
    process.start_again(place).await;
    let early = ada.send(KEY, &letter(SUBJECT)).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "sending_under_way")
    );
    runs_lapse(place).await;
    assert_eq!(ada.look_up(KEY).await.code(), "sending_not_found");
    for _ in 0..2 {
        let sent = ada.send(KEY, &letter(SUBJECT)).await.json();
        assert_eq!(sent["status"], "accepted", "{sent}");
    }
    assert_eq!((sends(place), in_sent(&ada).await), (1, 1));
    place.keep(process);
    0
}

/// Ada at a process that asks for what sending takes.
async fn ada_who_sends(place: &Place<'_>) -> Connected {
    let settings = place.settings().with("scopes", SENDING_SCOPES);
    let url = place.world.another_process_with(&settings).await;
    place.world.visitor().at(&url).connect("ada").await
}

/// The same at one that can be killed.
async fn process_that_sends(place: &Place<'_>) -> (Process, Connected) {
    let settings = Settings::from([("scopes", SENDING_SCOPES.to_owned())]);
    let process = Process::start_with(place, settings).await;
    let ada = place.world.visitor().at(&process.url).connect("ada").await;
    (process, ada)
}

/// Has the letter sent and kills the process while Microsoft holds the request to this path.
async fn killed_at(
    place: &Place<'_>,
    process: &mut Process,
    ada: &Connected,
    path: &str,
) -> JoinHandle<()> {
    let held = place.hold(path);
    let sender = ada.clone();
    let asking = tokio::spawn(async move {
        sender.send(KEY, &letter(SUBJECT)).await;
    });
    held.until_it_waits().await;
    process.kill().await;
    // The connection is gone before the request could go on.
    moment().await;
    held.let_go();
    asking
}

/// The runs of processes that died are over.
async fn runs_lapse(place: &Place<'_>) {
    let lapsed = "update sendings set lease_until = 1";
    assert_eq!(place.world.change(lapsed).await, 1);
}

/// How often Microsoft was asked to send.
fn sends(place: &Place<'_>) -> usize {
    let calls = graph_calls(&place.world.exchanges());
    let sends = calls.iter().filter(|call| call.path.ends_with("/send"));
    sends.count()
}

async fn in_sent(ada: &Connected) -> usize {
    ada.found_in("sent", SUBJECT).await.len()
}

const KEY: &str = "2f1c1b0e-5b0a-4a53-9d52-1f0f6b9c7a11";
const SUBJECT: &str = "The engine runs";
