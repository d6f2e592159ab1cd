//! Ports for servers that come and go.

use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// A port of this machine that is free at this moment, and none that systems give away unasked: while its server has yet
/// to be started, or is stopped, nobody else is handed it. Each call of a process answers with another one.
///
/// # Errors
/// When every port is taken.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..COUNT {
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        let mixed = std::process::id().wrapping_mul(97).wrapping_add(turn);
        let Ok(port) = u16::try_from(FIRST + mixed % COUNT) else {
            continue;
        };
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

/// Linux and others give away ports from 32768 on.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_handed_it_unasked_and_nobody_twice() {
        let ports: Vec<_> = (0..20).map(|_| free_port().unwrap()).collect();
        assert!(ports.iter().all(|port| (20_000..32_000).contains(port)));
        let mut known = ports.clone();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), ports.len());
    }
}
