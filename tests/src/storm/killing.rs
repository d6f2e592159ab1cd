//! Killing a process at a random moment of a refresh.

use std::{sync::Arc, time::Duration};

use connect_outlook_emulator::scenario::{Fault, FaultKind};

use super::{deployment::Deployment, evidence::asked_since, now, pause};

/// Where the moments come from. Of no use for anything secret.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to below `end` (Marsaglia's xorshift).
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

/// Lets Microsoft think for a while about every refresh, so that there is time to die while it does.
pub(super) fn let_microsoft_think(deployment: &Deployment) {
    let thinking = FaultKind::Delay {
        milliseconds: THINKING,
    };
    deployment.microsoft.add_fault(Fault {
        times: None,
        ..Fault::next(thinking, "/oauth2/v2.0/token")
    });
}

/// Kills one process and starts it again: in one round of three at any moment of the round, in the others as soon as
/// Microsoft has answered a refresh, which is when the answer is about to be written down.
pub(super) async fn kill_somebody(deployment: &Deployment, dice: &mut Dice, latest: u64) {
    let count = deployment.processes.len() as u64;
    let victim = usize::try_from(dice.below(count)).unwrap_or(0);
    let victim = Arc::clone(&deployment.processes[victim]);
    if dice.below(3) == 0 {
        pause(Duration::from_millis(dice.below(3 * THINKING))).await;
    } else {
        first_answer(deployment, latest).await;
        pause(Duration::from_micros(dice.below(5_000))).await;
    }
    victim.kill().await;
    victim.start_again().await;
}

/// Waits until a refresh of this round is answered; not for ever, for there may be none.
async fn first_answer(deployment: &Deployment, latest: u64) {
    let begun = now();
    while asked_since(deployment, latest).0.token_requests == 0 && begun.elapsed() < LONGEST_ROUND {
        pause(Duration::from_millis(1)).await;
    }
}

/// Milliseconds.
const THINKING: u64 = 60;
const LONGEST_ROUND: Duration = Duration::from_secs(5);
