//! `kill -9` of a real process, at the moments at which something could be lost.

use connect_outlook_emulator::RefreshRotation;
use connect_outlook_tests::{
    Answering, Connected, Visitor,
    browser::Answer,
    evidence::graph_calls,
    page::{Attempt, Callback},
};
use tokio::task::JoinHandle;

use crate::{
    place::{INBOX, Place, moment, reading},
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F20",
        killed_with_the_answer_in_its_hand_where_used_tokens_stay_good
    ),
    story!(
        "F20 F8",
        killed_with_the_answer_in_its_hand_where_tokens_are_good_once
    ),
    story!(
        "F20 F21",
        killed_while_the_request_is_out_nobody_asks_before_the_lease_is_over
    ),
    story!(
        "F21",
        killed_when_the_tokens_are_written_nothing_is_asked_again
    ),
    story!("F22", killed_before_the_first_tokens_are_written),
    story!("F23", killed_before_the_code_is_redeemed),
    story!("F20 F21", killed_at_any_moment_of_a_refresh_nothing_is_lost).seeded(SEEDS),
    story!(
        "F22 F23",
        killed_at_any_moment_of_a_sign_in_all_or_nothing_is_there
    )
    .seeded(SEEDS),
];

/// Each costs two starts of the program.
const SEEDS: u64 = 2;

/// Ada at a process of its own, her token about to lapse.
pub(crate) async fn ada_at(place: &Place<'_>, process: &Process) -> Connected {
    somebody_at(place, process, "ada").await
}

/// The same with somebody else.
pub(crate) async fn somebody_at(place: &Place<'_>, process: &Process, name: &str) -> Connected {
    place.lives_of_tokens(Some(120));
    let visitor = place.world.visitor().at(&process.url);
    let somebody = visitor.connect(name).await;
    place.lives_of_tokens(None);
    somebody
}

/// The process gets tokens, cannot write them, and dies.
async fn killed_with_the_answer(place: &Place<'_>, rotation: RefreshRotation) -> Connected {
    let mut process = Process::start(place).await;
    let ada = ada_at(place, &process).await;
    place.rotate(rotation);
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    let intents = "select account_id from refresh_leases where refresh_id is not null";
    assert_eq!(
        place.world.ask(intents).await,
        [[ada.id()]],
        "R86: noted before"
    );
    let locked = place.lock_writes().await;
    held.let_go();
    place.until_refreshes(1).await;
    process.kill().await;
    caller.abort();
    locked.unlock().await;
    place.leases_lapse().await;
    process.start_again(place).await;
    place.keep(process);
    ada
}

async fn killed_with_the_answer_in_its_hand_where_used_tokens_stay_good(
    place: &Place<'_>,
) -> usize {
    let ada = killed_with_the_answer(place, RefreshRotation::Entra).await;
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(place.world.events().await, ["account.connected"]);
    2
}

async fn killed_with_the_answer_in_its_hand_where_tokens_are_good_once(place: &Place<'_>) -> usize {
    let ada = killed_with_the_answer(place, RefreshRotation::Strict).await;
    for _ in 0..3 {
        assert_eq!(ada.get(INBOX).await.code(), "account_needs_user");
    }
    let told = ["account.connected", "account.needs_user"];
    assert_eq!(place.world.events().await, told);
    2
}

async fn killed_while_the_request_is_out_nobody_asks_before_the_lease_is_over(
    place: &Place<'_>,
) -> usize {
    let mut process = Process::start(place).await;
    let ada = ada_at(place, &process).await;
    let held = place.hold_token_request();
    let caller = reading(&ada);
    held.until_it_waits().await;
    process.kill().await;
    caller.abort();
    held.let_go();
    let asked = place.world.refreshes().len();
    let there = reading(&place.at(&ada, place.world.site()));
    for _ in 0..50 {
        moment().await;
        assert_eq!(place.world.refreshes().len(), asked, "the lease still runs");
    }
    place.leases_lapse().await;
    assert_eq!(there.await.unwrap().status, 200);
    assert_eq!(place.world.events().await, ["account.connected"]);
    assert_eq!(place.world.refreshes().len(), asked + 1);
    asked + 1
}

async fn killed_when_the_tokens_are_written_nothing_is_asked_again(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let ada = ada_at(place, &process).await;
    place.rotate(RefreshRotation::Strict);
    assert!(!ada.inbox().await.is_empty());
    process.kill().await;
    process.start_again(place).await;
    assert!(!ada.inbox().await.is_empty());
    place.keep(process);
    1
}

async fn killed_at_any_moment_of_a_refresh_nothing_is_lost(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let ada = ada_at(place, &process).await;
    let caller = reading(&ada);
    some_moments(place).await;
    process.kill().await;
    caller.abort();
    let asked = place.world.refreshes().len();
    assert!(asked <= 1, "{asked}");
    place.leases_lapse().await;
    process.start_again(place).await;
    assert_eq!(ada.get(INBOX).await.status, 200);
    assert_eq!(place.world.events().await, ["account.connected"]);
    let more = place.world.refreshes().len() - asked;
    assert!(more <= 1, "{more}");
    place.keep(process);
    asked + more
}

async fn killed_at_any_moment_of_a_sign_in_all_or_nothing_is_there(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let ending = Ending::begin(place, &process).await;
    some_moments(place).await;
    process.kill().await;
    ending.answer.abort();
    let accounts = place.world.rows("accounts").await;
    for table in ["grants", "data_keys", "events"] {
        assert_eq!(place.world.rows(table).await, accounts, "{table}");
    }
    process.start_again(place).await;
    if accounts == 0 {
        ending.visitor.connect("ada").await;
    } else {
        let elsewhere = place.world.visitor().at(&process.url);
        elsewhere.connect("ada").await;
    }
    place.keep(process);
    0
}

/// The seed chooses how many.
async fn some_moments(place: &Place<'_>) {
    for _ in 0..place.dice().below(24) {
        moment().await;
    }
}

async fn killed_before_the_first_tokens_are_written(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let held = place.hold_token_request();
    let ending = Ending::begin(place, &process).await;
    held.until_it_waits().await;
    let locked = place.lock_writes().await;
    held.let_go();
    // It asks Graph who it is and whether there is a mailbox, and wants to write then.
    while graph_calls(&place.world.exchanges()).is_empty() {
        moment().await;
    }
    process.kill().await;
    locked.unlock().await;
    ending.came_to_nothing(place, process).await
}

async fn killed_before_the_code_is_redeemed(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let held = place.hold_token_request();
    let ending = Ending::begin(place, &process).await;
    held.until_it_waits().await;
    process.kill().await;
    held.let_go();
    ending.came_to_nothing(place, process).await
}

/// Ada has signed in, and the page has sent what she brought.
struct Ending {
    visitor: Visitor,
    attempt: Attempt,
    callback: Callback,
    answer: JoinHandle<Answer>,
}

impl Ending {
    async fn begin(place: &Place<'_>, process: &Process) -> Self {
        let visitor = place.world.visitor().at(&process.url);
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let (who, what, back) = (visitor.clone(), attempt.clone(), callback.clone());
        let answer = tokio::spawn(async move { who.page().finish(&what, &back).await });
        Self {
            visitor,
            attempt,
            callback,
            answer,
        }
    }

    /// The process has died of it. The same again is told so, and beginning again connects.
    async fn came_to_nothing(self, place: &Place<'_>, mut process: Process) -> usize {
        self.answer.abort();
        process.start_again(place).await;
        let again = self.visitor.page();
        let again = again.finish(&self.attempt, &self.callback).await;
        assert_ne!(again.status, 500, "{}", again.body);
        assert_ne!(again.json()["status"], "connected");
        for table in ["accounts", "grants", "sessions", "events"] {
            assert_eq!(place.world.rows(table).await, 0, "{table}");
        }
        self.visitor.connect("ada").await;
        place.keep(process);
        0
    }
}
