//! Fragments of an answer become parts: one small function per thing that a fragment can carry. A finish word may come
//! in the middle, so the end of the bytes is the only end.

mod hot;

use core::mem;

use serde_json::Map;
use serde_json::Value;

use super::NAME;
use super::SIGNATURE;
use super::args;
use super::finish;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ProviderData;
use crate::chat::StreamPart;
use crate::chat::ToolCall;
use crate::chat::Usage;
use crate::error::Error;
use crate::http::HttpHead;
use crate::json;
use crate::json::JsonText;
use crate::json::count;
use crate::json::filled;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::providers::StreamDecoder;
use crate::providers::failure;
use crate::providers::headers;
use crate::sse::SseEvent;

/// Decodes one stream.
#[derive(Debug)]
pub(super) struct Decoder {
    head: HttpHead,
    started: bool,
    ended: bool,
    /// What the lack of a finish word means.
    endless: Finish,
    /// What made-up call ids start with.
    prefix: String,
    /// How many calls began.
    calls: usize,
    /// The call whose arguments are still coming.
    open: Option<OpenCall>,
    /// From the first whole call on: whether calls may be run is known at the end only, and what follows them must not
    /// overtake them, because the API wants its parts back in their order.
    held: Vec<StreamPart>,
    /// Whether a text (`false`) or a thought (`true`) is growing.
    growing: Option<bool>,
    said: bool,
    finish_word: Option<String>,
    blocked: Option<String>,
    details: Map<String, Value>,
    usage: Option<Usage>,
    /// Counts that came after `usage`, as JSON; empty where none did.
    late_usage: String,
    /// Sources come again with every fragment.
    sources: Vec<Value>,
}

/// A call whose arguments are still coming.
#[derive(Debug)]
struct OpenCall {
    id: String,
    name: String,
    input: Value,
    /// What Google wants back.
    state: Map<String, Value>,
    broken: bool,
}

impl Decoder {
    pub(super) fn new(head: &HttpHead) -> Self {
        Self {
            head: head.clone(),
            started: false,
            ended: false,
            endless: Finish::Interrupted,
            prefix: "call_".to_owned(),
            calls: 0,
            open: None,
            held: Vec::new(),
            growing: None,
            said: false,
            finish_word: None,
            blocked: None,
            details: Map::new(),
            usage: None,
            late_usage: String::new(),
            sources: Vec::new(),
        }
    }

    /// The answer is one whole fragment: nothing is missing where it lacks a finish word.
    pub(super) fn expect_one(&mut self) {
        self.endless = Finish::Other;
    }

    /// Whether a fragment of an answer came.
    pub(super) fn has_started(&self) -> bool {
        self.started
    }

    /// Takes a fragment.
    pub(super) fn take(&mut self, fragment: &Value, out: &mut Vec<StreamPart>) {
        if self.ended {
            return;
        }
        let known = ["candidates", "promptFeedback", "usageMetadata", "responseId"];
        let is_answer = known.iter().any(|name| !fragment[*name].is_null());
        if is_answer && !failure::is_error(&fragment["error"]) {
            return self.fragment(fragment, out);
        }
        match failure::in_answer(NAME, &self.head, fragment) {
            Some(error) => self.end_with(error, out),
            None if fragment.is_object() => {}
            None => self.end_with(failure::unreadable(NAME, &self.head), out),
        }
    }

    fn fragment(&mut self, fragment: &Value, out: &mut Vec<StreamPart>) {
        self.start(fragment, out);
        self.settle_usage();
        if let Some(usage) = finish::usage(&fragment["usageMetadata"]) {
            self.usage = Some(usage);
        }
        if let Some(word) = filled(&fragment["promptFeedback"]["blockReason"]) {
            self.blocked = Some(word.to_owned());
            self.note("message", &fragment["promptFeedback"]["blockReasonMessage"]);
        }
        let first =
            |candidate: &&Value| candidate.is_object() && count(&candidate["index"]).unwrap_or(0) == 0;
        if let Some(candidate) = json::items(&fragment["candidates"]).iter().find(first) {
            self.candidate(candidate, out);
        }
    }

    fn settle_usage(&mut self) {
        if let Some(late) = json::parse(&mem::take(&mut self.late_usage)) {
            self.usage = finish::usage(&late);
        }
    }

    fn start(&mut self, fragment: &Value, out: &mut Vec<StreamPart>) {
        if mem::replace(&mut self.started, true) {
            return;
        }
        let id = filled(&fragment["responseId"]);
        // Most calls come without an id, and other providers refuse a conversation in which two calls share one.
        let plain = |id: &&str| {
            id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if let Some(id) = id.filter(plain) {
            self.prefix = ["call_", id, "_"].concat();
        }
        let response = headers::info(&self.head, id, filled(&fragment["modelVersion"]));
        out.push(StreamPart::ResponseStart { response });
    }

    fn candidate(&mut self, candidate: &Value, out: &mut Vec<StreamPart>) {
        for part in json::items(&candidate["content"]["parts"]) {
            if self.part(part, out) {
                // What came before was an end in the middle (recorded with built-in tools); the real one is yet to come.
                self.finish_word = None;
            }
        }
        let mut found = Vec::new();
        finish::sources(candidate, &mut |source| found.push(source));
        for source in found {
            if !self.sources.contains(&source.raw) {
                self.sources.push(source.raw.clone());
                self.emit(StreamPart::Source(source), out);
            }
        }
        if let Some(word) = filled(&candidate["finishReason"]) {
            self.finish_word = Some(word.to_owned());
            self.note("message", &candidate["finishMessage"]);
        }
        self.note("continuationToken", &candidate["continuationToken"]);
    }

    /// Whether the part said something. Code, its results and pictures that the model makes are passed over.
    fn part(&mut self, part: &Value, out: &mut Vec<StreamPart>) -> bool {
        let signature = filled(&part[SIGNATURE]);
        let text = filled(&part["text"]);
        if part["functionCall"].is_object() {
            self.function_call(&part["functionCall"], signature, out);
        } else if text.is_some() || signature.is_some() && (part["text"].is_string() || !carries_more(part)) {
            self.text(text.map(str::to_owned), part["thought"] == Value::Bool(true), signature, out);
        }
        text.is_some() || part["functionCall"].is_object()
    }

    /// A text or a thought. One with a signature is a piece of its own, even without text.
    fn text(
        &mut self,
        text: Option<String>,
        thought: bool,
        signature: Option<&str>,
        out: &mut Vec<StreamPart>,
    ) {
        if signature.is_some()
            && let Some(thought) = self.growing.take()
        {
            self.emit(end_of(thought, None), out);
        }
        if let Some(text) = text {
            self.said |= !thought;
            self.growing = Some(thought);
            let delta =
                if thought { StreamPart::ReasoningDelta { text } } else { StreamPart::TextDelta { text } };
            self.emit(delta, out);
        }
        if let Some(signature) = signature {
            self.growing = None;
            let state = json::object_of(SIGNATURE, signature);
            self.emit(end_of(thought, Some(json::object_of(NAME, state))), out);
        }
    }

    /// A call, or more of the open one: whoever names a function begins a call, and a call without `willContinue` is
    /// complete (Vertex ends one that it streamed with an empty `functionCall`; recorded).
    fn function_call(&mut self, call: &Value, signature: Option<&str>, out: &mut Vec<StreamPart>) {
        let name = filled(&call["name"]);
        let says_something = !call["args"].is_null() || call["partialArgs"].is_array();
        if name.is_some() || self.open.is_none() && says_something {
            self.close_call(out);
            self.open_call(name.unwrap_or_default(), filled(&call["id"]), out);
        }
        let Some(open) = &mut self.open else { return };
        if let Some(signature) = signature {
            open.state.insert(SIGNATURE.to_owned(), signature.into());
        }
        open.broken |= !args::take(call, &mut open.input);
        if call["willContinue"] != Value::Bool(true) {
            self.close_call(out);
        }
    }

    fn open_call(&mut self, name: &str, id: Option<&str>, out: &mut Vec<StreamPart>) {
        let mut state = Map::new();
        if let Some(id) = id {
            state.insert("id".to_owned(), id.into());
        }
        let id = id.map_or_else(|| format!("{}{}", self.prefix, self.calls), str::to_owned);
        self.calls += 1;
        out.push(StreamPart::ToolInputStart { tool_call_id: id.clone(), tool_name: name.to_owned() });
        let (name, broken) = (name.to_owned(), name.is_empty());
        self.open = Some(OpenCall { id, name, input: Value::Null, state, broken });
    }

    fn close_call(&mut self, out: &mut Vec<StreamPart>) {
        let Some(OpenCall { id, name, mut input, state, broken }) = self.open.take() else { return };
        if input.is_null() {
            input = Value::Object(Map::new());
        }
        let input = JsonText::from(&input);
        out.push(StreamPart::ToolInputDelta { tool_call_id: id.clone(), delta: input.as_str().to_owned() });
        out.push(StreamPart::ToolInputEnd { tool_call_id: id.clone() });
        self.growing = None;
        self.held.push(StreamPart::ToolCall(ToolCall {
            tool_call_id: id,
            tool_name: name,
            incomplete: broken || !input.is_object(),
            input,
            provider_data: (!state.is_empty()).then(|| json::object_of(NAME, state)),
        }));
    }

    fn emit(&mut self, part: StreamPart, out: &mut Vec<StreamPart>) {
        if self.held.is_empty() { out.push(part) } else { self.held.push(part) }
    }

    fn note(&mut self, name: &str, value: &Value) {
        if let Some(text) = filled(value) {
            self.details.insert(name.to_owned(), text.into());
        }
    }

    /// Lets go of what was held back, now that it is known how the answer ended.
    fn release(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        self.close_call(out);
        for mut part in mem::take(&mut self.held) {
            if let StreamPart::ToolCall(call) = &mut part {
                call.incomplete |= !finish.is_whole();
            }
            out.push(part);
        }
    }

    fn end_with(&mut self, error: Error, out: &mut Vec<StreamPart>) {
        self.ended = true;
        self.release(Finish::Error, out);
        out.push(StreamPart::Error { error });
    }

    fn finish_reason(&mut self) -> FinishReason {
        let (unified, raw) = match (self.finish_word.take(), self.blocked.take()) {
            (Some(word), _) => (finish::unified(&word, self.calls > 0), Some(word)),
            (None, Some(word)) => (Finish::ContentFilter, Some(word)),
            (None, None) => (self.endless, None),
        };
        let mut details = mem::take(&mut self.details);
        if matches!(unified, Finish::Stop | Finish::ToolCalls) {
            details.clear();
        }
        // Thoughts count against the limit, too: whoever wonders about an empty answer is told.
        let thought = self.usage.as_ref().and_then(|usage| usage.reasoning_tokens);
        if let (Finish::Length, false, Some(thought)) = (unified, self.said, thought) {
            details.insert("reasoningTokens".to_owned(), thought.into());
        }
        let details = (!details.is_empty()).then_some(Value::Object(details));
        FinishReason { unified, raw, details }
    }
}

impl StreamDecoder for Decoder {
    fn shape(&self) -> &'static [Field] {
        hot::FRAGMENT
    }

    fn take(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> bool {
        !self.ended && self.hot(found, out).is_some()
    }

    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>) {
        let data = event.data.trim();
        if self.ended || data.is_empty() || data == "[DONE]" {
            return;
        }
        if event.event == "error" {
            return self.end_with(failure::in_event(NAME, &self.head, data), out);
        }
        match json::parse(data) {
            Some(Value::Array(list)) => list.iter().for_each(|fragment| self.take(fragment, out)),
            Some(fragment) => self.take(&fragment, out),
            // What the end of the bytes cut off is a missing end, not a broken fragment.
            None if event.unterminated => {}
            None => self.end_with(failure::unreadable(NAME, &self.head), out),
        }
    }

    fn is_complete(&self) -> bool {
        self.finish_word.is_some()
    }

    fn finish(&mut self, out: &mut Vec<StreamPart>) {
        if mem::replace(&mut self.ended, true) {
            return;
        }
        self.start(&Value::Null, out);
        self.settle_usage();
        let finish_reason = self.finish_reason();
        self.release(finish_reason.unified, out);
        out.push(StreamPart::Finish { finish_reason, usage: self.usage.take() });
    }
}

/// Whether the part has a content of another kind than text.
fn carries_more(part: &Value) -> bool {
    part.as_object().into_iter().flatten().any(|(_, value)| value.is_object())
}

fn end_of(thought: bool, provider_data: Option<ProviderData>) -> StreamPart {
    if thought { StreamPart::ReasoningEnd { provider_data } } else { StreamPart::TextEnd { provider_data } }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fragments() -> Vec<Value> {
        let data = include_str!("../../../tests/fixtures/google/built-in-tools/stream.txt").to_owned()
            + include_str!("../../../tests/fixtures/google/arguments-in-pieces/stream.txt")
            + include_str!("../../../tests/fixtures/google/continuation/stream.txt");
        data.lines().filter_map(|line| json::parse(line.strip_prefix("data:")?)).collect()
    }

    fn decoded(fragments: &[Value]) -> Vec<StreamPart> {
        let mut decoder =
            Decoder::new(&HttpHead { status: 200, headers: [("a", "b")].into_iter().collect() });
        let mut parts = Vec::new();
        fragments.iter().for_each(|fragment| decoder.take(fragment, &mut parts));
        decoder.finish(&mut parts);
        parts
    }

    /// The paths of every value, and of those that are objects.
    fn walk(value: &Value, path: &str, all: &mut Vec<String>, objects: &mut Vec<String>) {
        all.push(path.to_owned());
        match value {
            Value::Array(list) => {
                for (index, item) in list.iter().enumerate() {
                    walk(item, &format!("{path}/{index}"), all, objects);
                }
            }
            Value::Object(map) => {
                objects.push(path.to_owned());
                for (key, item) in map {
                    walk(item, &format!("{path}/{key}"), all, objects);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn r56_any_value_of_another_kind_leaves_one_end() {
        let original = fragments();
        let (mut all, mut objects) = (Vec::new(), Vec::new());
        walk(&Value::Array(original.clone()), "", &mut all, &mut objects);
        let mut tried = 0;
        for path in all.iter().filter(|path| !path.is_empty()) {
            for other in [json!(null), json!(true), json!(-7.5), json!("x"), json!([[]]), json!({"x": {}})] {
                let mut changed = Value::Array(original.clone());
                *changed.pointer_mut(path).unwrap() = other;
                let parts = decoded(changed.as_array().unwrap());
                let is_end =
                    |part: &&StreamPart| matches!(part, StreamPart::Finish { .. } | StreamPart::Error { .. });
                assert_eq!(parts.iter().filter(is_end).count(), 1, "{path}");
                assert!(parts.last().as_ref().is_some_and(is_end), "{path}");
                tried += 1;
            }
        }
        assert!(tried > 500, "{tried}");
    }

    #[test]
    fn r56_unknown_fields_change_nothing() {
        let original = fragments();
        let expected = serde_json::to_value(decoded(&original)).unwrap();
        let (mut all, mut objects) = (Vec::new(), Vec::new());
        walk(&Value::Array(original.clone()), "", &mut all, &mut objects);
        for path in objects.iter().filter(|path| {
            !path.contains("usageMetadata") && !path.contains("groundingChunks") && !path.contains("citation")
        }) {
            for unknown in [json!(1), json!("x"), json!(["x"])] {
                let mut changed = Value::Array(original.clone());
                changed.pointer_mut(path).unwrap()["laterField"] = unknown;
                let parts = serde_json::to_value(decoded(changed.as_array().unwrap())).unwrap();
                assert_eq!(parts, expected, "{path}");
            }
        }
    }

    #[test]
    fn r56_an_end_in_the_middle_is_none() {
        let said = |text: &str, word: Option<&str>| json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": word}]});
        let end = |fragments: &[Value]| match decoded(fragments).pop() {
            Some(StreamPart::Finish { finish_reason, .. }) => finish_reason.unified,
            other => panic!("{other:?}"),
        };
        assert_eq!(end(&[said("a", Some("STOP")), said("b", None)]), Finish::Interrupted);
        assert_eq!(end(&[said("a", Some("STOP")), said("", None)]), Finish::Stop);
        assert_eq!(end(&[said("a", Some("STOP")), said("b", Some("MAX_TOKENS"))]), Finish::Length);
    }
}
