//! Signals that a server is sent. Who has begun to listen misses none, whenever it waits for one.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP, where there is such a thing.
pub(super) struct Told {
    #[cfg(unix)]
    hangup: Option<Signal>,
}

impl Told {
    pub(super) fn listen() -> Self {
        Self {
            #[cfg(unix)]
            hangup: signal(SignalKind::hangup()).ok(),
        }
    }

    /// Waits for the next one.
    pub(super) async fn heard(&mut self) {
        #[cfg(unix)]
        next(&mut self.hangup).await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

/// Ctrl-C, or the signal that service managers send.
pub(super) struct Interrupted {
    #[cfg(unix)]
    interrupt: Option<Signal>,
    #[cfg(unix)]
    terminate: Option<Signal>,
}

impl Interrupted {
    pub(super) fn listen() -> Self {
        Self {
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt()).ok(),
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    /// Waits for one of them. Where neither can be listened for, a server serves until it is killed.
    pub(super) async fn heard(self) {
        #[cfg(unix)]
        {
            let (mut interrupt, mut terminate) = (self.interrupt, self.terminate);
            tokio::select! {
                () = next(&mut interrupt) => {}
                () = next(&mut terminate) => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
async fn next(listening: &mut Option<Signal>) {
    if let Some(signal) = listening
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}
