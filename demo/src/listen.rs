//! Listening where `localhost` leads: on 127.0.0.1, and on \[::1\] where there is one, with the same port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

/// The door of the site.
#[derive(Debug)]
pub struct Door {
    /// The port.
    pub port: u16,
    /// Who listens there: one for each loopback address.
    pub listeners: Vec<TcpListener>,
}

/// Why there is no door.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Stop the other program, or choose another port.
    #[error(
        "port {0} is in use by another program; end that one, or choose another port with --port (0 takes any)"
    )]
    Busy(u16),
    /// The operating system refuses.
    #[error("cannot listen on port {port}: {source}")]
    Refused {
        /// The port asked for.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
}

/// Listens on `port`, or on any free one for 0.
///
/// # Errors
/// [`ListenError`], by what to do.
pub async fn listen(port: u16) -> Result<Door, ListenError> {
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        tries -= 1;
        match both(port).await {
            // The port that was free for one address belongs to somebody on the other.
            Err(ListenError::Busy(_)) if tries > 0 => {}
            other => return other,
        }
    }
}

async fn both(port: u16) -> Result<Door, ListenError> {
    let four = TcpListener::bind(on(Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| refused(port, error))?;
    let port = four
        .local_addr()
        .map_err(|error| refused(port, error))?
        .port();
    let mut listeners = vec![four];
    match TcpListener::bind(on(Ipv6Addr::LOCALHOST, port)).await {
        Ok(six) => listeners.push(six),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            return Err(ListenError::Busy(port));
        }
        // A machine without IPv6: `localhost` is 127.0.0.1 there.
        Err(error) => tracing::debug!(%error, "not listening on [::1]"),
    }
    Ok(Door { port, listeners })
}

fn on(address: impl Into<IpAddr>, port: u16) -> SocketAddr {
    SocketAddr::new(address.into(), port)
}

fn refused(port: u16, source: io::Error) -> ListenError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::Busy(port),
        _ => ListenError::Refused { port, source },
    }
}

const TRIES: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn any_free_port_is_found_and_a_busy_one_is_one_sentence() {
        let door = listen(0).await.unwrap();
        assert_ne!(door.port, 0);
        let error = listen(door.port).await.unwrap_err();
        assert!(matches!(error, ListenError::Busy(port) if port == door.port));
        let text = error.to_string();
        assert!(
            text.contains(&door.port.to_string())
                && text.contains("--port")
                && !text.contains('\n'),
            "{text}"
        );
    }

    /// Whoever holds the port on the other loopback address would answer half of the visitors.
    #[tokio::test]
    async fn a_port_that_is_taken_on_either_address_is_busy() {
        let Ok(six) = TcpListener::bind(on(Ipv6Addr::LOCALHOST, 0)).await else {
            return;
        };
        let port = six.local_addr().unwrap().port();
        assert!(matches!(listen(port).await, Err(ListenError::Busy(_))));
    }
}
