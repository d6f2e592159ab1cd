//! Rules for tests, and a receiver that misbehaves on command.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::Rules;

/// How long a receiver may take for everything.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// One port besides the usual one.
pub(super) fn rules(insecure: bool) -> Rules {
    Rules {
        ports: [8443].into(),
        blocked: ["168.63.129.16/32".parse().unwrap()].into(),
        insecure,
        timeout: PATIENCE,
    }
}

/// What it does once it has the head of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    /// Writes this and closes.
    Says(&'static str),
    /// Writes this and would hear more on the same connection.
    Stays(&'static str),
    /// Writes this again and again, for as long as anybody takes it.
    NeverEnds(&'static str, &'static str),
    /// Writes this byte by byte, one a second.
    Drips(&'static str),
    /// Closes.
    Leaves,
}

/// A receiver on a port of its own.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
    written: Arc<AtomicUsize>,
}

impl Receiver {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            heads: Arc::default(),
            written: Arc::default(),
        };
        let (connections, heads, written) = (
            Arc::clone(&receiver.connections),
            Arc::clone(&receiver.heads),
            Arc::clone(&receiver.written),
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                let (heads, written) = (Arc::clone(&heads), Arc::clone(&written));
                tokio::spawn(async move { answer(stream, manner, &heads, &written).await });
            }
        });
        receiver
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hooks?a=b", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }

    pub(super) async fn heads(&self) -> Vec<String> {
        self.heads.lock().await.clone()
    }
}

async fn answer(
    mut stream: TcpStream,
    manner: Manner,
    heads: &Mutex<Vec<String>>,
    written: &AtomicUsize,
) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend_from_slice(&piece[..read]),
        }
    }
    heads
        .lock()
        .await
        .push(String::from_utf8_lossy(&head).into_owned());
    let (text, again) = match manner {
        Manner::Leaves => return,
        Manner::Says(text) | Manner::Stays(text) => (text, ""),
        Manner::NeverEnds(text, again) => (text, again),
        Manner::Drips(text) => {
            for byte in text.bytes() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
            return;
        }
    };
    if stream.write_all(text.as_bytes()).await.is_err() {
        return;
    }
    while !again.is_empty() && stream.write_all(again.as_bytes()).await.is_ok() {
        written.fetch_add(again.len(), Ordering::Relaxed);
    }
    if let Manner::Stays(_) = manner {
        // Until the other side closes.
        let _ = stream.read(&mut piece).await;
    }
}
