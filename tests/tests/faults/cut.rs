//! A way to PostgreSQL that is cut at a commit: before the server has heard of it, or before anybody hears of its answer.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream, UnixStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
        unix::OwnedReadHalf as FromServer,
    },
};
use url::Url;

/// When it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// The commit does not arrive.
    Before,
    /// It is carried out, and the answer does not come back.
    After,
}

/// The way.
#[derive(Debug)]
pub(crate) struct Cut {
    /// The address of the database by this way.
    pub(crate) address: String,
    order: Order,
}

type Order = Arc<Mutex<Option<When>>>;

impl Cut {
    /// To the database at `address`, which names a socket.
    pub(crate) async fn on_the_way_to(address: &str) -> Self {
        let mut url: Url = address.parse().unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let find = |name| pairs.iter().find(|(known, _)| known == name);
        let port = find("port").map_or("5432", |(_, port)| port.as_str());
        let socket = format!("{}/.s.PGSQL.{port}", find("host").unwrap().1);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port()))
            .unwrap();
        let kept = pairs.iter().filter(|(name, _)| name == "options");
        url.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair("sslmode", "disable");
        let order = Order::default();
        tokio::spawn(listen(listener, socket, Arc::clone(&order)));
        Self {
            address: url.into(),
            order,
        }
    }

    /// Cuts the next commit.
    pub(crate) fn next_commit(&self, when: When) {
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some(when);
    }

    /// Whether it has done as it was told.
    pub(crate) fn is_done(&self) -> bool {
        let order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        order.is_none()
    }
}

async fn listen(listener: TcpListener, socket: String, order: Order) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = UnixStream::connect(&socket).await else {
            continue;
        };
        tokio::spawn(carry(client, server, Arc::clone(&order)));
    }
}

/// Message by message; both ends are closed when it is cut.
async fn carry(client: TcpStream, server: UnixStream, order: Order) -> Option<()> {
    let (mut from, to) = client.into_split();
    let (back, mut on) = server.into_split();
    let silent = Arc::new(AtomicBool::new(false));
    let answers = tokio::spawn(answer(back, to, Arc::clone(&silent)));
    let mut message = body(&mut from, Vec::new()).await?;
    loop {
        let cut = message
            .starts_with(b"Q")
            .then(|| order.lock().unwrap_or_else(PoisonError::into_inner))
            .filter(|_| message[5..].to_ascii_lowercase().starts_with(b"commit"))
            .and_then(|mut order| order.take());
        match cut {
            Some(When::Before) => {
                answers.abort();
                return None;
            }
            Some(When::After) => {
                silent.store(true, Ordering::SeqCst);
                on.write_all(&message).await.ok()?;
                return answers.await.ok();
            }
            None => on.write_all(&message).await.ok()?,
        }
        let kind = from.read_u8().await.ok()?;
        message = body(&mut from, vec![kind]).await?;
    }
}

/// The rest of a message, which begins with its length.
async fn body(from: &mut OwnedReadHalf, mut message: Vec<u8>) -> Option<Vec<u8>> {
    let length = from.read_u32().await.ok()?;
    message.extend(length.to_be_bytes());
    let begun = message.len();
    message.resize(begun + length as usize - 4, 0);
    from.read_exact(&mut message[begun..]).await.ok()?;
    Some(message)
}

/// Once it is to be silent, the next answer is the last, and nobody hears it.
async fn answer(mut back: FromServer, mut to: OwnedWriteHalf, silent: Arc<AtomicBool>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length @ 1..) = back.read(&mut bytes).await {
        if silent.load(Ordering::SeqCst) || to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
