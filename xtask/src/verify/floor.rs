//! Who is heard: of steps that run side by side one is printed as it goes, the others when it is done. So each step's
//! lines stand together.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::say::Ear;

/// Prints the lines of all steps.
pub(crate) struct Floor {
    parts: Mutex<Vec<Part>>,
    out: Ear,
}

/// What a step has to say. The first one has the floor, and its lines are printed.
struct Part {
    step: &'static str,
    kept: Vec<String>,
    is_over: bool,
}

impl Floor {
    /// Prints by `out`.
    pub(crate) fn new(out: Ear) -> Self {
        Self {
            parts: Mutex::default(),
            out,
        }
    }

    /// A step begins to talk.
    pub(crate) fn open(&self, step: &'static str) {
        self.lock().push(Part {
            step,
            kept: Vec::new(),
            is_over: false,
        });
        self.say(step, &format!("\n══ {step} ══"));
    }

    /// A line of a step that has begun.
    pub(crate) fn say(&self, step: &str, line: &str) {
        let mut parts = self.lock();
        match parts.iter().position(|part| part.step == step) {
            Some(0) | None => (self.out)(line),
            Some(place) => parts[place].kept.push(line.to_owned()),
        }
    }

    /// A step has said everything.
    pub(crate) fn close(&self, step: &str) {
        let mut parts = self.lock();
        if let Some(part) = parts.iter_mut().find(|part| part.step == step) {
            part.is_over = true;
        }
        while parts.first().is_some_and(|part| part.is_over) {
            parts.remove(0);
            if let Some(next) = parts.first_mut() {
                next.kept.drain(..).for_each(|line| (self.out)(&line));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Part>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::Floor;

    #[test]
    fn the_first_is_heard_at_once_and_the_others_in_their_order_when_it_is_done() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&heard);
        let floor = Floor::new(Arc::new(move |line| {
            ear.lock().unwrap().push(line.to_owned());
        }));
        floor.open("one");
        floor.open("two");
        floor.say("two", "b");
        floor.say("one", "a");
        let now = ["\n══ one ══", "a"];
        assert_eq!(*heard.lock().unwrap(), now);
        floor.open("three");
        floor.say("three", "c");
        floor.close("two");
        assert_eq!(*heard.lock().unwrap(), now);
        floor.close("one");
        floor.say("three", "d");
        floor.close("three");
        let rest = ["\n══ two ══", "b", "\n══ three ══", "c", "d"];
        assert_eq!(heard.lock().unwrap()[2..], rest);
    }
}
