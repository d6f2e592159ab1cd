//! Passing a download on: never more than two pieces in memory, ended in order only when all of it was here (F55, D12).

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use crate::app::Download;
use crate::meters;

/// What goes through: a piece, or the word that it was the last.
#[derive(Debug)]
enum Part {
    Piece(Bytes),
    End,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// All of it was passed on.
    Whole,
    /// Microsoft broke off.
    Cut,
    /// The client went.
    Left,
    /// The client takes nothing any more.
    Stalled,
}

/// Where pieces come from; an error when no more come although there are more.
trait Source: Send {
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, ()>> + Send;
}

impl Source for Download {
    async fn next(&mut self) -> Result<Option<Bytes>, ()> {
        Self::next(self).await.map_err(drop)
    }
}

/// A body that ends as `download` does. Read by a task of its own, so that Graph's connection and the mailbox's slot are
/// given back as soon as the client goes or stalls, and not when somebody next looks.
pub(super) fn body(mut download: Download) -> Body {
    let (sender, receiver) = channel(1);
    tokio::spawn(async move {
        let ended = pour(&mut download, &sender).await;
        if ended != Ended::Whole {
            tracing::info!(?ended, "an attachment was not passed on whole");
        }
        meters::attachment(ended.name());
    });
    Body::from_stream(stream::unfold(Some(receiver), received))
}

async fn pour(from: &mut impl Source, to: &Sender<Part>) -> Ended {
    loop {
        let next = tokio::select! {
            () = to.closed() => return Ended::Left,
            next = from.next() => next,
        };
        let (part, is_last) = match next {
            Ok(Some(piece)) => (Part::Piece(piece), false),
            Ok(None) => (Part::End, true),
            Err(()) => return Ended::Cut,
        };
        match timeout(PATIENCE, to.send(part)).await {
            Ok(Ok(())) if is_last => return Ended::Whole,
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Ended::Left,
            Err(_) => return Ended::Stalled,
        }
    }
}

/// Without the word that it was the last piece, the answer must not end as if it were: the connection breaks.
async fn received(
    from: Option<Receiver<Part>>,
) -> Option<(Result<Bytes, io::Error>, Option<Receiver<Part>>)> {
    let mut from = from?;
    match from.recv().await {
        Some(Part::Piece(piece)) => Some((Ok(piece), Some(from))),
        Some(Part::End) => None,
        None => {
            // What came before goes out while the server waits; without that, nothing of it would.
            tokio::task::yield_now().await;
            Some((Err(io::ErrorKind::UnexpectedEof.into()), None))
        }
    }
}

impl Ended {
    const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Cut => "cut",
            Self::Left => "left",
            Self::Stalled => "stalled",
        }
    }
}

/// How long a client may take for one piece; several times as long as one waits whose session is slowed down (D12).
const PATIENCE: Duration = Duration::from_secs(180);

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use tokio::time::Instant;

    use super::*;
    use crate::clock::awaited::is_about;

    /// These, and then what the last of them says, or silence.
    struct Script(Vec<Result<Option<Bytes>, ()>>);

    impl Source for Script {
        async fn next(&mut self) -> Result<Option<Bytes>, ()> {
            if self.0.is_empty() {
                std::future::pending().await
            } else {
                self.0.remove(0)
            }
        }
    }

    /// What a client gets of these parts, and whether it ends in order.
    async fn got(parts: Vec<Result<Option<Bytes>, ()>>) -> (Vec<u8>, bool, Ended) {
        let (sender, receiver) = channel(1);
        let pouring = tokio::spawn(async move { pour(&mut Script(parts), &sender).await });
        let all: Vec<_> = stream::unfold(Some(receiver), received).collect().await;
        let whole = all.iter().all(Result::is_ok);
        let bytes = all.into_iter().flatten().flatten().collect();
        (bytes, whole, pouring.await.unwrap())
    }

    fn piece(text: &'static str) -> Result<Option<Bytes>, ()> {
        Ok(Some(Bytes::from_static(text.as_bytes())))
    }

    #[tokio::test]
    async fn what_is_whole_ends_in_order() {
        let got = got(vec![piece("ab"), piece("c"), Ok(None)]).await;
        assert_eq!(got, (b"abc".to_vec(), true, Ended::Whole));
    }

    /// F55: the half that came is passed on, and then the connection breaks.
    #[tokio::test]
    async fn what_breaks_off_does_not_end_in_order() {
        let got = got(vec![piece("ab"), Err(())]).await;
        assert_eq!(got, (b"ab".to_vec(), false, Ended::Cut));
    }

    /// D12: a client that went is noticed while Graph is silent.
    #[tokio::test]
    async fn a_client_that_goes_ends_it_at_once() {
        let (sender, receiver) = channel(1);
        drop(receiver);
        let ended = pour(&mut Script(Vec::new()), &sender).await;
        assert_eq!(ended, Ended::Left);
    }

    /// D12: one that stays and takes nothing ends it too, and gets no proper end afterwards.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_stalls_ends_it() {
        let (sender, receiver) = channel(1);
        let mut script = Script(vec![piece("ab"), piece("c")]);
        let begun = Instant::now();
        let ended = pour(&mut script, &sender).await;
        drop(sender);
        assert_eq!(ended, Ended::Stalled);
        assert!(is_about(begun.elapsed(), PATIENCE));
        let all: Vec<_> = stream::unfold(Some(receiver), received).collect().await;
        assert!(all.last().is_some_and(Result::is_err));
    }
}
