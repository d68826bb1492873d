//! Events of a stream become parts: one small function per kind of event.

mod hot;

use core::mem;

use serde_json::Value;

use super::NAME;
use super::response::call_names;
use super::response::finish_reason;
use super::response::sources;
use super::response::usage;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::StreamPart;
use crate::chat::Usage;
use crate::error::Error;
use crate::http::HttpHead;
use crate::json;
use crate::json::filled;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::providers::StreamDecoder;
use crate::providers::failure;
use crate::providers::headers;
use crate::providers::tool_calls::tool_call;
use crate::sse::SseEvent;

/// Decodes one stream.
#[derive(Debug)]
pub(super) struct Decoder {
    head: HttpHead,
    id: Option<String>,
    started: bool,
    /// Whether the piece that is open is a thought.
    thinks: bool,
    /// In the order in which they began; a call is only given when the answer's end says that it is whole.
    calls: Vec<OpenCall>,
    end: Option<(FinishReason, Option<Usage>)>,
    ended: bool,
}

#[derive(Debug)]
struct OpenCall {
    index: Value,
    id: String,
    name: String,
    input: String,
}

impl Decoder {
    pub(super) fn new(head: &HttpHead) -> Self {
        Self {
            head: head.clone(),
            id: None,
            started: false,
            thinks: false,
            calls: Vec::new(),
            end: None,
            ended: false,
        }
    }

    fn event(&mut self, event: &Value, out: &mut Vec<StreamPart>) {
        let message = &event["delta"]["message"];
        match event["type"].as_str() {
            Some("message-start") => self.id = filled(&event["id"]).map(str::to_owned),
            Some("tool-plan-delta") => self.thought(&message["tool_plan"], out),
            Some("content-start" | "content-delta") => self.content(&message["content"], out),
            Some("content-end") => self.content_end(out),
            Some("citation-start") => self.citation(&message["citations"], out),
            Some("tool-call-start") => self.call_start(event, &message["tool_calls"], out),
            Some("tool-call-delta") => self.call_delta(event, &message["tool_calls"], out),
            Some("message-end") => self.message_end(&event["delta"]),
            Some(_) => {}
            None => self.fail(event, out),
        }
    }

    fn thought(&mut self, text: &Value, out: &mut Vec<StreamPart>) {
        if let Some(text) = filled(text) {
            self.emit(StreamPart::ReasoningDelta { text: text.to_owned() }, out);
        }
    }

    fn content(&mut self, piece: &Value, out: &mut Vec<StreamPart>) {
        self.thinks = piece["thinking"].is_string();
        self.thought(&piece["thinking"], out);
        if let Some(text) = filled(&piece["text"]) {
            self.emit(StreamPart::TextDelta { text: text.to_owned() }, out);
        }
    }

    fn content_end(&mut self, out: &mut Vec<StreamPart>) {
        let end = match self.thinks {
            true => StreamPart::ReasoningEnd { provider_data: None },
            false => StreamPart::TextEnd { provider_data: None },
        };
        self.emit(end, out);
    }

    /// One citation; its description as a list is taken as well.
    fn citation(&mut self, citation: &Value, out: &mut Vec<StreamPart>) {
        let one = core::slice::from_ref(citation);
        for citation in citation.as_array().map_or(one, Vec::as_slice) {
            for source in sources(citation) {
                self.emit(StreamPart::Source(source), out);
            }
        }
    }

    fn call_start(&mut self, event: &Value, call: &Value, out: &mut Vec<StreamPart>) {
        if !call["function"].is_object() {
            return;
        }
        let (id, name) = call_names(call, self.calls.len());
        let start = StreamPart::ToolInputStart { tool_call_id: id.clone(), tool_name: name.clone() };
        self.emit(start, out);
        self.calls.push(OpenCall { index: event["index"].clone(), id, name, input: String::new() });
        self.call_delta(event, call, out);
    }

    fn call_delta(&mut self, event: &Value, call: &Value, out: &mut Vec<StreamPart>) {
        if let Some(delta) = filled(&call["function"]["arguments"]) {
            self.more_input(&event["index"], delta, out);
        }
    }

    fn more_input(&mut self, index: &Value, delta: &str, out: &mut Vec<StreamPart>) {
        let Some(open) = self.calls.iter_mut().rev().find(|open| open.index == *index) else { return };
        open.input.push_str(delta);
        let (tool_call_id, delta) = (open.id.clone(), delta.to_owned());
        self.emit(StreamPart::ToolInputDelta { tool_call_id, delta }, out);
    }

    /// A failed generation ends here, too, under 200 and with what came before it.
    fn message_end(&mut self, delta: &Value) {
        self.end = Some((finish_reason(delta), usage(&delta["usage"])));
    }

    fn fail(&mut self, event: &Value, out: &mut Vec<StreamPart>) {
        let error = failure::in_answer(NAME, &self.head, event);
        match error {
            Some(error) => self.end_with(error, out),
            None if event.is_object() => {}
            None => self.end_with(failure::unreadable(NAME, &self.head), out),
        }
    }

    fn end_with(&mut self, error: Error, out: &mut Vec<StreamPart>) {
        self.ended = true;
        out.push(StreamPart::Error { error });
    }

    fn emit(&mut self, part: StreamPart, out: &mut Vec<StreamPart>) {
        self.start(out);
        out.push(part);
    }

    fn start(&mut self, out: &mut Vec<StreamPart>) {
        if !mem::replace(&mut self.started, true) {
            let response = headers::info(&self.head, self.id.as_deref(), None);
            out.push(StreamPart::ResponseStart { response });
        }
    }

    fn end_calls(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        for OpenCall { id, name, input, .. } in mem::take(&mut self.calls) {
            out.push(StreamPart::ToolInputEnd { tool_call_id: id.clone() });
            out.push(StreamPart::ToolCall(tool_call(id, name, &input, finish)));
        }
    }
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
        // Some servers add OpenAI's mark; the end was told before it.
        if self.ended || data.is_empty() || data == "[DONE]" {
            return;
        }
        if event.event == "error" {
            let error = failure::in_event(NAME, &self.head, data);
            return self.end_with(error, out);
        }
        match json::parse(data) {
            Some(value) => self.event(&value, out),
            // What the end of the bytes cut off is a missing end, not a broken event.
            None if event.unterminated => {}
            None => self.end_with(failure::unreadable(NAME, &self.head), out),
        }
    }

    fn is_complete(&self) -> bool {
        self.end.is_some()
    }

    fn finish(&mut self, out: &mut Vec<StreamPart>) {
        if mem::replace(&mut self.ended, true) {
            return;
        }
        self.start(out);
        let interrupted = || (FinishReason::new(Finish::Interrupted, None), None);
        let (finish_reason, usage) = self.end.take().unwrap_or_else(interrupted);
        self.end_calls(finish_reason.unified, out);
        out.push(StreamPart::Finish { finish_reason, usage });
    }
}
