//! What breaks off during a story, on whichever of its threads: told with the story if that fails. Stories cut servers and
//! callers off on purpose; what breaks off beside one that ends well is no news.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    cell::RefCell,
    panic::{self, PanicHookInfo},
    sync::{Arc, Mutex, PoisonError},
};

/// Listens from now on to every thread that belongs to a story.
pub(crate) fn listen() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |broken| {
        if !keep(broken) {
            usual(broken);
        }
    }));
}

/// Does `work`, which tells a story on this thread.
///
/// # Errors
/// It broke off. What was heard: beside it first, of itself last.
pub(crate) fn during(work: impl FnOnce()) -> Result<(), String> {
    let heard = Arc::new(Mutex::new(Heard::default()));
    STORY.set(Some((Arc::clone(&heard), Thread::Own)));
    let ended = panic::catch_unwind(panic::AssertUnwindSafe(work));
    STORY.set(None);
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    ended.map_err(|_| heard.told())
}

/// For other threads of the story that this one tells: what each does when it starts.
pub(crate) fn on_other_threads() -> impl Fn() + Send + Sync + 'static {
    let story = STORY.with_borrow(|story| story.as_ref().map(|(heard, _)| Arc::clone(heard)));
    move || STORY.set(story.clone().map(|heard| (heard, Thread::Other)))
}

/// Adds a line to what is told of this thread's story if it fails.
pub(crate) fn add(line: String) {
    STORY.with_borrow(|story| {
        if let Some((heard, _)) = story {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.own.push(line);
        }
    });
}

#[derive(Debug, Default)]
struct Heard {
    own: Vec<String>,
    beside: Vec<String>,
}

impl Heard {
    fn told(&self) -> String {
        let mut lines = Vec::new();
        if !self.beside.is_empty() {
            lines.push("beside the story:".to_owned());
            lines.extend(self.beside.iter().cloned());
            lines.push("\nthe story:".to_owned());
        }
        lines.extend(self.own.iter().cloned());
        lines.join("\n")
    }
}

/// Whether the thread belongs to a story, which has it now.
fn keep(broken: &PanicHookInfo<'_>) -> bool {
    STORY.with_borrow(|story| {
        let Some((heard, thread)) = story else {
            return false;
        };
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        match thread {
            Thread::Other => heard.beside.push(broken.to_string()),
            Thread::Own => {
                let trace = Backtrace::capture();
                if trace.status() == BacktraceStatus::Captured {
                    heard.own.push(format!("stack backtrace:\n{trace}"));
                }
                heard.own.push(broken.to_string());
            }
        }
        true
    })
}

#[derive(Clone, Copy, Debug)]
enum Thread {
    Own,
    Other,
}

type Story = (Arc<Mutex<Heard>>, Thread);

thread_local! {
    static STORY: RefCell<Option<Story>> = const { RefCell::new(None) };
}
