//! Bytes of a streamed answer become parts, through the events of its stream.

use core::fmt;

use ductape_models_scan::Listener;

use super::StreamDecoder;
use crate::chat::StreamPart;
use crate::error::Result;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::sse::SseDecoder;
use crate::sse::SseEvent;

/// Reads one stream with the decoder of its wire.
pub struct StreamReader {
    events: SseDecoder,
    wire: Box<dyn StreamDecoder>,
}

impl StreamReader {
    /// For the start of a stream.
    #[must_use]
    pub fn new(wire: Box<dyn StreamDecoder>) -> Self {
        Self { events: SseDecoder::default(), wire }
    }

    /// Takes a chunk, cut anywhere, and appends the parts that it completes.
    ///
    /// # Errors
    /// `limit_exceeded`, once, where an event is longer than [`crate::sse::MAX_EVENT_BYTES`].
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<StreamPart>) -> Result<()> {
        self.events.read(bytes, &mut Parts { wire: &mut *self.wire, out })
    }

    /// The bytes ended: appends what was held back, the last part included if it was not given yet.
    pub fn finish(&mut self, out: &mut Vec<StreamPart>) {
        self.events.end(&mut Parts { wire: &mut *self.wire, out });
        self.wire.finish(out);
    }

    /// [`StreamDecoder::is_complete`].
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.wire.is_complete()
    }
}

impl fmt::Debug for StreamReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReader").field("events", &self.events).finish_non_exhaustive()
    }
}

struct Parts<'a> {
    wire: &'a mut dyn StreamDecoder,
    out: &'a mut Vec<StreamPart>,
}

impl Listener for Parts<'_> {
    fn shape(&self) -> &'static [Field] {
        self.wire.shape()
    }

    fn take(&mut self, found: &Found<'_>) -> bool {
        self.wire.take(found, self.out)
    }

    fn feed(&mut self, event: &SseEvent) {
        self.wire.feed(event, self.out);
    }
}

/// Whether the decoder takes the event without wanting it whole.
#[cfg(test)]
pub(super) fn takes(wire: &mut dyn StreamDecoder, data: &str, out: &mut Vec<StreamPart>) -> bool {
    struct Ear<'a>(Parts<'a>, bool);
    impl Listener for Ear<'_> {
        fn shape(&self) -> &'static [Field] {
            self.0.shape()
        }
        fn take(&mut self, found: &Found<'_>) -> bool {
            self.1 = self.0.take(found);
            self.1
        }
        fn feed(&mut self, _event: &SseEvent) {}
    }
    let mut ear = Ear(Parts { wire, out }, false);
    ductape_models_scan::SseReader::default().feed(format!("data: {data}\n\n").as_bytes(), &mut ear).unwrap();
    ear.1
}
