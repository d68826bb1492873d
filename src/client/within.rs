//! A deadline for any future, on the client's own clock.

use futures_lite::future;

use super::ports::Clock;

/// The future's output, or `None` once `ms` milliseconds have passed; the future is dropped then, which cancels it.
pub(crate) async fn within<C: Clock, T>(clock: &C, ms: u32, work: impl Future<Output = T>) -> Option<T> {
    let deadline = async {
        clock.sleep(ms).await;
        None
    };
    future::or(async { Some(work.await) }, deadline).await
}
