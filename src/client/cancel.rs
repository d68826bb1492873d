//! Turns a cancel signal into the error `aborted`, whatever the call was doing. Dropping the work is what stops it.

use core::pin::Pin;

use futures_lite::future;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// `work`, or `aborted` as soon as `cancelled` completes. The signal is asked first, so work that was cancelled
/// beforehand never starts; otherwise the caller drops the work, which aborts the request inside it.
pub(crate) async fn until<T>(
    cancelled: impl Future<Output = ()>,
    work: Pin<&mut impl Future<Output = Result<T>>>,
) -> Result<T> {
    let signal = async {
        cancelled.await;
        Err(aborted())
    };
    future::or(signal, work).await
}

/// The caller no longer wants the answer.
pub(crate) fn aborted() -> Error {
    Error::new(ErrorKind::Aborted, "the call was aborted")
}
