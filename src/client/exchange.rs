//! One call, resolved and encoded, and what one attempt to get it answered brings. It knows the provider contract and
//! the ports; it does not know where the model came from, and never repeats anything.

use core::pin::pin;

use serde_json::Map;
use serde_json::Value;

use super::answer;
use super::options::RetryOptions;
use super::outcome::AttemptLog;
use super::outcome::Served;
use super::part_decoder::Frame;
use super::part_decoder::PartDecoder;
use super::ports::Body;
use super::ports::Ports;
use super::ports::Transport;
use super::scrub::Scrubber;
use super::stream::StreamParts;
use super::timeouts::Limits;
use super::timeouts::Patience;
use super::timeouts::Phase;
use super::timeouts::bounded;
use crate::catalog;
use crate::chat::Completion;
use crate::chat::Finish;
use crate::chat::StreamPart;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;
use crate::providers::Provider;

/// Everything that the attempts at one target share.
pub(super) struct Exchange {
    pub(super) provider: &'static dyn Provider,
    pub(super) request: HttpRequest,
    pub(super) served: Served,
    pub(super) warnings: Vec<Warning>,
    /// Whether the answer was asked for in parts.
    pub(super) streams: bool,
    pub(super) wants_object: bool,
    pub(super) limits: Limits,
    pub(super) patience: Patience,
    pub(super) retry: RetryOptions,
    pub(super) scrubber: Scrubber,
    /// Whether the temperature is one that nobody chose.
    pub(super) has_default_temperature: bool,
    /// Tags of the models that stand in for this one.
    pub(super) fallback: Vec<String>,
    /// What an observer is told of it; `None` where nobody listens.
    pub(super) told: Option<Box<Map<String, Value>>>,
}

/// An answer that came whole, a stream whose first content has come, or one that ended in good order without any.
pub(super) struct Opened<B> {
    decoder: Box<PartDecoder>,
    body: Option<B>,
    pending: Vec<StreamPart>,
}

impl<B> Opened<B> {
    /// The answer, where it came whole.
    pub(super) fn whole(&mut self) -> Option<&mut Completion> {
        self.decoder.whole()
    }

    /// [`Opened::whole`], on its own.
    pub(super) fn into_whole(self) -> Option<Completion> {
        self.decoder.into_whole()
    }
}

/// The body of a response on a client's transport.
pub(super) type BodyOf<P> = <<P as Ports>::Transport as Transport>::Body;

impl Exchange {
    /// Sends once. An error in here is the attempt's: nothing was delivered yet.
    pub(super) async fn attempt<P: Ports>(&self, ports: &P) -> Result<(u16, Opened<BodyOf<P>>)> {
        let (limit, phase) = match self.streams {
            true => (self.limits.first_content, Phase::FirstContent),
            false => (self.limits.attempt, Phase::Attempt),
        };
        let work = pin!(async {
            let request = self.request.clone();
            let (head, body) =
                answer::open(ports.transport(), request, self.provider, &self.scrubber).await?;
            let opened = self.read(&head, body).await?;
            Ok((head.status, opened))
        });
        bounded(ports.clock(), limit, phase, work).await
    }

    /// The answer in its circumstances, for whoever reads on.
    pub(super) fn deliver<B>(&self, opened: Opened<B>, log: &AttemptLog) -> StreamParts<B> {
        let Opened { mut decoder, body, mut pending } = opened;
        decoder.set_attempts(log.take());
        decoder.observe(log.take_call(), self.streams);
        insert_warnings(&mut pending, &self.warnings);
        StreamParts { decoder, body, pending, patience: self.patience }
    }

    /// The error as it may leave: without the key, and with the provider's name.
    pub(super) fn clean(&self, error: Error) -> Error {
        let error = self.retired(error);
        self.scrubber.error(error.with_provider(self.served.provider.as_str()))
    }

    /// A model that its provider does not know, and that is known to be retired, has a successor to tell of.
    fn retired(&self, error: Error) -> Error {
        let is_gone = matches!(error.kind(), ErrorKind::ModelRetired | ErrorKind::NotFound);
        match catalog::retirement(self.served.provider, &self.served.model).filter(|_| is_gone) {
            None => error,
            Some(known) => error
                .known_as(ErrorKind::ModelRetired)
                .with("retiredOn", known.date)
                .with("successor", known.successor),
        }
    }

    async fn read<B: Body>(&self, head: &HttpHead, mut body: B) -> Result<Opened<B>> {
        let bytes = if self.streams { answer::opening(&mut body).await? } else { Vec::new() };
        match answer::first_byte(&bytes) {
            Some(b'{' | b'[' | b'<') => self.whole(head, bytes, body).await,
            _ if self.streams => self.streamed(head, &bytes, body).await,
            _ => self.whole(head, bytes, body).await,
        }
    }

    /// Servers that ignore `stream` answer with one JSON text too, and some errors come that way under any content
    /// type.
    async fn whole<B: Body>(&self, head: &HttpHead, bytes: Vec<u8>, mut body: B) -> Result<Opened<B>> {
        answer::refuse_page(head, &bytes)?;
        let bytes = answer::rest(bytes, &mut body).await?;
        answer::refuse_page(head, &bytes)?;
        let completion = self.provider.decode(head, answer::unmarked(&bytes))?;
        Ok(self.held(head, completion))
    }

    /// An answer that came whole, as an attempt brings it.
    pub(super) fn held<B>(&self, head: &HttpHead, completion: Completion) -> Opened<B> {
        let mut decoder = self.decoder(head);
        let mut pending = Vec::new();
        if self.streams {
            pending = decoder.complete(completion);
        } else {
            decoder.hold(completion);
        }
        Opened { decoder, body: None, pending }
    }

    async fn streamed<B: Body>(&self, head: &HttpHead, bytes: &[u8], mut body: B) -> Result<Opened<B>> {
        let mut decoder = self.decoder(head);
        let mut pending = decoder.feed(bytes);
        while !decoder.has_content() && !decoder.ended() {
            pending.extend(match body.chunk().await? {
                Some(chunk) => decoder.feed(&chunk),
                None => decoder.finish(),
            });
        }
        if !decoder.has_content() {
            refuse_empty(&pending)?;
        }
        let body = (!decoder.ended()).then_some(body);
        Ok(Opened { decoder, body, pending })
    }

    fn decoder(&self, head: &HttpHead) -> Box<PartDecoder> {
        let frame = Frame {
            served: self.served.clone(),
            attempts: Vec::new(),
            warnings: self.warnings.clone(),
            wants_object: self.wants_object,
            scrubber: self.scrubber.clone(),
        };
        Box::new(PartDecoder::new(self.provider.decoder(head), frame))
    }
}

/// Nothing was delivered yet, so an error, or an end without its end, is the attempt's failure.
fn refuse_empty(parts: &[StreamPart]) -> Result<()> {
    match parts.last() {
        Some(StreamPart::Error { error }) => Err(error.clone()),
        Some(StreamPart::Finish { finish_reason, .. }) if finish_reason.unified == Finish::Interrupted => {
            Err(Error::new(ErrorKind::Network, "the stream ended before it brought anything"))
        }
        _ => Ok(()),
    }
}

/// Facts about the response stay first; what was not taken as given follows them.
fn insert_warnings(parts: &mut Vec<StreamPart>, warnings: &[Warning]) {
    let at = usize::from(matches!(parts.first(), Some(StreamPart::ResponseStart { .. })));
    parts.splice(at..at, warnings.iter().cloned().map(|warning| StreamPart::Warning { warning }));
}
