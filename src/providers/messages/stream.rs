//! Events of a stream become parts: one small function per thing that an event can carry. A whole answer is read as the
//! start of a stream that has everything in it, so that both say the same.

mod hot;

use core::mem;

use serde_json::Map;
use serde_json::Value;

use super::Dialect;
use super::STATE;
use super::calls::Calls;
use super::finish::finish_reason;
use super::finish::source;
use super::finish::usage;
use crate::chat::Accumulator;
use crate::chat::Completion;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ProviderData;
use crate::chat::StreamPart;
use crate::error::Result;
use crate::http::HttpHead;
use crate::json;
use crate::json::count;
use crate::json::filled;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::providers::StreamDecoder;
use crate::providers::failure;
use crate::providers::headers;
use crate::sse::SseEvent;

/// The answer in a 2xx body.
pub(in crate::providers) fn decode(
    dialect: &'static Dialect,
    head: &HttpHead,
    body: &[u8],
) -> Result<Completion> {
    let answer = json::parse(&String::from_utf8_lossy(body)).unwrap_or_default();
    if !answer["content"].is_array() || failure::is_error(&answer["error"]) {
        return Err(failure::not_an_answer(dialect.provider, head, &answer));
    }
    let mut decoder = Decoder::new(dialect, head);
    let mut parts = Vec::new();
    decoder.message_start(&answer, &mut parts);
    decoder.message_stop(&mut parts);
    decoder.finish(&mut parts);
    let mut whole = Accumulator::default();
    parts.iter().for_each(|part| whole.push(part));
    Ok(whole.completion())
}

/// Decodes one stream.
#[derive(Debug)]
pub(in crate::providers) struct Decoder {
    dialect: &'static Dialect,
    head: HttpHead,
    started: bool,
    message: Message,
    calls: Calls,
    ended: bool,
}

/// What is known of the message that is coming.
#[derive(Debug, Default)]
struct Message {
    id: Option<String>,
    /// Whether anything of it came.
    begun: bool,
    blocks: Vec<Block>,
    stop_word: Option<String>,
    stop_details: Value,
    usage: Map<String, Value>,
    stopped: bool,
}

/// A block that is not closed yet.
#[derive(Debug)]
struct Block {
    index: Option<u64>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Call(usize),
    Compaction(Map<String, Value>),
    /// Tools that the server runs itself, their results, and what is not known yet.
    Passed,
    Redacted(String),
    Text {
        said: bool,
    },
    Thinking {
        said: bool,
        signature: String,
    },
}

impl Decoder {
    pub(in crate::providers) fn new(dialect: &'static Dialect, head: &HttpHead) -> Self {
        Self {
            dialect,
            head: head.clone(),
            started: false,
            message: Message::default(),
            calls: Calls::default(),
            ended: false,
        }
    }

    fn event(&mut self, name: &str, event: &Value, out: &mut Vec<StreamPart>) {
        match filled(&event["type"]).unwrap_or(name) {
            "content_block_delta" => self.block_delta(event, out),
            "content_block_start" => self.block_start(count(&event["index"]), &event["content_block"], out),
            "content_block_stop" => self.block_stop(count(&event["index"]), out),
            "message_delta" => self.message.note(&event["delta"], &event["usage"]),
            "message_start" => self.message_start(&event["message"], out),
            "message_stop" => self.message_stop(out),
            // A heartbeat, or what is not known yet.
            _ => {}
        }
    }

    /// Gateways splice a second message into a stream: what came of the first one is cut off then, unless it had ended.
    fn message_start(&mut self, message: &Value, out: &mut Vec<StreamPart>) {
        let id = filled(&message["id"]);
        if self.message.begun && id.is_some() && id == self.message.id.as_deref() {
            return;
        }
        let before = out.len();
        if !self.message.stopped {
            self.close(out);
            self.calls.tell(Finish::Interrupted, out);
        }
        self.message = Message { id: id.map(str::to_owned), begun: true, ..Message::default() };
        self.start(before, message, out);
        self.message.note(message, &message["usage"]);
        for block in json::items(&message["content"]) {
            self.block_start(None, block, out);
            self.block_stop(None, out);
        }
    }

    /// The facts about the response, once, before everything else.
    fn start(&mut self, position: usize, message: &Value, out: &mut Vec<StreamPart>) {
        if !mem::replace(&mut self.started, true) {
            let response = headers::info(&self.head, filled(&message["id"]), filled(&message["model"]));
            out.insert(position, StreamPart::ResponseStart { response });
        }
    }

    fn message_stop(&mut self, out: &mut Vec<StreamPart>) {
        self.message.stopped = true;
        self.close(out);
    }

    /// Closes the blocks that are still open.
    fn close(&mut self, out: &mut Vec<StreamPart>) {
        for block in mem::take(&mut self.message.blocks) {
            self.end(block.kind, out);
        }
    }

    fn finish_reason(&self) -> FinishReason {
        let word = self.message.stop_word.as_deref();
        if self.message.stopped {
            finish_reason(word, &self.message.stop_details)
        } else {
            FinishReason::new(Finish::Interrupted, word)
        }
    }

    fn block_start(&mut self, index: Option<u64>, block: &Value, out: &mut Vec<StreamPart>) {
        self.block_stop(index, out);
        let kind = match block["type"].as_str().unwrap_or_default() {
            "compaction" => Kind::Compaction(compaction(block)),
            "redacted_thinking" => Kind::Redacted(block["data"].as_str().unwrap_or_default().to_owned()),
            "text" => Kind::Text { said: false },
            "thinking" => Kind::Thinking { said: false, signature: String::new() },
            "tool_use" => Kind::Call(self.calls.begin(block, out)),
            _ => Kind::Passed,
        };
        let mut block_of_ours = Block { index, kind };
        block_of_ours.take(block, out);
        json::items(&block["citations"]).iter().for_each(|citation| cite(citation, out));
        self.message.blocks.push(block_of_ours);
    }

    fn block_stop(&mut self, index: Option<u64>, out: &mut Vec<StreamPart>) {
        if let Some(position) = self.message.blocks.iter().position(|block| block.index == index) {
            let block = self.message.blocks.remove(position);
            self.end(block.kind, out);
        }
    }

    fn end(&mut self, kind: Kind, out: &mut Vec<StreamPart>) {
        match kind {
            Kind::Call(position) => self.calls.end(position, out),
            Kind::Compaction(state) => {
                out.push(StreamPart::TextEnd {
                    provider_data: Some(kept("compaction", Value::Object(state))),
                });
            }
            Kind::Redacted(data) if !data.is_empty() => {
                out.push(StreamPart::ReasoningEnd { provider_data: Some(kept("redactedData", data)) });
            }
            Kind::Text { said: true } => out.push(StreamPart::TextEnd { provider_data: None }),
            Kind::Thinking { said, signature } if said || !signature.is_empty() => {
                let provider_data = (!signature.is_empty()).then(|| kept("signature", signature));
                out.push(StreamPart::ReasoningEnd { provider_data });
            }
            _ => {}
        }
    }

    fn block_delta(&mut self, event: &Value, out: &mut Vec<StreamPart>) {
        let (index, delta) = (count(&event["index"]), &event["delta"]);
        let found = self.message.open(index);
        match found.and_then(|position| self.message.blocks.get_mut(position)) {
            Some(Block { kind: Kind::Call(position), .. }) => {
                let piece = delta["partial_json"].as_str().unwrap_or_default();
                self.calls.extend(*position, piece.to_owned(), out);
            }
            Some(block) if is_known(delta) => block.take(delta, out),
            Some(_) => {}
            None => stray(delta, out),
        }
        if filled(&delta["type"]) == Some("citations_delta") {
            cite(&delta["citation"], out);
        }
    }

    /// Data that is no event of the grammar: an error as the wire or as llama.cpp writes it, or no JSON.
    fn fail(&mut self, event: &SseEvent, is_json: bool, out: &mut Vec<StreamPart>) {
        let (provider, data) = (self.dialect.provider, event.data.trim());
        // What the end of the bytes cut off is a missing end, not a broken event. Nothing takes a whole answer back.
        if self.message.stopped || !is_json && (event.unterminated || data == "[DONE]") {
            return;
        }
        let error = if is_json || event.event == "error" {
            failure::in_event(provider, &self.head, data)
        } else {
            failure::unreadable(provider, &self.head)
        };
        self.ended = true;
        out.push(StreamPart::Error { error });
    }
}

impl Message {
    /// The block that a delta belongs to. One without a number belongs to the block that is open.
    fn open(&self, index: Option<u64>) -> Option<usize> {
        self.blocks.iter().rposition(|block| block.index == index || index.is_none())
    }

    /// Takes what the start says and later events say again: the last word counts.
    fn note(&mut self, said: &Value, usage: &Value) {
        self.begun = true;
        if let Some(word) = filled(&said["stop_reason"]) {
            self.stop_word = Some(word.to_owned());
        }
        if !said["stop_details"].is_null() {
            self.stop_details = said["stop_details"].clone();
        }
        for (name, value) in usage.as_object().into_iter().flatten() {
            if !value.is_null() {
                self.usage.insert(name.clone(), value.clone());
            }
        }
    }
}

impl Block {
    /// Takes what a start or a delta holds for a block of this kind.
    fn take(&mut self, piece: &Value, out: &mut Vec<StreamPart>) {
        match &mut self.kind {
            Kind::Call(_) | Kind::Passed | Kind::Redacted(_) => {}
            Kind::Compaction(state) => state.extend(compaction(piece)),
            Kind::Text { said } => *said |= say(&piece["text"], out),
            Kind::Thinking { said, signature } => {
                *said |= think(&piece["thinking"], out);
                if let Some(text) = filled(&piece["signature"]) {
                    text.clone_into(signature);
                }
            }
        }
    }
}

/// llama.cpp's errors have no type.
fn is_error(answer: &Value) -> bool {
    answer["type"] == "error" || answer["type"].is_null() && failure::is_error(&answer["error"])
}

fn is_known(delta: &Value) -> bool {
    let known = ["compaction_delta", "signature_delta", "text_delta", "thinking_delta"];
    delta["type"].as_str().is_none_or(|word| known.contains(&word))
}

/// A delta whose block's start did not come.
fn stray(delta: &Value, out: &mut Vec<StreamPart>) {
    if !is_known(delta) {
        return;
    }
    say(&delta["text"], out);
    think(&delta["thinking"], out);
}

fn say(text: &Value, out: &mut Vec<StreamPart>) -> bool {
    let Some(text) = filled(text) else { return false };
    out.push(StreamPart::TextDelta { text: text.to_owned() });
    true
}

fn think(text: &Value, out: &mut Vec<StreamPart>) -> bool {
    let Some(text) = filled(text) else { return false };
    out.push(StreamPart::ReasoningDelta { text: text.to_owned() });
    true
}

fn cite(citation: &Value, out: &mut Vec<StreamPart>) {
    if citation.is_object() {
        out.push(StreamPart::Source(source(citation)));
    }
}

/// The fields of a summary that go back with the next request.
fn compaction(piece: &Value) -> Map<String, Value> {
    let mut state = Map::new();
    for name in ["content", "encrypted_content"] {
        if !piece[name].is_null() {
            state.insert(name.to_owned(), piece[name].clone());
        }
    }
    state
}

/// State for the next request, under this wire's name.
fn kept(name: &str, value: impl Into<Value>) -> ProviderData {
    json::object_of(STATE, json::object_of(name, value))
}

impl StreamDecoder for Decoder {
    fn shape(&self) -> &'static [Field] {
        hot::EVENT
    }

    fn take(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> bool {
        !self.ended && self.hot(found, out).is_some()
    }

    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>) {
        let data = event.data.trim();
        if self.ended || data.is_empty() {
            return;
        }
        let before = out.len();
        match json::parse(data) {
            Some(answer) if event.event != "error" && !is_error(&answer) => {
                self.event(&event.event, &answer, out);
            }
            answer => return self.fail(event, answer.is_some(), out),
        }
        if out.len() > before {
            self.start(before, &Value::Null, out);
        }
    }

    fn is_complete(&self) -> bool {
        self.message.stopped
    }

    fn finish(&mut self, out: &mut Vec<StreamPart>) {
        if mem::replace(&mut self.ended, true) {
            return;
        }
        let (finish_reason, before) = (self.finish_reason(), out.len());
        self.close(out);
        self.calls.tell(finish_reason.unified, out);
        self.start(before, &Value::Null, out);
        let usage = usage(&Value::Object(mem::take(&mut self.message.usage)));
        out.push(StreamPart::Finish { finish_reason, usage });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::Finish;

    static DIALECT: Dialect = Dialect { provider: "anthropic", names_pages: true };

    fn parts(events: &[Value]) -> Vec<StreamPart> {
        let head = HttpHead { status: 200, headers: [("request-id", "r")].into_iter().collect() };
        let mut decoder = Decoder::new(&DIALECT, &head);
        let mut out = Vec::new();
        for event in events {
            let event = SseEvent { data: event.to_string(), ..SseEvent::default() };
            decoder.feed(&event, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    fn folded(events: &[Value]) -> Completion {
        let mut whole = Accumulator::default();
        parts(events).iter().for_each(|part| whole.push(part));
        whole.completion()
    }

    fn start(id: &str) -> Value {
        json!({"type": "message_start", "message": {"id": id, "content": [], "usage": {"input_tokens": 1}}})
    }

    fn text(text: &str) -> Value {
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
    }

    fn call(id: &str) -> Value {
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": id, "name": "f", "input": {}}})
    }

    fn end(word: &str) -> [Value; 2] {
        [
            json!({"type": "message_delta", "delta": {"stop_reason": word}, "usage": {"output_tokens": 2}}),
            stop(),
        ]
    }

    fn stop() -> Value {
        json!({"type": "message_stop"})
    }

    #[test]
    fn r56_a_repeated_start_is_passed_over_and_another_one_cuts_off() {
        let [delta, stop] = end("tool_use");
        let again = folded(&[start("a"), call("1"), start("a"), delta.clone(), stop.clone()]);
        assert_eq!(again.tool_calls.iter().map(|call| call.incomplete).collect::<Vec<_>>(), [false]);
        let spliced = folded(&[start("a"), call("1"), start("b"), call("2"), delta, stop]);
        let calls: Vec<_> =
            spliced.tool_calls.iter().map(|call| (call.tool_call_id.as_str(), call.incomplete)).collect();
        assert_eq!(calls, [("1", true), ("2", false)]);
    }

    #[test]
    fn r56_without_its_last_event_an_answer_is_interrupted() {
        let [delta, stop] = end("end_turn");
        let finish = |events: &[Value]| folded(events).finish_reason.unified;
        assert_eq!(finish(&[start("a"), text("x"), delta.clone()]), Finish::Interrupted);
        assert_eq!(finish(&[start("a"), text("x"), delta, stop]), Finish::Stop);
        assert_eq!(finish(&[]), Finish::Interrupted);
    }

    #[test]
    fn r56_no_call_of_a_cut_answer_may_be_run() {
        for (word, incomplete) in
            [("tool_use", false), ("end_turn", false), ("max_tokens", true), ("refusal", true)]
        {
            let [delta, stop] = end(word);
            let answer = folded(&[start("a"), call("1"), delta, stop]);
            assert_eq!(
                (answer.tool_calls[0].incomplete, answer.tool_calls[0].input.to_value()),
                (incomplete, json!({})),
                "{word}"
            );
        }
    }

    #[test]
    fn r56_what_follows_the_end_takes_nothing_back() {
        let [delta, stop] = end("end_turn");
        let late = json!({"type": "error", "error": {"type": "api_error", "message": "late"}});
        let answer = parts(&[start("a"), text("x"), delta, stop, late]);
        assert!(matches!(answer.last(), Some(StreamPart::Finish { .. })), "{answer:?}");
    }

    #[test]
    fn r56_a_missing_start_is_made_up_for() {
        let [delta, stop] = end("end_turn");
        let answer = folded(&[text("x"), delta, stop]);
        assert_eq!((answer.text.as_str(), answer.response.request_id.as_deref()), ("x", Some("r")));
        assert_eq!(answer.usage.and_then(|usage| usage.output_tokens), Some(2));
    }
}
