//! How often a database is asked, whatever for: statements, `begin`, `commit`; on SQLite also for the look that the pool
//! takes at a connection that comes back. On PostgreSQL it takes another where one has lain for a while, so how many
//! there are says how quick the machine is.

use std::fmt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream, unix};
use tracing::field::{Field, Visit};
use tracing::span::Id;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Every statement so far, but those of the upkeep that runs beside requests.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// So often something was sent and an answer waited for.
static ROUND_TRIPS: AtomicUsize = AtomicUsize::new(0);

/// So many of them were for news, which every process asks for once a second.
static FOR_NEWS: AtomicUsize = AtomicUsize::new(0);

/// It takes two reads.
const NEWS: usize = 2;

/// The statements since the last look.
pub(crate) fn statements() -> Vec<String> {
    std::mem::take(&mut STATEMENTS.lock().unwrap())
}

/// The round trips so far, but those for news.
pub(crate) fn round_trips() -> usize {
    ROUND_TRIPS.load(Ordering::SeqCst) - FOR_NEWS.load(Ordering::SeqCst)
}

/// Hears of every statement, and of every order that a thread of SQLite's carries out: it enters the span of whoever gave
/// it, so there is to be one: [`whoever_asks`].
pub(crate) struct Count;

/// To be entered while round trips are counted, on a runtime of one thread.
pub(crate) fn whoever_asks() -> tracing::Span {
    tracing::error_span!(target: "asked", "whoever asks")
}

impl<S: Subscriber> Layer<S> for Count {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        let told = metadata.target() == "sqlx::query" && *metadata.level() <= Level::DEBUG;
        told || metadata.target() == "asked"
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        if text.0.contains("from news") {
            let with_looks = if is_of_sqlite() { 2 * NEWS } else { NEWS };
            FOR_NEWS.fetch_add(with_looks, Ordering::SeqCst);
        }
        // … and of connections that are opened.
        let upkeep = [
            "from news",
            "limit $2",
            "limit $3",
            "webhook_deliveries",
            "unixepoch",
            "pragma",
            "PRAGMA",
        ];
        let of_a_sign_in = ["insert into", "some_of_them"];
        let says = |word: &&str| text.0.contains(*word);
        if of_a_sign_in.iter().any(says) || !upkeep.iter().any(says) {
            STATEMENTS.lock().unwrap().push(text.0);
        }
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        if is_of_sqlite() {
            ROUND_TRIPS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn is_of_sqlite() -> bool {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    name.starts_with("sqlx-sqlite-worker")
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{value:?} "));
    }
}

/// Stands before the PostgreSQL server at `address`, counts, and answers its own address. It goes with the runtime.
pub(crate) async fn counted(address: &str, folder: &Path) -> String {
    let (before, server) = address.split_once("?host=").unwrap();
    let (server, after) = server.split_once('&').unwrap();
    let (name, server) = (".s.PGSQL.5432", Path::new(server).to_owned());
    let listener = UnixListener::bind(folder.join(name)).unwrap();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = UnixStream::connect(server.join(name)).await.unwrap();
            let ((from_client, mut to_client), (mut from_server, to_server)) =
                (client.into_split(), server.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            tokio::spawn(pass_on(from_client, to_server));
        }
    });
    format!("{before}?host={}&{after}", folder.display())
}

/// A message is a letter, a length that counts itself, and the rest. What comes first on a connection has no letter: the
/// question whether it can be encrypted, and the start. The client waits for an answer after `Sync` and after `Query`;
/// a `Sync` of its own is a look.
async fn pass_on(mut client: unix::OwnedReadHalf, mut server: unix::OwnedWriteHalf) {
    let (mut ended, mut is_first, mut is_look) = (false, true, true);
    while !ended {
        let mut message = Vec::new();
        let head = if is_first { 4 } else { 5 };
        message.resize(head, 0);
        if client.read_exact(&mut message).await.is_err() {
            return;
        }
        let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap()) as usize;
        message.resize(head + length - 4, 0);
        client.read_exact(&mut message[head..]).await.unwrap();
        let waits = !is_first && [b'S', b'Q'].contains(&message[0]);
        if waits && !(is_look && message[0] == b'S') {
            ROUND_TRIPS.fetch_add(1, Ordering::SeqCst);
        }
        is_look = waits || is_first;
        is_first &= message[4..] == ENCRYPTED;
        ended = server.write_all(&message).await.is_err();
    }
}

/// <https://www.postgresql.org/docs/current/protocol-message-formats.html>, `SSLRequest`.
const ENCRYPTED: [u8; 4] = 80_877_103_u32.to_be_bytes();
