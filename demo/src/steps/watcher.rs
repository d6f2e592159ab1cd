//! Gathering the steps of all witnesses into the record.

use std::sync::{Arc, Mutex, PoisonError};

use connect_outlook_backend::steps::StepTaken;
use connect_outlook_emulator::EmulatorState;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::record::Record;
use super::step::Sketch;
use super::{inner, merge, wire};

/// Watches one emulator and one backend from the moment it is made.
#[derive(Debug)]
pub struct Watcher {
    emulator: Arc<EmulatorState>,
    place: Mutex<Place>,
    record: Arc<Record>,
}

/// How far each witness has been heard.
#[derive(Debug)]
struct Place {
    exchange: u64,
    told: Receiver<StepTaken>,
}

impl Watcher {
    /// Watches `emulator` and the backend behind `told`, into `record`.
    #[must_use]
    pub fn new(
        emulator: Arc<EmulatorState>,
        told: Receiver<StepTaken>,
        record: Arc<Record>,
    ) -> Self {
        let place = Mutex::new(Place { exchange: 0, told });
        Self {
            emulator,
            place,
            record,
        }
    }

    /// Takes over what has happened since the last time.
    pub fn collect(&self) {
        // A thread that panicked here left a place that is still good to go on from.
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let exchanges = self.emulator.exchanges.after(place.exchange);
        place.exchange = exchanges
            .last()
            .map_or(place.exchange, |last| last.sequence);
        let wire = exchanges.iter().flat_map(|exchange| {
            let steps = wire::steps_of(exchange);
            steps.into_iter().map(|step| (exchange.time, step))
        });
        let told = heard(&mut place.told);
        let told = told
            .iter()
            .map(|taken| (taken.at.0, inner::read(&taken.step)));
        for (time, sketch) in merge::in_order(wire.collect(), told.collect()) {
            self.record.add(time, sketch);
        }
    }

    /// Adds what the demo itself saw, now.
    pub fn add(&self, sketch: Sketch) {
        self.record.add(self.emulator.clock.now(), sketch);
    }
}

fn heard(told: &mut Receiver<StepTaken>) -> Vec<StepTaken> {
    let mut heard = Vec::new();
    loop {
        match told.try_recv() {
            Ok(taken) => heard.push(taken),
            // Too slow: the oldest are lost, the rest follows.
            Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return heard,
        }
    }
}
