//! Events of a stream become parts: one small function per thing that a chunk can carry.

mod hot;

use core::mem;

use serde_json::Value;

use super::Dialect;
use super::calls::Calls;
use super::response::Said;
use super::response::finish_reason;
use super::response::info;
use super::response::is_first;
use super::response::is_refused;
use super::response::said;
use super::response::turn;
use super::response::usage;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ResponseInfo;
use crate::chat::StreamPart;
use crate::chat::Usage;
use crate::chat::Warning;
use crate::error::Error;
use crate::http::HttpHead;
use crate::json;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::providers::StreamDecoder;
use crate::providers::failure;
use crate::sse::SseEvent;

/// Decodes one stream.
#[derive(Debug)]
pub(in crate::providers) struct Decoder {
    dialect: &'static Dialect,
    head: HttpHead,
    /// Held back until something else is to be said: the first chunk of some servers has neither id nor model.
    info: Option<ResponseInfo>,
    started: bool,
    calls: Calls,
    refused: bool,
    finish_word: Option<String>,
    usage: Option<Usage>,
    done: bool,
    ended: bool,
}

impl Decoder {
    pub(in crate::providers) fn new(dialect: &'static Dialect, head: &HttpHead) -> Self {
        Self {
            dialect,
            head: head.clone(),
            info: None,
            started: false,
            calls: Calls::default(),
            refused: false,
            finish_word: None,
            usage: None,
            done: false,
            ended: false,
        }
    }

    fn chunk(&mut self, data: &str, unterminated: bool, out: &mut Vec<StreamPart>) {
        match json::parse(data) {
            Some(answer) if self.take(&answer, out) => {}
            Some(answer) => self.fail(&answer, out),
            // What the end of the bytes cut off is a missing end, not a broken chunk.
            None if unterminated => {}
            None => self.end_with(failure::unreadable(self.dialect.provider, &self.head), out),
        }
    }

    /// Takes a chunk; `false` where it is none, or carries an error.
    fn take(&mut self, answer: &Value, out: &mut Vec<StreamPart>) -> bool {
        let choice = json::items(&answer["choices"]).iter().find(|choice| is_first(choice));
        let in_choice = choice.is_some_and(|choice| failure::is_error(&choice["error"]));
        if !answer.is_object() || failure::is_error(&answer["error"]) || in_choice {
            return false;
        }
        self.note(answer);
        if let Some(choice) = choice {
            self.choice(choice, out);
        }
        // A chunk without choices is a heartbeat, counts, or an error in one of its flat forms.
        answer["choices"].is_array() || !answer["usage"].is_null()
    }

    fn note(&mut self, answer: &Value) {
        if !self.started && self.info.as_ref().is_none_or(|info| info.id.is_none()) {
            self.info = Some(info(&self.head, answer));
        }
        if let Some(usage) = usage(&answer["usage"]) {
            self.usage = Some(usage);
        }
    }

    fn choice(&mut self, choice: &Value, out: &mut Vec<StreamPart>) {
        self.turn(turn(choice, "delta", "message"), out);
        if let Some(word) = json::filled(&choice["finish_reason"]) {
            self.finish_word = Some(word.to_owned());
        }
        // Moonshot reports it here.
        if let Some(usage) = usage(&choice["usage"]) {
            self.usage = Some(usage);
        }
    }

    fn turn(&mut self, turn: &Value, out: &mut Vec<StreamPart>) {
        let before = out.len();
        said(turn, &mut |piece| out.push(delta(piece)));
        for piece in json::items(&turn["tool_calls"]) {
            self.calls.take(piece, out);
        }
        if turn["function_call"].is_object() {
            self.calls.take_function(&turn["function_call"], out);
        }
        self.refused |= is_refused(turn);
        if out.len() > before {
            self.start(before, out);
        }
    }

    /// Puts the facts about the response, once, before everything else.
    fn start(&mut self, position: usize, out: &mut Vec<StreamPart>) {
        if !mem::replace(&mut self.started, true) {
            let response = self.info.take().unwrap_or_else(|| info(&self.head, &Value::Null));
            out.insert(position, StreamPart::ResponseStart { response });
        }
    }

    fn fail(&mut self, answer: &Value, out: &mut Vec<StreamPart>) {
        let provider = self.dialect.provider;
        match failure::in_answer(provider, &self.head, answer) {
            Some(error) => self.end_with(error, out),
            None if answer.is_object() => {}
            None => self.end_with(failure::unreadable(provider, &self.head), out),
        }
    }

    fn end_with(&mut self, error: Error, out: &mut Vec<StreamPart>) {
        self.ended = true;
        out.push(StreamPart::Error { error });
    }

    fn finish_reason(&self) -> FinishReason {
        match self.finish_word.as_deref() {
            None if self.done && self.dialect.done_ends => FinishReason::new(Finish::Other, None),
            None => FinishReason::new(Finish::Interrupted, None),
            word => finish_reason(word, self.refused, !self.calls.is_empty()),
        }
    }
}

impl StreamDecoder for Decoder {
    fn shape(&self) -> &'static [Field] {
        hot::CHUNK
    }

    fn take(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> bool {
        !self.ended && self.hot(found, out).is_some()
    }

    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>) {
        let data = event.data.trim();
        if self.ended || data.is_empty() {
            return;
        }
        if data == "[DONE]" {
            self.done = true;
            return self.finish(out);
        }
        if event.event == "error" {
            let error = failure::in_event(self.dialect.provider, &self.head, data);
            return self.end_with(error, out);
        }
        self.chunk(data, event.unterminated, out);
    }

    fn is_complete(&self) -> bool {
        self.finish_word.is_some()
    }

    fn finish(&mut self, out: &mut Vec<StreamPart>) {
        if mem::replace(&mut self.ended, true) {
            return;
        }
        self.start(out.len(), out);
        let finish_reason = self.finish_reason();
        self.calls.end(finish_reason.unified, out);
        if finish_reason.unified == Finish::Other && finish_reason.raw.is_none() {
            out.push(StreamPart::Warning { warning: no_finish_word() });
        }
        out.push(StreamPart::Finish { finish_reason, usage: self.usage.take() });
    }
}

fn delta(piece: Said<'_>) -> StreamPart {
    match piece {
        Said::Reasoning(text) => StreamPart::ReasoningDelta { text: text.to_owned() },
        Said::Text(text) => StreamPart::TextDelta { text: text.to_owned() },
    }
}

fn no_finish_word() -> Warning {
    Warning {
        code: "no_finish_reason",
        field: "finishReason".to_owned(),
        message: "the server ended the stream without saying why, so it may be cut off".to_owned(),
    }
}
