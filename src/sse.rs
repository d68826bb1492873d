//! Server-sent events: bytes in any cut become events (WHATWG HTML, section 9.2.6). It knows nothing of JSON, and nothing
//! of reconnecting. The loops are compiled for speed, which makes them a crate of their own.

use ductape_models_scan::Listener;
pub use ductape_models_scan::MAX_EVENT_BYTES;
pub use ductape_models_scan::SseEvent;
use ductape_models_scan::SseReader;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// Bytes in, events out. Memory is bounded by [`MAX_EVENT_BYTES`], time is linear in the bytes whatever their cut.
///
/// Two deviations from the standard, both seen in real traffic: an event that the end of the bytes leaves open is
/// handed over, marked `unterminated`; and a field named `error` is an event named `error` with the field's value as
/// data (GPUStack, old llama.cpp).
///
/// ```
/// use ductape_models::sse::SseDecoder;
/// let mut decoder = SseDecoder::default();
/// let mut seen = Vec::new();
/// decoder.feed(b"data: hel", |event| seen.push(event.data.clone()))?;
/// decoder.feed(b"lo\n\n", |event| seen.push(event.data.clone()))?;
/// assert_eq!(seen, ["hello"]);
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct SseDecoder(SseReader);

impl SseDecoder {
    /// Takes a chunk, cut anywhere, and hands over the events that it completes.
    ///
    /// # Errors
    /// `limit_exceeded`, once, where an event grows over [`MAX_EVENT_BYTES`]; from then on everything is ignored.
    pub fn feed(&mut self, bytes: &[u8], mut on_event: impl FnMut(&SseEvent)) -> Result<()> {
        self.read(bytes, &mut on_event)
    }

    /// The bytes ended: hands over the event that they left open, marked `unterminated`.
    pub fn finish(&mut self, mut on_event: impl FnMut(&SseEvent)) {
        self.end(&mut on_event);
    }

    /// [`SseDecoder::feed`] for whoever knows what most events look like.
    pub(crate) fn read(&mut self, bytes: &[u8], listener: &mut dyn Listener) -> Result<()> {
        self.0.feed(bytes, listener).map_err(|_| {
            Error::new(ErrorKind::LimitExceeded, "one event of the stream is longer than 8 MiB")
                .with("limit", MAX_EVENT_BYTES)
        })
    }

    /// [`SseDecoder::finish`] for the same.
    pub(crate) fn end(&mut self, listener: &mut dyn Listener) {
        self.0.finish(listener);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_event_is_one_error() {
        let mut decoder = SseDecoder::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1 << 20], b"\n"].concat();
        let failures: Vec<_> = (0..20).filter_map(|_| decoder.feed(&line, |_| {}).err()).collect();
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].kind(), ErrorKind::LimitExceeded);
    }
}
