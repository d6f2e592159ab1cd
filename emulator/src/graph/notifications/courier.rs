//! The one who carries notifications: when something is due by the emulator's clock, it goes out. Letters on their way
//! are delivered by the way, for somebody may watch the mailbox in which they arrive.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet};

use super::{
    outbox::{Bundle, Delivery},
    receiver::in_time,
};
use crate::{
    graph::{
        json::{Json, Object},
        serve::Graph,
    },
    state::EmulatorState,
};

/// Delivers what becomes due until `stopped`.
pub(crate) async fn carry(graph: Arc<Graph>, mut stopped: watch::Receiver<bool>) {
    let until_stopped = async move {
        // An error means that the emulator was dropped: stop as well.
        let _dropped = stopped.wait_for(|stop| *stop).await;
    };
    tokio::select! {
        () = until_stopped => {}
        () = deliver_for_ever(graph) => {}
    }
}

async fn deliver_for_ever(graph: Arc<Graph>) {
    let state = Arc::clone(&graph.emulator);
    let outbox = &state.notifications.outbox;
    let (mut moves, mut changes) = (state.clock.moves(), outbox.changes());
    let mut posted = graph.post.changes();
    let mut underway = JoinSet::new();
    loop {
        graph.notice();
        let now = state.clock.now();
        for bundle in outbox.take_due(now, &state.switches().notifications) {
            underway.spawn(deliver(Arc::clone(&state), bundle));
        }
        let next = [outbox.next_due(), graph.post.next_due()];
        let next = next.into_iter().flatten().min();
        let seconds = next.map_or(LONGEST_SLEEP, |due| due - now);
        let seconds = seconds.clamp(0, LONGEST_SLEEP).unsigned_abs();
        // Neither sender goes before this task does; whatever woke it, it looks at everything again.
        tokio::select! {
            _ = moves.changed() => {}
            _ = changes.changed() => {}
            _ = posted.changed() => {}
            Some(_) = underway.join_next() => {}
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
        }
    }
}

async fn deliver(state: Arc<EmulatorState>, bundle: Bundle) {
    let entries: Json = bundle
        .letters
        .iter()
        .map(|letter| letter.content.clone())
        .collect();
    let body = Object::new().with("value", entries);
    let delivery = match in_time(&state.clock, post(&bundle, &body)).await {
        None => Delivery::TooSlow,
        Some(Err(_)) => Delivery::Unreachable,
        Some(Ok(status @ 200..=299)) => Delivery::Taken(status),
        Some(Ok(status)) => Delivery::Refused(status),
    };
    let switches = state.switches().notifications;
    let outbox = &state.notifications.outbox;
    outbox.settle(bundle, delivery, state.clock.now(), &switches);
}

async fn post(
    bundle: &Bundle,
    body: &Object,
) -> Result<u16, Box<dyn std::error::Error + Send + Sync>> {
    let request = bundle.to.post(&[])?.json(body);
    Ok(request.send().await?.status().as_u16())
}

/// Seconds; a day.
const LONGEST_SLEEP: i64 = 86_400;
