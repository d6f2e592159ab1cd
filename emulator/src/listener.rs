//! Where connections come in: over TCP, each with a handle to break it, with TLS on top if the emulator speaks HTTPS.

use std::{io, net::SocketAddr};

use axum::{
    extract::connect_info::Connected,
    serve::{self, IncomingStream},
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{
    scenario::{Cuttable, Line},
    tls::Connection,
};

/// A listener of the emulator.
pub(crate) struct Listener {
    /// Takes connections.
    pub(crate) tcp: TcpListener,
    /// Opens them, if they are HTTPS.
    pub(crate) tls: Option<TlsAcceptor>,
}

impl serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = serve::Listener::accept(&mut self.tcp).await;
        let connection = Connection::over(Cuttable::from(stream), self.tls.as_ref());
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listener>> for Line {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.io().line.clone()
    }
}
