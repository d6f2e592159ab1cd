//! Two steps at a time: most steps wait now and then, for a browser, a database or one long compilation, and leave
//! processors to the other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::verify::steps::Step;

/// Does `work` for every step, in their order as far as each step's needs allow. Answers in that order.
pub(crate) fn side_by_side<T: Send>(
    steps: &[Step],
    at_once: usize,
    work: impl Fn(Step) -> T + Sync,
) -> Vec<(Step, T)> {
    let queue = Queue::new(steps);
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(step) = queue.next() {
                    queue.done(step, work(step));
                }
            });
        }
    });
    let mut done = lock(&queue.state).done.drain(..).collect::<Vec<_>>();
    done.sort_by_key(|(step, _)| steps.iter().position(|known| known == step));
    done
}

struct Queue<T> {
    all: Vec<Step>,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: Vec<Step>,
    done: Vec<(Step, T)>,
}

impl<T> Queue<T> {
    fn new(steps: &[Step]) -> Self {
        Self {
            all: steps.to_vec(),
            state: Mutex::new(State {
                waiting: steps.to_vec(),
                done: Vec::new(),
            }),
            changed: Condvar::new(),
        }
    }

    /// The next step whose needs are met, once there is one; nothing when all have begun.
    fn next(&self) -> Option<Step> {
        let mut state = lock(&self.state);
        while !state.waiting.is_empty() {
            let ready = state
                .waiting
                .iter()
                .position(|step| self.may_begin(*step, &state));
            if let Some(ready) = ready {
                return Some(state.waiting.remove(ready));
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// What is not asked for needs no waiting.
    fn may_begin(&self, step: Step, state: &State<T>) -> bool {
        let is_done = |need: &Step| state.done.iter().any(|(done, _)| done == need);
        let mut needs = step.needs().iter();
        needs.all(|need| !self.all.contains(need) || is_done(need))
    }

    fn done(&self, step: Step, outcome: T) {
        lock(&self.state).done.push((step, outcome));
        self.changed.notify_all();
    }
}

fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::{Barrier, Mutex};

    use super::side_by_side;
    use crate::verify::steps::Step;

    #[test]
    fn two_run_at_once_and_all_are_answered_in_order() {
        let both = Barrier::new(2);
        let steps = [Step::Format, Step::Clippy];
        let done = side_by_side(&steps, 2, |step| {
            both.wait();
            step.title()
        });
        assert_eq!(done, [(Step::Format, "format"), (Step::Clippy, "clippy")]);
    }

    #[test]
    fn nobody_begins_before_what_it_needs_is_done() {
        let begun = Mutex::new(Vec::new());
        let steps = [Step::Examples, Step::BrowserStories, Step::Package];
        side_by_side(&steps, 2, |step| begun.lock().unwrap().push(step));
        assert_eq!(begun.into_inner().unwrap()[0], Step::Package);
    }

    #[test]
    fn what_is_not_asked_for_is_not_waited_for() {
        let done = side_by_side(&[Step::RustTests], 2, |_| ());
        assert_eq!(done.len(), 1);
    }
}
