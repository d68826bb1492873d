//! A streamed answer that TypeScript pumps: one synchronous crossing per network chunk, parts out as one packed text.

use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::ReadableStreamDefaultReader;

use super::clock::JsClock;
use super::fetch;
use super::fetch::JsBody;
use crate::chat::Packer;
use crate::chat::StreamPart;
use crate::chat::Written;
use crate::client::PartDecoder;
use crate::client::Patience;
use crate::client::StreamParts;
use crate::client::ports::Clock;
use crate::error::Error;
use crate::error::ErrorKind;

/// A stream after its first content. Freed before its end, it closes the connection.
#[wasm_bindgen]
#[derive(Debug)]
pub struct StreamHandle {
    decoder: Box<PartDecoder>,
    body: Option<JsBody>,
    /// Parts that came before the handle; after that an empty list to be used again.
    pending: Vec<StreamPart>,
    packer: Packer,
    patience: Patience,
    waiting_since: u64,
}

impl StreamHandle {
    pub(super) fn new(parts: StreamParts<JsBody>) -> Self {
        let StreamParts { decoder, body, pending, patience } = parts;
        Self { decoder, body, pending, packer: Packer::default(), patience, waiting_since: 0 }
    }

    /// The parts, after a word on what follows them: nothing (`e`), more within [`StreamHandle::wait_ms`] (`w`), or more
    /// that may take as long as it likes (`o`).
    fn packed(&mut self, parts: &[StreamPart]) -> String {
        let is_bound = self.decoder.wait_ms(self.patience.wait_ms(0)).is_some();
        let first = if self.decoder.ended() {
            'e'
        } else if is_bound {
            'w'
        } else {
            'o'
        };
        self.packer.pack(parts, first)
    }
}

#[wasm_bindgen]
impl StreamHandle {
    /// The body's reader; `undefined` where the answer is complete already.
    #[must_use]
    pub fn reader(&self) -> Option<ReadableStreamDefaultReader> {
        self.body.as_ref().and_then(JsBody::reader)
    }

    /// The parts that came before the handle, once.
    pub fn pending(&mut self) -> String {
        let parts = core::mem::take(&mut self.pending);
        self.packed(&parts)
    }

    /// How long the next chunk may take from now on, in milliseconds; `undefined` for as long as it likes.
    #[wasm_bindgen(js_name = waitMs)]
    pub fn wait_ms(&mut self) -> Option<u32> {
        self.waiting_since = JsClock.now_ms();
        self.decoder.wait_ms(self.patience.wait_ms(self.waiting_since))
    }

    /// Takes a chunk.
    pub fn feed(&mut self, bytes: &[u8]) -> String {
        let mut parts = core::mem::take(&mut self.pending);
        self.decoder.feed_into(bytes, &mut parts);
        if self.decoder.ended() {
            self.body = None;
        }
        let packed = self.packed(&parts);
        parts.clear();
        self.pending = parts;
        packed
    }

    /// The bytes ended.
    pub fn finish(&mut self) -> String {
        if let Some(body) = self.body.take() {
            body.finish();
        }
        let parts = self.decoder.finish();
        self.packed(&parts)
    }

    /// The stream is given up: `aborted`, `timeout`, or `network` with what the reader threw. The connection is closed. An
    /// answer whose end was told already stands, unless the caller gave it up.
    pub fn interrupt(&mut self, why: &str, thrown: &JsValue) -> String {
        let parts = match why {
            "aborted" => {
                let error = Error::new(ErrorKind::Aborted, "the call was aborted");
                vec![StreamPart::Error { error: self.decoder.interrupt(error) }]
            }
            "timeout" => self.decoder.broken(self.patience.error(self.waiting_since)),
            _ => self.decoder.broken(fetch::network(thrown)),
        };
        self.body = None;
        self.packed(&parts)
    }

    /// Closes the connection at once, whatever else is still to be read of the handle; whoever observes the call is told
    /// that it was given up.
    pub fn close(&mut self) {
        self.decoder.abandon();
        self.body = None;
    }

    /// The answer with its circumstances, once.
    pub fn outcome(&mut self) -> String {
        self.decoder.take_outcome().to_json()
    }
}
