//! Connections that can be broken on purpose: streams that fail at the next write once they are cut.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A handle to one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    is_cut: Arc<AtomicBool>,
}

impl Line {
    /// Breaks the connection at its next write: the client sees a reset and no answer.
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }
}

/// The stream of one connection.
#[derive(Debug)]
pub(crate) struct Cuttable {
    stream: TcpStream,
    line: Line,
}

impl From<TcpStream> for Cuttable {
    fn from(stream: TcpStream) -> Self {
        Self {
            stream,
            line: Line::default(),
        }
    }
}

impl Cuttable {
    /// The handle that cuts it.
    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    fn check(&self) -> io::Result<()> {
        if !self.line.is_cut.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Closing then sends a reset instead of an orderly end.
        self.stream.set_zero_linger()?;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
