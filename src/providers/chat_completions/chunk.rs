//! Reads the fields of an answer or of one chunk of it out of JSON, whatever form a server gives them. Total: a field of
//! the wrong type is an absent field.

use serde_json::Value;

use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::Usage;

/// The first candidate: the one whose index is 0, wherever it stands, or the only one without an index.
pub(super) fn first_choice(value: &Value) -> Option<&Value> {
    let choices = value.get("choices")?.as_array()?;
    choices.iter().find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
}

/// A text that says something.
pub(super) fn filled(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The text and the thoughts of a message or a delta. Content is a string, null, or a list of parts (Mistral).
pub(super) fn pieces(message: &Value) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let thought = filled(message.get("reasoning_content")).or_else(|| filled(message.get("reasoning")));
    pieces.extend(thought.map(Piece::Reasoning));
    match message.get("content") {
        Some(Value::Array(parts)) => parts.iter().for_each(|part| content_part(part, &mut pieces)),
        content => pieces.extend(filled(content).map(Piece::Text)),
    }
    pieces
}

/// A piece of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Piece<'a> {
    Reasoning(&'a str),
    Text(&'a str),
}

fn content_part<'a>(part: &'a Value, out: &mut Vec<Piece<'a>>) {
    match part.get("thinking") {
        Some(Value::Array(thoughts)) => {
            out.extend(
                thoughts.iter().filter_map(|thought| filled(thought.get("text"))).map(Piece::Reasoning),
            );
        }
        Some(thought) => out.extend(filled(Some(thought)).map(Piece::Reasoning)),
        None => out.extend(filled(part.get("text")).map(Piece::Text)),
    }
}

/// The usage object, where the server sent one. Cached and reasoning tokens are part of the totals here already.
pub(super) fn usage(value: &Value) -> Option<Usage> {
    let raw = value.get("usage").filter(|usage| usage.is_object())?;
    let count = |path: &[&str]| {
        let found = path.iter().try_fold(raw, |value, key| value.get(key))?;
        found.as_u64()
    };
    Some(Usage {
        input_tokens: count(&["prompt_tokens"]),
        output_tokens: count(&["completion_tokens"]),
        cached_input_tokens: count(&["prompt_tokens_details", "cached_tokens"])
            .or_else(|| count(&["prompt_cache_hit_tokens"])),
        reasoning_tokens: count(&["completion_tokens_details", "reasoning_tokens"]),
        estimated: false,
        raw: raw.clone(),
    })
}

/// What is known at the end about why it ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End<'a> {
    /// The server's word.
    pub(super) raw: Option<&'a str>,
    /// A refusal was given.
    pub(super) refused: bool,
    /// Tools were called.
    pub(super) called: bool,
}

impl End<'_> {
    /// One word for all providers. Some servers say `stop` although they called tools.
    pub(super) fn reason(self) -> FinishReason {
        let unified = match self.raw.unwrap_or_default() {
            "stop" if self.refused => Finish::ContentFilter,
            "stop" | "tool_calls" | "function_call" if self.called => Finish::ToolCalls,
            "stop" | "eos" | "stop_sequence" => Finish::Stop,
            "length" | "max_tokens" | "model_length" => Finish::Length,
            "content_filter" => Finish::ContentFilter,
            "tool_calls" | "function_call" => Finish::ToolCalls,
            "error" => Finish::Error,
            _ => Finish::Other,
        };
        FinishReason { unified, raw: self.raw.map(str::to_owned) }
    }
}
