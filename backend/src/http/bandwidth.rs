//! How many bytes of mail a session may move in a minute (D12). Nothing is refused for it: what is beyond flows later.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use futures_util::StreamExt as _;

use super::buckets::{Buckets, TooSoon};
use crate::clock::Clock;

/// A bucket of bytes for each session.
#[derive(Debug)]
pub(super) struct Bandwidth {
    buckets: Buckets<u64>,
    at_once: NonZeroU32,
    clock: Clock,
}

impl Bandwidth {
    /// Full buckets of so many megabytes (of 1,000,000 bytes), refilled over a minute; up to `most` sessions in use.
    pub(super) fn new(megabytes: NonZeroU32, most: usize, clock: &Clock) -> Arc<Self> {
        let at_once = megabytes.saturating_mul(MEGABYTE);
        Arc::new(Self {
            buckets: Buckets::new(at_once, most, clock.clone()),
            at_once,
            clock: clock.clone(),
        })
    }

    /// The same body, no faster than the session `key` may. One whose length is known and for which there is room passes
    /// as it is; any other is sent on chunk by chunk, each when its bytes are there. Nothing is gathered.
    pub(super) fn slow(self: &Arc<Self>, key: u64, body: Body) -> Body {
        let known = body.size_hint().exact();
        let known = known.and_then(|bytes| usize::try_from(bytes).ok());
        if known.is_some_and(|bytes| self.has_room(key, bytes)) {
            return body;
        }
        let bandwidth = Arc::clone(self);
        let slowed = body.into_data_stream().then(move |chunk| {
            let bandwidth = Arc::clone(&bandwidth);
            async move {
                if let Ok(bytes) = &chunk {
                    bandwidth.wait_for(key, bytes.len()).await;
                }
                chunk
            }
        });
        Body::from_stream(slowed)
    }

    /// Takes the bytes out of the bucket if they are in it.
    fn has_room(&self, key: u64, bytes: usize) -> bool {
        let Ok(bytes) = u32::try_from(bytes) else {
            return false;
        };
        let fits = bytes <= self.at_once.get();
        fits && NonZeroU32::new(bytes)
            .is_none_or(|bytes| self.buckets.admit_many(&key, bytes).is_ok())
    }

    /// A chunk that is larger than the bucket is paid for in several goes.
    async fn wait_for(&self, key: u64, bytes: usize) {
        let mut left = bytes;
        while left > 0 {
            let part =
                u32::try_from(left).map_or(self.at_once.get(), |left| left.min(self.at_once.get()));
            let Some(part) = NonZeroU32::new(part) else {
                return;
            };
            while let Err(TooSoon(seconds)) = self.buckets.admit_many(&key, part) {
                let until = self.clock.now().plus(seconds.into());
                self.clock.reach(until).await;
            }
            left = left.saturating_sub(part.get() as usize);
        }
    }
}

/// Bytes.
const MEGABYTE: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use futures_util::stream;

    use super::*;
    use crate::clock::UnixTime;

    const ADA: u64 = 1;
    const GRACE: u64 = 2;

    fn one_megabyte_a_minute() -> (Arc<Bandwidth>, Clock) {
        let clock = Clock::still(UnixTime(1_800_000_000));
        let one = NonZeroU32::MIN;
        (Bandwidth::new(one, 100, &clock), clock)
    }

    fn chunk(bytes: usize) -> Result<Bytes, axum::Error> {
        Ok(Bytes::from(vec![7; bytes]))
    }

    /// What has come of a body, and that nothing more comes now.
    async fn comes(body: &mut axum::body::BodyDataStream, clock: &Clock) -> usize {
        let mut bytes = 0;
        loop {
            tokio::select! {
                biased;
                chunk = body.next() => match chunk {
                    Some(chunk) => bytes += chunk.unwrap().len(),
                    None => return bytes,
                },
                () = until_waiting(clock) => return bytes,
            }
        }
    }

    async fn until_waiting(clock: &Clock) {
        while clock.waiting() == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// D12: a stream of ten quarters of a megabyte takes a minute for each megabyte after the first, and a quarter is
    /// read of it only when it may go on.
    #[tokio::test]
    async fn a_stream_flows_no_faster_than_its_session_may() {
        let (bandwidth, clock) = one_megabyte_a_minute();
        let read = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counting = Arc::clone(&read);
        let chunks = stream::iter(0..10).map(move |_| {
            counting.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            chunk(250_000)
        });
        let mut body = bandwidth
            .slow(ADA, Body::from_stream(chunks))
            .into_data_stream();
        assert_eq!(comes(&mut body, &clock).await, 1_000_000);
        for quarter in 5..=10 {
            assert_eq!(comes(&mut body, &clock).await, 0, "not yet");
            let seen = read.load(std::sync::atomic::Ordering::SeqCst);
            assert_eq!(seen, quarter, "one chunk in the hand, none gathered");
            clock.advance(15).unwrap();
            assert_eq!(comes(&mut body, &clock).await, 250_000);
        }
        assert!(body.next().await.is_none());
    }

    /// D12: another session's mail does not wait.
    #[tokio::test]
    async fn sessions_do_not_slow_each_other() {
        let (bandwidth, clock) = one_megabyte_a_minute();
        assert!(bandwidth.has_room(ADA, 1_000_000));
        assert!(!bandwidth.has_room(ADA, 1));
        let body = bandwidth.slow(GRACE, Body::from(vec![7; 900_000]));
        assert_eq!(
            body.size_hint().exact(),
            Some(900_000),
            "as it is, with its length"
        );
        let mut body = body.into_data_stream();
        assert_eq!(comes(&mut body, &clock).await, 900_000);
    }

    /// A chunk that no bucket can hold comes in the end.
    #[tokio::test]
    async fn a_chunk_larger_than_the_bucket_takes_its_time() {
        let (bandwidth, clock) = one_megabyte_a_minute();
        let body = Body::from(vec![7; 2_500_000]);
        let mut body = bandwidth.slow(ADA, body).into_data_stream();
        assert_eq!(comes(&mut body, &clock).await, 0);
        clock.advance(60).unwrap();
        assert_eq!(comes(&mut body, &clock).await, 0);
        clock.advance(30).unwrap();
        assert_eq!(comes(&mut body, &clock).await, 2_500_000);
    }
}
