//! A connection as HTTP sees it: plain, or opened by TLS when it is first read, so that a client that dawdles over the
//! handshake keeps nobody else waiting.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, TlsAcceptor, server::TlsStream};

use crate::scenario::{Cuttable, Line};

/// One connection, and the handle to break it.
pub(crate) struct Connection {
    /// Breaks it.
    pub(crate) line: Line,
    layer: Layer,
}

enum Layer {
    Plain(Cuttable),
    Opening(Box<Accept<Cuttable>>),
    Open(Box<TlsStream<Cuttable>>),
    Failed,
}

impl Connection {
    /// A connection over `stream`, with TLS if there is an `acceptor`.
    pub(crate) fn over(stream: Cuttable, acceptor: Option<&TlsAcceptor>) -> Self {
        Self {
            line: stream.line().clone(),
            layer: match acceptor {
                Some(acceptor) => Layer::Opening(Box::new(acceptor.accept(stream))),
                None => Layer::Plain(stream),
            },
        }
    }

    /// The stream, once its handshake is done.
    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut dyn Stream>>> {
        if let Layer::Opening(accept) = &mut self.layer {
            let opened = ready!(Pin::new(accept).poll(context));
            self.layer = Layer::Failed;
            self.layer = Layer::Open(Box::new(opened?));
        }
        Poll::Ready(match &mut self.layer {
            Layer::Plain(stream) => Ok(Pin::new(stream)),
            Layer::Open(stream) => Ok(Pin::new(stream.as_mut())),
            Layer::Opening(_) | Layer::Failed => Err(io::ErrorKind::NotConnected.into()),
        })
    }

    fn is_open(&self) -> bool {
        matches!(self.layer, Layer::Plain(_) | Layer::Open(_))
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_open(context))?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_open() {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_open(context))?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Whoever has not finished the handshake is owed no orderly end.
        if !self.is_open() {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_open(context))?.poll_shutdown(context)
    }
}
