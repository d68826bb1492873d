//! Events of a stream become parts: one small function per thing that a chunk can carry.

use core::mem;

use super::Dialect;
use super::calls::Calls;
use super::error;
use super::response::Said;
use super::response::finish_reason;
use super::response::info;
use super::response::is_first;
use super::response::is_refused;
use super::response::said;
use super::response::usage;
use super::wire::Answer;
use super::wire::Choice;
use super::wire::Turn;
use super::with_answer;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ResponseInfo;
use crate::chat::StreamPart;
use crate::chat::Usage;
use crate::chat::Warning;
use crate::error::Error;
use crate::http::HttpHead;
use crate::providers::StreamDecoder;
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
        let failed = with_answer(data, |answer| self.take(answer, out));
        match failed {
            Some(false) => {}
            Some(true) => self.fail(data, out),
            // What the end of the bytes cut off is a missing end, not a broken chunk.
            None if unterminated => {}
            None => self.fail(data, out),
        }
    }

    /// Takes a chunk; `true` where it carries an error.
    fn take(&mut self, answer: &Answer<'_>, out: &mut Vec<StreamPart>) -> bool {
        let choice = answer.choices.objects().find(|choice| is_first(choice));
        let in_choice = choice.is_some_and(|choice| error::is_error(&choice.error));
        let has_choices = answer.choices.0.is_some();
        if error::is_error(&answer.error) || in_choice {
            return true;
        }
        self.note(answer);
        if let Some(choice) = choice {
            self.choice(choice, out);
        }
        // A chunk without choices is a heartbeat, counts, or an error in one of its flat forms.
        !has_choices && answer.usage.is_null()
    }

    fn note(&mut self, answer: &Answer<'_>) {
        if !self.started && self.info.as_ref().is_none_or(|info| info.id.is_none()) {
            self.info = Some(info(&self.head, answer));
        }
        if let Some(usage) = usage(&answer.usage) {
            self.usage = Some(usage);
        }
    }

    fn choice(&mut self, choice: &Choice<'_>, out: &mut Vec<StreamPart>) {
        if let Some(turn) = choice.delta.0.as_ref().or(choice.message.0.as_ref()) {
            self.turn(turn, out);
        }
        if let Some(word) = choice.finish_reason.filled() {
            self.finish_word = Some(word.to_owned());
        }
        if let Some(usage) = usage(&choice.usage) {
            self.usage = Some(usage);
        }
    }

    fn turn(&mut self, turn: &Turn<'_>, out: &mut Vec<StreamPart>) {
        let before = out.len();
        said(turn, &mut |piece| out.push(delta(piece)));
        turn.tool_calls.objects().for_each(|piece| self.calls.take(piece, out));
        if let Some(function) = &turn.function_call.0 {
            self.calls.take_function(function, out);
        }
        self.refused |= is_refused(turn);
        if out.len() > before {
            self.start(before, out);
        }
    }

    /// Puts the facts about the response, once, before everything else.
    fn start(&mut self, position: usize, out: &mut Vec<StreamPart>) {
        if !mem::replace(&mut self.started, true) {
            let response = self.info.take().unwrap_or_else(|| info(&self.head, &Answer::default()));
            out.insert(position, StreamPart::ResponseStart { response });
        }
    }

    fn fail(&mut self, data: &str, out: &mut Vec<StreamPart>) {
        let error = error::in_answer(self.dialect, &self.head, data);
        match error {
            Some(error) => self.end_with(error, out),
            None if with_answer(data, |_| ()).is_some() => {}
            None => self.end_with(error::unreadable(self.dialect, &self.head), out),
        }
    }

    fn end_with(&mut self, error: Error, out: &mut Vec<StreamPart>) {
        self.ended = true;
        out.push(StreamPart::Error { error });
    }

    fn finish_reason(&self) -> FinishReason {
        match self.finish_word.as_deref() {
            None if self.done && self.dialect.done_ends => FinishReason { unified: Finish::Other, raw: None },
            None => FinishReason { unified: Finish::Interrupted, raw: None },
            word => finish_reason(word, self.refused, !self.calls.is_empty()),
        }
    }
}

impl StreamDecoder for Decoder {
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
            let error = error::in_event(self.dialect, &self.head, data);
            return self.end_with(error, out);
        }
        self.chunk(data, event.unterminated, out);
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
