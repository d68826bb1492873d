//! Bytes of one streamed answer become parts, synchronously: one call per network chunk. It folds the parts into the
//! answer so far, so that a stream that breaks still shows what came. It knows no sockets and no clock.

use core::fmt;

use serde_json::json;

use super::answer::MAX_ANSWER_BYTES;
use super::answer::too_long;
use super::cancel::aborted;
use super::observe::CallSpan;
use super::outcome::Attempt;
use super::outcome::Outcome;
use super::outcome::Served;
use super::outcome::with_attempts;
use super::scrub::Scrubber;
use crate::chat::Accumulator;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::StreamPart;
use crate::chat::Usage;
use crate::chat::Warning;
use crate::error::Error;
use crate::providers::StreamDecoder;
use crate::providers::StreamReader;

/// How long a connection is listened to after the end of the answer, in milliseconds: counts may follow it.
const AFTERMATH_MS: u32 = 1000;

/// Decodes one stream. After its last part ([`PartDecoder::ended`]) it takes no more bytes, and the caller should drop
/// the response's body.
pub struct PartDecoder {
    stream: StreamReader,
    answer: Accumulator,
    /// The answer, where it came whole.
    whole: Option<Completion>,
    content_bytes: usize,
    /// Whether anything came that is for the caller to read or to run.
    spoke: bool,
    ended: bool,
    frame: Frame,
    /// The call, where it is observed.
    call: Option<Box<CallSpan>>,
}

/// What surrounds the answer in its [`Outcome`], and what must not stand in its errors.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) served: Served,
    pub(super) attempts: Vec<Attempt>,
    pub(super) warnings: Vec<Warning>,
    pub(super) wants_object: bool,
    pub(super) scrubber: Scrubber,
}

impl Frame {
    /// The answer in its circumstances.
    pub(super) fn outcome(&self, mut completion: Completion) -> Outcome {
        completion.warnings.splice(0..0, self.warnings.iter().cloned());
        if self.wants_object && completion.object.is_none() {
            completion.parse_object();
        }
        Outcome { completion, served: self.served.clone(), attempts: self.attempts.clone() }
    }
}

impl PartDecoder {
    pub(super) fn new(wire: Box<dyn StreamDecoder>, frame: Frame) -> Self {
        Self {
            stream: StreamReader::new(wire),
            answer: Accumulator::default(),
            whole: None,
            content_bytes: 0,
            spoke: false,
            ended: false,
            frame,
            call: None,
        }
    }

    /// Takes one network chunk, cut anywhere, and returns the parts that it completes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<StreamPart> {
        let mut parts = Vec::new();
        self.feed_into(bytes, &mut parts);
        parts
    }

    /// [`PartDecoder::feed`] into a list that is empty: whoever feeds often keeps one.
    pub fn feed_into(&mut self, bytes: &[u8], parts: &mut Vec<StreamPart>) {
        if !self.ended {
            let fed = self.stream.feed(bytes, parts);
            self.took(parts, fed.err());
        }
    }

    /// The body ended: returns what was held back. A stream that ends without its end finishes as `interrupted`, with
    /// everything that came before it kept.
    pub fn finish(&mut self) -> Vec<StreamPart> {
        let mut parts = Vec::new();
        if self.ended {
            return parts;
        }
        self.stream.finish(&mut parts);
        self.took(&mut parts, None);
        parts
    }

    /// The stream broke or was aborted: ends it and returns `error` without the key, and with what came so far as the
    /// detail `partial`: `text`, and `usage`, which is an estimate where the provider had not reported it yet.
    pub fn interrupt(&mut self, error: Error) -> Error {
        self.ended = true;
        let error = with_attempts(error, &self.frame.attempts);
        let error = if self.content_bytes == 0 { error } else { error.with("partial", self.partial()) };
        let error = self.frame.scrubber.error(error.with_provider(self.frame.served.provider.as_str()));
        if let Some(call) = self.call.take() {
            call.failed(&error);
        }
        error
    }

    /// The connection failed or fell silent. An answer whose end was told already stands; any other is interrupted.
    pub fn broken(&mut self, error: Error) -> Vec<StreamPart> {
        if !self.ended && self.stream.is_complete() {
            return self.finish();
        }
        vec![StreamPart::Error { error: self.interrupt(error) }]
    }

    /// How long the next chunk may take, in milliseconds, where `patience` allows `wait_ms`: once the answer's end was
    /// told, no longer than a second.
    #[must_use]
    pub fn wait_ms(&self, wait_ms: Option<u32>) -> Option<u32> {
        if self.stream.is_complete() {
            Some(wait_ms.map_or(AFTERMATH_MS, |ms| ms.min(AFTERMATH_MS)))
        } else {
            wait_ms
        }
    }

    /// Whether the last part was given.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The answer so far, with its circumstances; the same as `generate`'s result once the stream has ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if let Some(whole) = &self.whole {
            return self.frame.outcome(whole.clone());
        }
        self.folded(self.answer.completion())
    }

    /// [`PartDecoder::outcome`], once: nothing of the answer stays behind.
    pub fn take_outcome(&mut self) -> Outcome {
        match self.whole.take() {
            Some(whole) => self.frame.outcome(whole),
            None => {
                let completion = core::mem::take(&mut self.answer).into_completion();
                self.folded(completion)
            }
        }
    }

    fn folded(&self, mut completion: Completion) -> Outcome {
        if completion.finish_reason.unified == Finish::Interrupted && completion.usage.is_none() {
            completion.usage = Some(estimate(&completion));
        }
        self.frame.outcome(completion)
    }

    /// Takes an answer that came whole.
    pub(super) fn hold(&mut self, mut completion: Completion) {
        let is_silent = completion.text.is_empty() && completion.tool_calls.is_empty();
        explain_silence(&mut completion.finish_reason, is_silent);
        self.ended = true;
        self.whole = Some(completion);
    }

    /// The answer, where it came whole.
    pub(super) fn whole(&mut self) -> Option<&mut Completion> {
        self.whole.as_mut()
    }

    /// [`PartDecoder::whole`], on its own.
    pub(super) fn into_whole(self) -> Option<Completion> {
        self.whole
    }

    /// [`PartDecoder::hold`], where parts were asked for.
    pub(super) fn complete(&mut self, completion: Completion) -> Vec<StreamPart> {
        let mut parts = parts_of(completion.clone());
        self.took(&mut parts, None);
        if !matches!(parts.last(), Some(StreamPart::Error { .. })) {
            self.hold(completion);
        }
        parts
    }

    /// Whether the model said anything yet; from then on nothing is repeated.
    pub(super) fn has_content(&self) -> bool {
        self.content_bytes > 0
    }

    /// Notes what was tried until this stream opened.
    pub(super) fn set_attempts(&mut self, attempts: Vec<Attempt>) {
        self.frame.attempts = attempts;
    }

    /// Tells `call`, which is observed, how the answer goes on. `streams` says that it is asked for in parts.
    pub(super) fn observe(&mut self, call: Option<Box<CallSpan>>, streams: bool) {
        self.call = call;
        if let Some(call) = self.call.as_ref().filter(|_| streams && self.has_content()) {
            call.speaks();
        }
        self.tell_end();
    }

    /// Tells whoever observes the call that it was given up, whatever else comes of its answer.
    pub fn abandon(&mut self) {
        if let Some(call) = self.call.take() {
            call.failed(&aborted());
        }
    }

    fn tell_end(&mut self) {
        if let Some(call) = self.call.take_if(|_| self.ended) {
            call.answered(&self.outcome());
        }
    }

    fn took(&mut self, parts: &mut Vec<StreamPart>, failure: Option<Error>) {
        parts.extend(failure.map(|error| StreamPart::Error { error }));
        let last = parts.iter_mut().position(|part| {
            self.note(part);
            self.ended
        });
        parts.truncate(last.map_or(parts.len(), |last| last + 1));
        self.tell_end();
    }

    fn note(&mut self, part: &mut StreamPart) {
        self.spoke |= is_spoken(part);
        self.content_bytes = self.content_bytes.saturating_add(content_len(part));
        if self.content_bytes > MAX_ANSWER_BYTES {
            *part = StreamPart::Error { error: too_long() };
        }
        match part {
            StreamPart::Error { error } => *error = self.interrupt(error.clone()),
            StreamPart::Finish { finish_reason, usage } => {
                self.ended = true;
                explain_silence(finish_reason, !self.spoke);
                if finish_reason.unified == Finish::Interrupted && usage.is_none() {
                    *usage = Some(estimate(&self.answer.completion()));
                }
            }
            _ => {}
        }
        self.answer.push(part);
    }

    fn partial(&self) -> serde_json::Value {
        let completion = self.answer.completion();
        let usage = completion.usage.clone().unwrap_or_else(|| estimate(&completion));
        json!({ "text": completion.text, "usage": usage })
    }
}

impl fmt::Debug for PartDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartDecoder").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// How much of the answer this part carries; 0 for everything that is not the model's word.
fn content_len(part: &StreamPart) -> usize {
    match part {
        StreamPart::ReasoningDelta { text } | StreamPart::TextDelta { text } => text.len(),
        StreamPart::ToolCall(call) => call.tool_name.len(),
        StreamPart::ToolInputDelta { delta, .. } => delta.len(),
        StreamPart::ToolInputStart { tool_name, .. } => tool_name.len(),
        StreamPart::Error { .. }
        | StreamPart::Finish { .. }
        | StreamPart::ReasoningEnd { .. }
        | StreamPart::ResponseStart { .. }
        | StreamPart::Source(_)
        | StreamPart::TextEnd { .. }
        | StreamPart::ToolInputEnd { .. }
        | StreamPart::Warning { .. } => 0,
    }
}

/// Whether the part is for the caller to read or to run; a thought is neither.
fn is_spoken(part: &StreamPart) -> bool {
    matches!(part, StreamPart::TextDelta { .. } | StreamPart::ToolCall(_) | StreamPart::ToolInputStart { .. })
}

/// An answer that met its limit before it said anything puzzles whoever set the limit: thoughts count, too.
fn explain_silence(finish: &mut FinishReason, is_silent: bool) {
    if finish.unified != Finish::Length || !is_silent {
        return;
    }
    let details = finish.details.get_or_insert_with(|| json!({}));
    if let Some(details) = details.as_object_mut() {
        let hint = "the limit was met before anything was said; thoughts count against maxTokens";
        details.insert("hint".to_owned(), hint.into());
    }
}

/// Four characters to the token: the usual rule of thumb for English, and marked as an estimate.
fn estimate(completion: &Completion) -> Usage {
    let chars = completion.content.iter().map(|piece| match piece {
        Content::Reasoning { text, .. } | Content::Text { text, .. } => text.chars().count(),
        Content::Source(_) | Content::ToolCall(_) => 0,
    });
    let tokens = chars.sum::<usize>().div_ceil(4);
    Usage { output_tokens: u64::try_from(tokens).ok(), estimated: true, ..Usage::default() }
}

/// A whole answer as the parts that a stream of it would have had.
fn parts_of(completion: Completion) -> Vec<StreamPart> {
    let warnings = completion.warnings.into_iter().map(|warning| StreamPart::Warning { warning });
    let content = completion.content.into_iter().flat_map(parts_of_piece);
    let start = StreamPart::ResponseStart { response: completion.response };
    let finish = StreamPart::Finish { finish_reason: completion.finish_reason, usage: completion.usage };
    [start].into_iter().chain(warnings).chain(content).chain([finish]).collect()
}

fn parts_of_piece(piece: Content) -> Vec<StreamPart> {
    match piece {
        Content::Reasoning { text, provider_data } => {
            vec![StreamPart::ReasoningDelta { text }, StreamPart::ReasoningEnd { provider_data }]
        }
        Content::Source(source) => vec![StreamPart::Source(source)],
        Content::Text { text, provider_data } => {
            vec![StreamPart::TextDelta { text }, StreamPart::TextEnd { provider_data }]
        }
        Content::ToolCall(call) => vec![StreamPart::ToolCall(call)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::model::ProviderId;
    use crate::secret::ApiKey;
    use crate::sse::SseEvent;

    /// Says its events aloud; `end` ends it, `done` tells that the end has come, `fail` fails with the event's own text.
    struct Parrot(bool);

    impl StreamDecoder for Parrot {
        fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>) {
            out.push(match event.data.as_str() {
                "done" => return self.0 = true,
                "end" => finish(Finish::Stop),
                text if text.starts_with("fail") => {
                    StreamPart::Error { error: Error::new(ErrorKind::Overloaded, text) }
                }
                text => StreamPart::TextDelta { text: text.to_owned() },
            });
        }

        fn is_complete(&self) -> bool {
            self.0
        }

        fn finish(&mut self, out: &mut Vec<StreamPart>) {
            out.push(finish(if self.0 { Finish::Stop } else { Finish::Interrupted }));
        }
    }

    fn finish(unified: Finish) -> StreamPart {
        StreamPart::Finish { finish_reason: FinishReason::new(unified, None), usage: None }
    }

    fn decoder() -> PartDecoder {
        let served =
            Served { tag: None, provider: ProviderId::Custom, model: "m".to_owned(), env: "dev".to_owned() };
        let key = ApiKey::parse("apiKey", "sk-canary-1").unwrap().0;
        let scrubber = Scrubber::new(Some(&key));
        PartDecoder::new(
            Box::new(Parrot(false)),
            Frame { served, attempts: Vec::new(), warnings: Vec::new(), wants_object: false, scrubber },
        )
    }

    #[test]
    fn nothing_follows_the_last_part() {
        let mut decoder = decoder();
        assert_eq!(decoder.feed(b"data: a\n\ndata: end\n\ndata: b\n\n").len(), 2);
        assert!(decoder.ended());
        assert!(decoder.feed(b"data: c\n\n").is_empty() && decoder.finish().is_empty());
        assert_eq!(decoder.outcome().completion.text, "a");
    }

    #[test]
    fn rule_23_r56_a_limit_met_in_silence_is_explained() {
        let limited = |text: &[&str]| {
            let mut decoder = decoder();
            text.iter().for_each(|text| drop(decoder.feed(format!("data: {text}\n\n").as_bytes())));
            let mut part = finish(Finish::Length);
            decoder.note(&mut part);
            match part {
                StreamPart::Finish { finish_reason, .. } => finish_reason.details,
                other => panic!("{other:?}"),
            }
        };
        assert!(limited(&[]).is_some_and(|details| details["hint"].is_string()));
        assert_eq!(limited(&["a"]), None);
        let held = |text: &str| {
            let content = vec![Content::reasoning("hm"), Content::text(text)];
            let mut decoder = decoder();
            decoder.hold(Completion::from_content(content, FinishReason::new(Finish::Length, None)));
            decoder.into_whole().unwrap().finish_reason.details
        };
        assert!(held("").is_some_and(|details| details["hint"].is_string()));
        assert_eq!(held("a"), None);
    }

    #[test]
    fn a_cut_answer_has_its_usage_estimated() {
        let mut decoder = decoder();
        decoder.feed(b"data: abcde\n\n");
        let parts = decoder.finish();
        let [StreamPart::Finish { usage: Some(usage), .. }] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!((usage.output_tokens, usage.estimated), (Some(2), true));
        assert_eq!(decoder.outcome().completion.usage.as_ref(), Some(usage));
    }

    #[test]
    fn r57_an_answer_whose_end_was_told_outlives_its_connection() {
        let lost = || Error::new(ErrorKind::Network, "gone");
        let mut cut = decoder();
        cut.feed(b"data: a\n\n");
        assert_eq!((cut.wait_ms(None), cut.wait_ms(Some(5))), (None, Some(5)));
        assert!(matches!(cut.broken(lost()).as_slice(), [StreamPart::Error { .. }]));
        let mut whole = decoder();
        whole.feed(b"data: a\n\ndata: done\n\n");
        assert_eq!(
            (whole.wait_ms(None), whole.wait_ms(Some(5)), whole.wait_ms(Some(9000))),
            (Some(1000), Some(5), Some(1000))
        );
        let parts = whole.broken(lost());
        let [StreamPart::Finish { finish_reason, .. }] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!(finish_reason.unified, Finish::Stop);
    }

    #[test]
    fn r62_an_error_part_and_its_partial_text_are_scrubbed() {
        let mut decoder = decoder();
        let parts = decoder.feed(b"data: sk-can\n\ndata: ary-1\n\ndata: fail sk-canary-1\n\n");
        let Some(StreamPart::Error { error }) = parts.last() else { panic!("{parts:?}") };
        let shown = serde_json::to_string(&error.view()).unwrap();
        assert!(!shown.contains("canary") && shown.contains("\"text\":\"[redacted]\""), "{shown}");
    }

    #[test]
    fn r57_an_interrupted_stream_says_what_came() {
        let mut decoder = decoder();
        decoder.feed(b"data: abc\n\n");
        let error = decoder.interrupt(Error::new(ErrorKind::Aborted, "aborted"));
        assert_eq!(error.detail("partial").and_then(|partial| partial["text"].as_str()), Some("abc"));
        assert!(decoder.ended());
    }
}
