//! Time in the demo: the one clock that backend and emulator share the hands of, and a stopwatch.

use std::time::Instant;

use connect_outlook_backend::clock::Clock as BackendClock;
use connect_outlook_emulator::Clock as EmulatorClock;

/// The clocks of server and Microsoft. They agree, and are only moved together.
#[derive(Clone, Debug)]
pub struct Clocks {
    server: BackendClock,
    microsoft: EmulatorClock,
    machine: EmulatorClock,
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            server: BackendClock::movable(),
            microsoft: EmulatorClock::new(),
            machine: EmulatorClock::new(),
        }
    }
}

impl Clocks {
    /// The backend's clock.
    #[must_use]
    pub fn server(&self) -> BackendClock {
        self.server.clone()
    }

    /// The emulator's clock.
    #[must_use]
    pub fn microsoft(&self) -> EmulatorClock {
        self.microsoft.clone()
    }

    /// The time by both, unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.microsoft.now()
    }

    /// How far they are ahead of the machine's, in seconds.
    #[must_use]
    pub fn ahead(&self) -> i64 {
        self.microsoft.now() - self.machine.now()
    }

    /// Puts both forward by `seconds`.
    pub fn advance(&self, seconds: u32) {
        self.microsoft.advance(i64::from(seconds));
        // Only the system clock refuses, and this one is movable.
        let _moved = self.server.advance(i64::from(seconds));
    }
}

/// Measures how long something takes.
#[derive(Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "measuring, not deciding: nothing depends on what it reads"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Whole milliseconds since the start.
    #[must_use]
    pub fn milliseconds(&self) -> u128 {
        self.0.elapsed().as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_jump_together() {
        let clocks = Clocks::default();
        clocks.advance(3_600);
        assert!((3_599..=3_601).contains(&clocks.ahead()));
        assert!((clocks.server().now().0 - clocks.now()).abs() <= 1);
    }
}
