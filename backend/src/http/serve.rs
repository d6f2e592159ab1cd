//! Listening: connections with limits, and a stop that lets requests finish (R170–R172, R180).

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Layer as _;
use tower::util::MapRequest;

use super::taking::Taking;

/// Why the server does not listen; one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The port is taken.
    #[error(
        "cannot listen on {0}: another program uses this port; set `listen` or stop the other program"
    )]
    Busy(SocketAddr),
    /// The system refuses.
    #[error("cannot listen on {address}: {source}")]
    Refused {
        /// As configured.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Takes the port.
///
/// # Errors
/// [`ListenError`].
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::Busy(address),
            _ => ListenError::Refused { address, source },
        })
}

/// The routes below a base path, which is empty or begins with a slash.
pub fn below(base_path: &str, router: Router) -> Router {
    if base_path.is_empty() {
        router
    } else {
        Router::new().nest(base_path, router)
    }
}

/// Serves until `stop` ends; then takes nothing new and waits for what is running, at most [`DRAIN`].
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let builder = builder();
    let (graceful, room) = (
        GracefulShutdown::new(),
        Arc::new(Semaphore::new(CONNECTIONS)),
    );
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
            let permit = Arc::clone(&room).acquire_owned().await.ok();
            (listener.accept().await, permit)
        };
        tokio::select! {
            (accepted, permit) = next => match accepted {
                Ok((stream, peer)) => start(&builder, &graceful, (stream, peer), &router, permit),
                Err(error) => pause_after(&error).await,
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!("stopping: no new connections, waiting for requests under way");
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests were cut off");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES_HTTP2)
        .keep_alive_interval(Duration::from_secs(20));
    builder
}

fn start(
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    (stream, peer): (TcpStream, SocketAddr),
    router: &Router,
    permit: Option<OwnedSemaphorePermit>,
) {
    // Who asks, for the limits by address.
    let service = Extension(ConnectInfo(peer)).layer(router.clone());
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let service = MapRequest::new(service, move |request| {
        asks.store(true, Ordering::Relaxed);
        request
    });
    let connection = builder
        .serve_connection(
            TokioIo::new(Taking::new(stream)),
            TowerToHyperService::new(service),
        )
        .into_owned();
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let mut connection = pin!(connection);
        // The limit on heads begins once it is known which HTTP is spoken: a client may never say so.
        let ended = tokio::time::timeout(HEADER_READ, connection.as_mut()).await;
        if ended.is_err() && asked.load(Ordering::Relaxed) {
            // How a client's connection ends is the client's affair.
            let _ = connection.await;
        }
        drop(permit);
    });
}

/// Out of file descriptors and the like: other connections have to end first (F71).
async fn pause_after(error: &io::Error) {
    let passing = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    );
    if !passing {
        tracing::warn!(%error, "cannot accept connections");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Connections at the same time; more wait in the system's queue.
const CONNECTIONS: usize = 4_096;
/// From the moment a connection is taken, or a request may come, to the end of its headers.
const HEADER_READ: Duration = Duration::from_secs(10);
/// Bytes of request line and headers.
const HEAD_BYTES: usize = 32 * 1024;
const HEAD_BYTES_HTTP2: u32 = 32 * 1024;
const HEADERS: usize = 100;
/// Requests at the same time on one HTTP/2 connection.
const STREAMS: u32 = 100;

/// How long a stop waits for requests.
pub const DRAIN: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use std::future::ready;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;

    use super::*;
    use crate::clock::awaited::{awaited, is_about};

    struct Server {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        running: JoinHandle<()>,
        go: Arc<Notify>,
        entered: Arc<Notify>,
    }

    async fn started() -> Server {
        let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (go, entered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (handler_go, handler_entered) = (Arc::clone(&go), Arc::clone(&entered));
        let slow = async move || {
            handler_entered.notify_one();
            handler_go.notified().await;
            "done"
        };
        let router = below(
            "/outlook",
            Router::new()
                .route("/slow", get(slow))
                .route("/fine", get(async || "fine")),
        );
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            serve(listener, router, async { drop(stopped.await) }).await;
        });
        Server {
            address,
            stop,
            running,
            go,
            entered,
        }
    }

    async fn exchange(address: SocketAddr, request: String) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // A server that cuts the connection off has answered all it will.
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    fn get_request(path: &str, more: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n")
    }

    #[tokio::test]
    async fn a_busy_port_is_told_apart() {
        let server = started().await;
        assert!(
            matches!(listen(server.address).await, Err(ListenError::Busy(busy)) if busy == server.address)
        );
    }

    /// R180, F65: what is under way is finished, nothing new is taken.
    #[tokio::test]
    async fn a_stop_lets_requests_finish_and_takes_no_new_ones() {
        let server = started().await;
        let under_way = tokio::spawn(exchange(server.address, get_request("/outlook/slow", "")));
        server.entered.notified().await;
        server.stop.send(()).unwrap();
        while TcpStream::connect(server.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        server.go.notify_one();
        assert!(under_way.await.unwrap().ends_with("done"));
        server.running.await.unwrap();
    }

    /// R180: who never finishes is not waited for.
    #[tokio::test]
    async fn a_stop_takes_so_long_and_no_longer() {
        let server = started().await;
        let under_way = tokio::spawn(exchange(server.address, get_request("/outlook/slow", "")));
        server.entered.notified().await;
        let stopped = async { server.stop.send(()).unwrap() };
        let (ended, took) = awaited(server.running, stopped).await;
        ended.unwrap();
        assert!(is_about(took, DRAIN), "{took:?}");
        under_way.abort();
    }

    /// R170: heads that no browser sends are cut before any route sees them.
    #[tokio::test]
    async fn a_head_that_is_too_large_is_cut() {
        let server = started().await;
        assert!(
            exchange(server.address, get_request("/outlook/fine", ""))
                .await
                .ends_with("fine")
        );
        let many: String = (0..200)
            .map(|number| format!("x-{number}: y\r\n"))
            .collect();
        for more in [format!("cookie: {}\r\n", "a".repeat(64 * 1024)), many] {
            let answer = exchange(server.address, get_request("/outlook/fine", &more)).await;
            assert!(!answer.contains("200 OK"), "{answer}");
        }
    }

    /// R172: what a client of HTTP/2 is told before it asks anything (RFC 9113 section 6.5.2).
    #[tokio::test]
    async fn a_client_of_http2_is_told_its_limits() {
        let server = started().await;
        let (_stream, settings) = http2(server.address).await;
        let settings: Vec<_> = settings
            .chunks_exact(6)
            .map(|one| (one[1], u32::from_be_bytes(one[2..].try_into().unwrap())))
            .collect();
        assert!(settings.contains(&(3, STREAMS)), "streams: {settings:?}");
        assert!(
            settings.contains(&(6, HEAD_BYTES_HTTP2)),
            "headers: {settings:?}"
        );
    }

    /// Begins with HTTP/2. What the server says to it.
    async fn http2(address: SocketAddr) -> (TcpStream, Vec<u8>) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
        stream.write_all(preface).await.unwrap();
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(head[3], 4, "a frame of settings");
        let mut settings = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
        stream.read_exact(&mut settings).await.unwrap();
        (stream, settings)
    }

    /// R171: a client of HTTP/2 of which nothing is heard any more is asked whether it is there, and is given up. One that
    /// never asked for anything is given up at once.
    #[tokio::test]
    async fn a_client_that_is_gone_is_given_up() {
        let server = started().await;
        let (mut mute, _) = http2(server.address).await;
        given_up(&mut mute, HEADER_READ).await;
        let (mut gone, _) = http2(server.address).await;
        let get = b"\0\0\x14\x01\x05\0\0\0\x01\x82\x86\x04\x0d/outlook/fine\x01\x01x";
        gone.write_all(get).await.unwrap();
        let mut answer = [0; 4096];
        let read = gone.read(&mut answer).await.unwrap();
        assert!(read > 0, "an answer");
        given_up(&mut gone, Duration::from_secs(40)).await;
    }

    /// Listens until the server ends the connection.
    async fn given_up(stream: &mut TcpStream, expected: Duration) -> Vec<u8> {
        let mut heard = Vec::new();
        let listening = stream.read_to_end(&mut heard);
        let (_, took) = awaited(listening, ready(())).await;
        assert!(is_about(took, expected), "{took:?}");
        heard
    }

    /// R171: somebody who never ends the head, or does not even begin with it.
    #[tokio::test]
    async fn a_head_that_never_ends_is_cut() {
        let server = started().await;
        for half in ["", "PRI * HTTP/2.0", "GET /outlook/fine HTTP/1.1\r\nhost"] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            never_ends(&mut stream, half).await;
        }
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let whole = "GET /outlook/fine HTTP/1.1\r\nhost: x\r\n\r\n";
        stream.write_all(whole.as_bytes()).await.unwrap();
        let mut answer = [0; 4096];
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].ends_with(b"fine"));
        never_ends(&mut stream, &whole[..20]).await;
    }

    /// Says half of what there is to say; the server ends the connection when it has waited for the rest.
    async fn never_ends(stream: &mut TcpStream, half: &str) {
        stream.write_all(half.as_bytes()).await.unwrap();
        let heard = given_up(stream, HEADER_READ).await;
        let heard = String::from_utf8_lossy(&heard);
        assert!(!heard.contains("200 OK"), "{heard}");
    }
}
