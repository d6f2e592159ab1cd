//! A client has to take what it asked for: one that takes nothing for a while is cut off (R171).

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// A client's connection. Writing to it fails after [`TAKING`] in which nothing could be written.
#[derive(Debug)]
pub(super) struct Taking {
    stream: TcpStream,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Taking {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            waiting: None,
        }
    }

    /// What a try to write comes to.
    fn judge<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(TAKING)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Taking {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Taking {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.judge(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// How long a client may take nothing of what it is sent.
pub(super) const TAKING: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{pending, ready};
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use futures_util::{FutureExt as _, stream};
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;
    use tokio::sync::Notify;

    use super::*;
    use crate::clock::awaited::{awaited, is_about};
    use crate::http::serve::serve;

    /// Tells when the answer that has it is given up.
    struct Ends(Arc<Notify>);

    impl Drop for Ends {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    /// A client who asked for something endless, and what tells that it gets no more.
    async fn asked() -> (TcpStream, Arc<Notify>) {
        let ended = Arc::new(Notify::new());
        let ends = Arc::clone(&ended);
        let endless = async move || {
            let ends = Ends(ends);
            let pieces = stream::repeat_with(move || {
                let _here = &ends;
                Ok::<_, Infallible>(Bytes::from_static(&[0; 64 * 1024]))
            });
            Body::from_stream(pieces)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/endless", get(endless));
        tokio::spawn(serve(listener, router, pending()));
        let mut client = TcpStream::connect(address).await.unwrap();
        let request = b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n";
        client.write_all(request).await.unwrap();
        (client, ended)
    }

    /// R171
    #[tokio::test]
    async fn who_takes_nothing_is_cut_off() {
        let (_client, ended) = asked().await;
        let (_, took) = awaited(ended.notified(), ready(())).await;
        assert!(is_about(took, TAKING), "{took:?}");
    }

    /// R171: slow is not gone.
    #[tokio::test]
    async fn who_takes_something_now_and_then_is_served() {
        let (client, ended) = asked().await;
        tokio::time::pause();
        let mut taken = vec![0; 1024 * 1024];
        for _ in 0..4 {
            for _ in 0..100 {
                while client.try_read(&mut taken).is_ok_and(|bytes| bytes > 0) {}
                tokio::task::yield_now().await;
            }
            tokio::time::advance(TAKING * 2 / 3).await;
        }
        assert!(ended.notified().now_or_never().is_none());
    }
}
