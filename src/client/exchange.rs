//! One call, resolved and encoded, sent as often as it takes. It knows the provider contract and the ports; it does
//! not know where the model came from.

use super::answer;
use super::options::RetryOptions;
use super::outcome::AttemptLog;
use super::outcome::Outcome;
use super::outcome::Served;
use super::part_decoder::Frame;
use super::part_decoder::PartDecoder;
use super::ports::Body;
use super::ports::Ports;
use super::ports::Transport;
use super::retry::repeat;
use super::scrub::Scrubber;
use super::stream::CompletionStream;
use super::stream::StreamParts;
use super::timeouts::Limits;
use super::timeouts::Patience;
use super::timeouts::Phase;
use super::timeouts::bounded;
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

/// Everything that the attempts of one call share.
pub(super) struct Exchange<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) request: HttpRequest,
    pub(super) served: Served,
    pub(super) warnings: Vec<Warning>,
    pub(super) wants_object: bool,
    pub(super) limits: Limits,
    pub(super) patience: Patience,
    pub(super) retry: RetryOptions,
    pub(super) scrubber: Scrubber,
}

/// A stream whose first content has come, or that ended in good order without any.
struct Opened<B> {
    decoder: PartDecoder,
    body: Option<B>,
    pending: Vec<StreamPart>,
}

impl Exchange<'_> {
    /// Sends until an answer is there, and waits for all of it.
    pub(super) async fn generate<P: Ports>(self, ports: &P, log: &AttemptLog) -> Result<Outcome> {
        let completion = repeat(ports, &self, log, async || self.whole(ports).await).await?;
        Ok(self.frame(log).outcome(completion))
    }

    /// Sends until a stream brings its first content; from there on nothing is repeated.
    pub(super) async fn stream<'p, P: Ports>(
        self,
        ports: &'p P,
        log: &AttemptLog,
    ) -> Result<CompletionStream<'p, P>> {
        let opened = repeat(ports, &self, log, async || self.opened(ports).await).await?;
        let Opened { mut decoder, body, mut pending } = opened;
        decoder.set_attempts(log.take());
        insert_warnings(&mut pending, &self.warnings);
        let parts = StreamParts { decoder, body, pending, patience: self.patience };
        Ok(CompletionStream::new(ports, parts))
    }

    /// The error as it may leave: without the key, and with the provider's name.
    pub(super) fn clean(&self, error: Error) -> Error {
        self.scrubber.error(error.with_provider(self.served.provider.as_str()))
    }

    async fn whole<P: Ports>(&self, ports: &P) -> Result<(u16, Completion)> {
        let work = async {
            let (head, mut body) = self.open(ports).await?;
            let bytes = answer::rest(Vec::new(), &mut body).await?;
            Ok((head.status, self.decode(&head, &bytes)?))
        };
        bounded(ports.clock(), self.limits.attempt, Phase::Attempt, work).await
    }

    async fn opened<P: Ports>(&self, ports: &P) -> Result<(u16, Opened<BodyOf<P>>)> {
        let work = async {
            let (head, mut body) = self.open(ports).await?;
            let bytes = answer::opening(&mut body).await?;
            let opened = match answer::first_byte(&bytes) {
                Some(b'{' | b'[' | b'<') => self.unstreamed(&head, bytes, body).await?,
                _ => self.streamed(&head, &bytes, body).await?,
            };
            Ok((head.status, opened))
        };
        bounded(ports.clock(), self.limits.first_content, Phase::FirstContent, work).await
    }

    async fn open<P: Ports>(&self, ports: &P) -> Result<(HttpHead, BodyOf<P>)> {
        answer::open(ports.transport(), self.request.clone(), self.provider, &self.scrubber).await
    }

    /// Servers that ignore `stream` answer with one JSON text, and some errors come that way under any content type.
    async fn unstreamed<B: Body>(&self, head: &HttpHead, bytes: Vec<u8>, mut body: B) -> Result<Opened<B>> {
        answer::refuse_page(head, &bytes)?;
        let bytes = answer::rest(bytes, &mut body).await?;
        let completion = self.decode(head, &bytes)?;
        let mut decoder = self.decoder(head);
        let pending = decoder.complete(completion);
        Ok(Opened { decoder, body: None, pending })
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

    fn decode(&self, head: &HttpHead, bytes: &[u8]) -> Result<Completion> {
        answer::refuse_page(head, bytes)?;
        self.provider.decode(head, answer::unmarked(bytes))
    }

    fn decoder(&self, head: &HttpHead) -> PartDecoder {
        PartDecoder::new(self.provider.decoder(head), self.frame(&AttemptLog::default()))
    }

    fn frame(&self, log: &AttemptLog) -> Frame {
        Frame {
            served: self.served.clone(),
            attempts: log.take(),
            warnings: self.warnings.clone(),
            wants_object: self.wants_object,
            scrubber: self.scrubber.clone(),
        }
    }
}

type BodyOf<P> = <<P as Ports>::Transport as Transport>::Body;

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
