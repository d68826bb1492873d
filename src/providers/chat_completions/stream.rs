//! A streamed answer, chunk by chunk. Most chunks add a piece of text and nothing else; they take a path that copies
//! only that text.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Dialect;
use super::chunk;
use super::chunk::End;
use super::chunk::Piece;
use super::error::error_inside;
use super::response::not_json;
use super::response::unsaid;
use super::tool_calls::ToolCalls;
use crate::chat::FinishReason;
use crate::chat::StreamPart;
use crate::chat::Usage;
use crate::chat::Warning;
use crate::http::HttpHead;
use crate::providers::StreamDecoder;
use crate::providers::facts;
use crate::sse::SseEvent;

/// A decoder for one answer.
pub(in crate::providers) fn decoder(dialect: Dialect, head: &HttpHead) -> Box<dyn StreamDecoder> {
    Box::new(ChunkDecoder {
        dialect,
        head: head.clone(),
        id: None,
        model: None,
        started: false,
        done: false,
        ended: false,
        unreadable: false,
        refused: false,
        raw_finish: None,
        usage: None,
        calls: ToolCalls::default(),
        called: false,
    })
}

struct ChunkDecoder {
    dialect: Dialect,
    head: HttpHead,
    id: Option<String>,
    model: Option<String>,
    /// `response-start` was given.
    started: bool,
    /// `[DONE]` was seen.
    done: bool,
    /// The last part was given.
    ended: bool,
    /// The last event was not JSON: a fault, unless the stream was cut right there.
    unreadable: bool,
    refused: bool,
    raw_finish: Option<String>,
    usage: Option<Usage>,
    calls: ToolCalls,
    called: bool,
}

/// The chunk that a stream consists of: one piece of text.
#[derive(Deserialize)]
struct TextChunk<'a> {
    #[serde(borrow)]
    choices: [TextChoice<'a>; 1],
    #[serde(default)]
    error: Option<IgnoredAny>,
    #[serde(default)]
    usage: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct TextChoice<'a> {
    #[serde(default)]
    index: u64,
    #[serde(borrow)]
    delta: TextDelta<'a>,
    #[serde(default)]
    finish_reason: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct TextDelta<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
    #[serde(default)]
    function_call: Option<IgnoredAny>,
    #[serde(default)]
    reasoning: Option<IgnoredAny>,
    #[serde(default)]
    reasoning_content: Option<IgnoredAny>,
    #[serde(default)]
    refusal: Option<IgnoredAny>,
    #[serde(default)]
    tool_calls: Option<IgnoredAny>,
}

impl StreamDecoder for ChunkDecoder {
    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>) {
        if self.ended {
            return;
        }
        if core::mem::take(&mut self.unreadable) {
            return self.fail(not_json(self.dialect, &self.head, "an event that is not JSON"), out);
        }
        let data = event.data.trim();
        if data == "[DONE]" {
            self.done = true;
            return self.finish(out);
        }
        match self.text_only(data) {
            Some(text) => out.push(StreamPart::TextDelta { text }),
            None => self.chunk(event, data, out),
        }
    }

    fn finish(&mut self, out: &mut Vec<StreamPart>) {
        if core::mem::replace(&mut self.ended, true) {
            return;
        }
        let finish_reason = self.reason();
        if self.done && self.raw_finish.is_none() {
            let message = "the server ended the answer without saying why".to_owned();
            let warning = Warning { code: "no_finish_reason", field: "finishReason".to_owned(), message };
            out.push(StreamPart::Warning { warning });
        }
        self.start(out);
        self.calls.end(finish_reason.unified, out);
        out.push(StreamPart::Finish { finish_reason, usage: self.usage.take() });
    }
}

impl ChunkDecoder {
    fn text_only(&self, data: &str) -> Option<String> {
        let chunk: TextChunk<'_> = if self.started { serde_json::from_str(data).ok()? } else { return None };
        let TextChunk { choices: [choice], error: None, usage: None } = chunk else { return None };
        let TextDelta { content, function_call: None, reasoning: None, reasoning_content: None, .. } =
            choice.delta
        else {
            return None;
        };
        let plain = choice.index == 0 && choice.finish_reason.is_none();
        let alone =
            choice.delta.refusal.is_none() && choice.delta.tool_calls.is_none() && !content.is_empty();
        (plain && alone).then(|| content.into_owned())
    }

    fn chunk(&mut self, event: &SseEvent, data: &str, out: &mut Vec<StreamPart>) {
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            self.unreadable = true;
            return;
        };
        let wrapped = || serde_json::json!({ "error": value });
        let error = match event.event.as_str() {
            "error" if value.get("error").is_none() => error_inside(self.dialect, &self.head, &wrapped()),
            _ => error_inside(self.dialect, &self.head, &value),
        };
        match error {
            Some(error) => self.fail(error, out),
            None => self.take(&value, out),
        }
    }

    fn take(&mut self, value: &Value, out: &mut Vec<StreamPart>) {
        let own = |seen: &mut Option<String>, key| {
            if seen.is_none() {
                *seen = chunk::filled(value.get(key)).map(str::to_owned);
            }
        };
        own(&mut self.id, "id");
        own(&mut self.model, "model");
        // Some servers repeat their counts as they grow, so the last ones stand.
        self.usage = chunk::usage(value).or(self.usage.take());
        if let Some(choice) = chunk::first_choice(value) {
            self.choice(choice, out);
        }
    }

    fn choice(&mut self, choice: &Value, out: &mut Vec<StreamPart>) {
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        self.start(out);
        out.extend(chunk::pieces(delta).into_iter().map(part_of));
        if let Some(refusal) = chunk::filled(delta.get("refusal")) {
            self.refused = true;
            out.push(StreamPart::TextDelta { text: refusal.to_owned() });
        }
        self.calls.take(delta, out);
        self.called |= !self.calls.is_empty();
        if let Some(raw) = chunk::filled(choice.get("finish_reason")) {
            self.raw_finish = Some(raw.to_owned());
        }
    }

    fn start(&mut self, out: &mut Vec<StreamPart>) {
        if !core::mem::replace(&mut self.started, true) {
            let response = facts::response_info(&self.head, self.id.take(), self.model.take());
            out.push(StreamPart::ResponseStart { response });
        }
    }

    fn fail(&mut self, error: crate::error::Error, out: &mut Vec<StreamPart>) {
        self.ended = true;
        out.push(StreamPart::Error { error });
    }

    fn reason(&self) -> FinishReason {
        match self.raw_finish.as_deref() {
            None => unsaid(self.done),
            raw => End { raw, refused: self.refused, called: self.called }.reason(),
        }
    }
}

fn part_of(piece: Piece<'_>) -> StreamPart {
    match piece {
        Piece::Reasoning(text) => StreamPart::ReasoningDelta { text: text.to_owned() },
        Piece::Text(text) => StreamPart::TextDelta { text: text.to_owned() },
    }
}
