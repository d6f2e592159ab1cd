//! For tests: servers that fall silent.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::clock::awaited::awaited;

/// Somebody who says the same to whoever asks, and no more.
pub(crate) struct Silent {
    pub(crate) url: String,
    said: Arc<Notify>,
}

impl Silent {
    pub(crate) async fn after(text: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let said = Arc::new(Notify::new());
        let told = Arc::clone(&said);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                kept.push(answered(stream, text).await);
                told.notify_one();
            }
        });
        Self { url, said }
    }

    /// What comes of `asking`, and how long that takes: as soon as everything is said that ever will be, time is made to
    /// pass by itself.
    pub(crate) async fn heard<T>(&self, asking: impl Future<Output = T>) -> (T, Duration) {
        awaited(asking, self.said.notified()).await
    }
}

async fn answered(mut stream: TcpStream, text: &'static str) -> TcpStream {
    // Whoever hangs up is heard no further, and hears no more.
    let _ = stream.read(&mut [0; 4096]).await;
    let _ = stream.write_all(text.as_bytes()).await;
    stream
}
