//! A whole answer becomes a [`Completion`]; and what streams share with it: what finish words and counts mean.

use serde_json::Value;

use super::calls::arguments;
use super::calls::made_id;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ResponseInfo;
use crate::chat::Usage;
use crate::error::Result;
use crate::http::HttpHead;
use crate::json;
use crate::json::count;
use crate::json::filled;
use crate::providers::failure;
use crate::providers::headers;
use crate::providers::tool_calls::tool_call;

/// The answer in a 2xx body.
pub(in crate::providers) fn decode(
    provider: &'static str,
    head: &HttpHead,
    body: &[u8],
) -> Result<Completion> {
    let answer = json::parse(&String::from_utf8_lossy(body)).unwrap_or_default();
    completion(head, &answer).ok_or_else(|| failure::not_an_answer(provider, head, &answer))
}

/// `None` where there is an error or no answer in it.
fn completion(head: &HttpHead, answer: &Value) -> Option<Completion> {
    let choices = answer["choices"].as_array().filter(|_| !failure::is_error(&answer["error"]))?;
    let choice =
        choices.iter().find(|choice| is_first(choice)).or_else(|| choices.iter().find(|c| c.is_object()));
    if choice.is_none() && !choices.is_empty()
        || choice.is_some_and(|choice| failure::is_error(&choice["error"]))
    {
        return None;
    }
    let mut completion = choice.map_or_else(nothing, whole);
    completion.usage = usage(&answer["usage"]).or_else(|| usage(&choice?["usage"]));
    completion.response = info(head, answer);
    Some(completion)
}

/// Whether it is the answer: with several candidates, the one with index 0 wherever it stands.
pub(super) fn is_first(choice: &Value) -> bool {
    choice.is_object() && count(&choice["index"]).unwrap_or(0) == 0
}

fn nothing() -> Completion {
    Completion::from_content(Vec::new(), FinishReason::new(Finish::Other, None))
}

fn whole(choice: &Value) -> Completion {
    let turn = turn(choice, "message", "delta");
    let mut content = Vec::new();
    said(turn, &mut |piece| piece.join(&mut content));
    let refused = is_refused(turn);
    let mut calls: Vec<_> =
        json::items(&turn["tool_calls"]).iter().filter(|call| call["function"].is_object()).collect();
    // The form before tools: one call, no id.
    let legacy = json::object_of("function", turn["function_call"].clone());
    if calls.is_empty() && turn["function_call"].is_object() {
        calls.push(&legacy);
    }
    let finish = finish_reason(filled(&choice["finish_reason"]), refused, !calls.is_empty());
    for (position, call) in calls.into_iter().enumerate() {
        let id = filled(&call["id"]).map_or_else(|| made_id(position), str::to_owned);
        let name = call["function"]["name"].as_str().unwrap_or_default().to_owned();
        let text = arguments(&call["function"]["arguments"]);
        content.push(Content::ToolCall(tool_call(id, name, &text, finish.unified)));
    }
    Completion::from_content(content, finish)
}

/// The turn of a choice; servers mix up the names of whole answers and of streams.
pub(super) fn turn<'a>(choice: &'a Value, name: &str, other: &str) -> &'a Value {
    let named = &choice[name];
    if named.is_object() { named } else { &choice[other] }
}

/// A piece of what the model said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said<'a> {
    Reasoning(&'a str),
    Text(&'a str),
}

impl Said<'_> {
    /// Adds it to the content; pieces of one kind in a row are one piece, as they are in a stream.
    fn join(self, content: &mut Vec<Content>) {
        match (self, content.last_mut()) {
            (Said::Reasoning(more), Some(Content::Reasoning { text, .. }))
            | (Said::Text(more), Some(Content::Text { text, .. })) => text.push_str(more),
            (Said::Reasoning(text), _) => content.push(Content::reasoning(text)),
            (Said::Text(text), _) => content.push(Content::text(text)),
        }
    }
}

/// Hands over what the turn says, in order and without empty pieces. A refusal is what it says, too.
pub(super) fn said(turn: &Value, take: &mut dyn FnMut(Said<'_>)) {
    // llama.cpp, vLLM, DeepSeek; then OpenRouter, Groq, Ollama. Some send both fields with the same text.
    let thought = filled(&turn["reasoning_content"]).or_else(|| filled(&turn["reasoning"]));
    if let Some(thought) = thought {
        take(Said::Reasoning(thought));
    }
    match filled(&turn["content"]) {
        Some(text) => take(Said::Text(text)),
        None => json::items(&turn["content"]).iter().for_each(|part| said_part(part, take)),
    }
    if let Some(refusal) = filled(&turn["refusal"]) {
        take(Said::Text(refusal));
    }
}

/// Mistral's `{type: text, text}` or `{type: thinking, thinking}`, where a thought is a text or a list of text parts.
fn said_part(part: &Value, take: &mut dyn FnMut(Said<'_>)) {
    if let Some(thought) = filled(&part["thinking"]) {
        take(Said::Reasoning(thought));
    }
    for piece in json::items(&part["thinking"]) {
        if let Some(thought) = filled(&piece["text"]) {
            take(Said::Reasoning(thought));
        }
    }
    for name in ["text", "refusal"] {
        if let Some(text) = filled(&part[name]) {
            take(Said::Text(text));
        }
    }
}

/// Whether the turn carries a refusal, or more of one.
pub(super) fn is_refused(turn: &Value) -> bool {
    let refuses = |piece: &Value| filled(&piece["refusal"]).is_some();
    refuses(turn) || json::items(&turn["content"]).iter().any(refuses)
}

/// What a finish word means. Servers say `stop` when they mean `tool_calls`, and nothing when they mean nothing.
pub(super) fn finish_reason(raw: Option<&str>, refused: bool, called: bool) -> FinishReason {
    let unified = match raw {
        Some("content_filter") => Finish::ContentFilter,
        Some("error") => Finish::Error,
        // Mistral distinguishes the model's own limit.
        Some("length" | "model_length") => Finish::Length,
        Some("stop") if refused => Finish::ContentFilter,
        Some("stop") if called => Finish::ToolCalls,
        Some("stop") => Finish::Stop,
        Some("tool_calls" | "function_call") => Finish::ToolCalls,
        _ => Finish::Other,
    };
    FinishReason::new(unified, raw)
}

/// The counts; `None` where there are none. The total in includes cached tokens already.
pub(super) fn usage(raw: &Value) -> Option<Usage> {
    let input = &raw["prompt_tokens_details"];
    let usage = Usage {
        input_tokens: count(&raw["prompt_tokens"]),
        output_tokens: count(&raw["completion_tokens"]),
        // Vendors' own names for the same (`prompt_cache_hit_tokens`, `cached_tokens`) stay in `raw`.
        cached_input_tokens: count(&input["cached_tokens"]),
        cache_write_tokens: count(&input["cache_write_tokens"]),
        reasoning_tokens: count(&raw["completion_tokens_details"]["reasoning_tokens"]),
        estimated: false,
        raw: Value::Null,
    };
    (usage != Usage::default()).then(|| Usage { raw: raw.clone(), ..usage })
}

/// The facts about the response.
pub(super) fn info(head: &HttpHead, answer: &Value) -> ResponseInfo {
    headers::info(head, filled(&answer["id"]), filled(&answer["model"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r56_finish_words() {
        let unified = |raw, refused, called| finish_reason(raw, refused, called).unified;
        assert_eq!(unified(Some("stop"), false, true), Finish::ToolCalls);
        assert_eq!(unified(Some("stop"), true, false), Finish::ContentFilter);
        assert_eq!(unified(Some("length"), false, true), Finish::Length);
        assert_eq!(unified(Some("function_call"), false, true), Finish::ToolCalls);
        assert_eq!(
            (unified(None, false, false), unified(Some("eos"), false, false)),
            (Finish::Other, Finish::Other)
        );
    }

    #[test]
    fn r56_missing_counts_stay_missing() {
        assert_eq!(usage(&Value::Null), None);
        assert_eq!(usage(&json!({"total_time": 0.5})), None);
        let some =
            usage(&json!({"prompt_tokens": 3.0, "completion_tokens": "4", "prompt_tokens_details": {"cached_tokens": 2}})).unwrap();
        assert_eq!((some.input_tokens, some.output_tokens), (Some(3), None));
        assert_eq!((some.cached_input_tokens, some.reasoning_tokens), (Some(2), None));
    }
}
