//! A streamed answer after its first content: read part by part here, or taken apart for a reader of its own.

use core::fmt;
use core::pin::pin;
use std::collections::VecDeque;

use super::cancel::aborted;
use super::cancel::until;
use super::outcome::Outcome;
use super::part_decoder::PartDecoder;
use super::ports::Body;
use super::ports::Clock;
use super::ports::Ports;
use super::ports::Transport;
use super::timeouts::Patience;
use super::within::within;
use crate::chat::StreamPart;
use crate::error::ErrorKind;
use crate::error::Result;

/// A streamed answer. Dropping it closes the connection.
pub struct CompletionStream<'a, P: Ports> {
    ports: &'a P,
    decoder: Box<PartDecoder>,
    body: Option<BodyOf<P>>,
    pending: VecDeque<StreamPart>,
    patience: Patience,
}

type BodyOf<P> = <<P as Ports>::Transport as Transport>::Body;

/// A [`CompletionStream`] taken apart, for readers that pump the body themselves: for each chunk one
/// [`PartDecoder::feed`], at the end [`PartDecoder::finish`], on a failure [`PartDecoder::interrupt`].
#[derive(Debug)]
pub struct StreamParts<B> {
    /// Turns chunks into parts.
    pub decoder: Box<PartDecoder>,
    /// The rest of the body; `None` where the answer is complete.
    pub body: Option<B>,
    /// Parts that have come already, in order.
    pub pending: Vec<StreamPart>,
    /// How long each chunk may take.
    pub patience: Patience,
}

impl<'a, P: Ports> CompletionStream<'a, P> {
    pub(super) fn new(ports: &'a P, parts: StreamParts<BodyOf<P>>) -> Self {
        let StreamParts { decoder, body, pending, patience } = parts;
        Self { ports, decoder, body, pending: pending.into(), patience }
    }

    /// The next part; `None` after the last. A `finish` part is the last one of a good stream.
    ///
    /// # Errors
    /// What broke the stream, once, after every part that came before it: `network`, `timeout` (detail `phase`: `idle`
    /// or `total`), `limit_exceeded`, or the provider's own error; the detail `partial` holds what came.
    pub async fn next(&mut self) -> Result<Option<StreamPart>> {
        loop {
            match self.pending.pop_front() {
                Some(StreamPart::Error { error }) => return Err(error),
                Some(part) => return Ok(Some(part)),
                None if self.body.is_none() => return Ok(None),
                None => self.read().await,
            }
        }
    }

    /// [`CompletionStream::next`], until `cancelled` completes; then the connection is closed.
    ///
    /// # Errors
    /// As there; `aborted` with the detail `partial`.
    pub async fn next_until(&mut self, cancelled: impl Future<Output = ()>) -> Result<Option<StreamPart>> {
        let result = until(cancelled, pin!(self.next())).await;
        match result {
            Err(error) if error.kind() == ErrorKind::Aborted => {
                self.body = None;
                self.pending.clear();
                Err(self.decoder.interrupt(aborted()))
            }
            other => other,
        }
    }

    /// The answer so far; whole once [`CompletionStream::next`] gave `None`.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.decoder.outcome()
    }

    /// The stream's pieces, for a reader of its own.
    #[must_use]
    pub fn into_parts(self) -> StreamParts<BodyOf<P>> {
        let Self { ports: _, decoder, body, pending, patience } = self;
        StreamParts { decoder, body, pending: pending.into(), patience }
    }

    async fn read(&mut self) {
        let parts = match self.chunk().await {
            Ok(Some(bytes)) => self.decoder.feed(&bytes),
            Ok(None) => self.decoder.finish(),
            Err(error) => self.decoder.broken(error),
        };
        if self.decoder.ended() {
            self.body = None;
        }
        self.pending.extend(parts);
    }

    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(body) = self.body.as_mut() else { return Ok(None) };
        let (clock, patience) = (self.ports.clock(), self.patience);
        let now = clock.now_ms();
        match self.decoder.wait_ms(patience.wait_ms(now)) {
            None => body.chunk().await,
            Some(ms) => {
                within(clock, ms, pin!(body.chunk())).await.unwrap_or_else(|| Err(patience.error(now)))
            }
        }
    }
}

impl<P: Ports> fmt::Debug for CompletionStream<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionStream").field("decoder", &self.decoder).finish_non_exhaustive()
    }
}
