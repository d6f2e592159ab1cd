//! Callers at two processes, a lease that lapses, a disconnect and a new sign-in while a refresh is out, in an order that
//! the seed decides.

use connect_outlook_emulator::RefreshRotation;
use connect_outlook_tests::{Connected, browser::Answer};
use tokio::task::JoinHandle;

use crate::{
    place::{HOUR, Held, Place, moment, reading},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[story!(
    "F36 F37 F38 F42 F44",
    no_order_of_those_who_meet_loses_anything
)
.seeded(10)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    CallHere,
    CallThere,
    LetGo,
    Lapse,
    Disconnect,
    SignIn,
}

async fn no_order_of_those_who_meet_loses_anything(place: &Place<'_>) -> usize {
    let mut dice = place.dice();
    let disturbance = dice.one_of(&[
        None,
        Some(Step::Lapse),
        Some(Step::Disconnect),
        Some(Step::SignIn),
    ]);
    let rotation = dice.one_of(&[RefreshRotation::Entra, RefreshRotation::Strict]);
    place.rotate(rotation);
    let mut steps = vec![
        Step::CallHere,
        Step::CallThere,
        Step::CallHere,
        Step::CallThere,
        Step::LetGo,
    ];
    steps.extend(disturbance);
    dice.shuffle(&mut steps);

    let mut race = Race::ready(place).await;
    for step in &steps {
        race.take(*step).await;
        for _ in 0..dice.below(4) {
            moment().await;
        }
    }
    race.judge(disturbance, &format!("{rotation:?} {steps:?}"))
        .await
}

struct Race<'place> {
    place: &'place Place<'place>,
    here: Connected,
    there: Connected,
    held: Option<Held<'place>>,
    callers: Vec<JoinHandle<Answer>>,
}

impl<'place> Race<'place> {
    async fn ready(place: &'place Place<'place>) -> Self {
        let here = place.world.visitor().connect("ada").await;
        let there = place.at(&here, &place.world.another_process().await);
        place.world.advance(2 * HOUR);
        Self {
            place,
            here,
            there,
            held: Some(place.hold_token_request()),
            callers: Vec::new(),
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::CallHere => self.callers.push(reading(&self.here)),
            Step::CallThere => self.callers.push(reading(&self.there)),
            Step::LetGo => self.let_go(),
            Step::Lapse => self.place.leases_lapse().await,
            Step::Disconnect => assert_eq!(self.here.disconnect().await.status, 204),
            Step::SignIn => self.sign_in().await,
        }
    }

    /// The token request that is held may be the one of the sign-in.
    async fn sign_in(&mut self) {
        let visitor = self.here.visitor.clone();
        let again = tokio::spawn(async move { visitor.connect("ada").await });
        moment().await;
        self.let_go();
        self.here = again.await.unwrap();
    }

    fn let_go(&mut self) {
        if let Some(held) = self.held.take() {
            held.let_go();
        }
    }

    /// What must hold in any order; the invariants follow.
    async fn judge(mut self, disturbance: Option<Step>, case: &str) -> usize {
        self.let_go();
        let ended = disturbance == Some(Step::Disconnect);
        for caller in self.callers {
            let answer = caller.await.unwrap();
            // Somebody who is disconnected, or shows a handle that a sign-in has replaced meanwhile, is told so.
            let may_be: &[u16] = match disturbance {
                None => &[200],
                Some(Step::SignIn) => &[200, 401],
                Some(Step::Disconnect) => &[200, 401, 404, 409, 503],
                Some(_) => &[200, 409, 503],
            };
            assert!(may_be.contains(&answer.status), "{case}: {}", answer.body);
        }
        let world = self.place.world;
        let allowed = if disturbance.is_none() { 1 } else { 2 };
        assert!(world.refreshes().len() <= allowed, "{case}");
        if ended {
            for table in [
                "grants",
                "data_keys",
                "refresh_leases where refresh_id is not null",
            ] {
                assert_eq!(world.rows(table).await, 0, "{case}: {table}");
            }
        } else {
            assert!(!self.here.inbox().await.is_empty(), "{case}");
        }
        world.refreshes().len()
    }
}
