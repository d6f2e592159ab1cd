//! For tests: time limits, to their figure and without waiting for them.

use std::time::Duration;

use tokio::time::Instant;

/// What comes of `waiting`, and how long that takes if nothing happens any more once `last` has: hours pass in no time.
pub(crate) async fn awaited<T>(
    waiting: impl Future<Output = T>,
    last: impl Future,
) -> (T, Duration) {
    let begun = Instant::now();
    let nothing_happens = async {
        last.await;
        // What is on its way arrives.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
    };
    let (came, ()) = tokio::join!(tokio::time::timeout(FOR_EVER, waiting), nothing_happens);
    let took = begun.elapsed();
    tokio::time::resume();
    (came.expect("it ends some time"), took)
}

/// Whether somebody waited so long and not much longer.
pub(crate) fn is_about(took: Duration, expected: Duration) -> bool {
    (expected..expected + Duration::from_secs(1)).contains(&took)
}

const FOR_EVER: Duration = Duration::from_secs(7 * 86_400);
