//! A deadline for any future, on the client's own clock.

use core::pin::Pin;

use futures_lite::future;

use super::ports::Clock;

/// The future's output, or `None` once `ms` milliseconds have passed; the caller drops it then, which cancels it. It is
/// pinned by the caller: a future that moves into another is kept there twice, and these nest.
pub(crate) async fn within<C: Clock, T>(
    clock: &C,
    ms: u32,
    work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let deadline = async {
        clock.sleep(ms).await;
        None
    };
    future::or(async { Some(work.await) }, deadline).await
}
