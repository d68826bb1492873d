//! A whole answer becomes a [`Completion`]; and what streams share with it: what finish words and counts mean.

use serde_json::Value;

use super::Dialect;
use super::calls::made_id;
use super::calls::tool_call;
use super::error;
use super::wire::Answer;
use super::wire::Body;
use super::wire::Choice;
use super::wire::Function;
use super::wire::Part;
use super::wire::Turn;
use super::with_answer;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ResponseInfo;
use crate::chat::ToolCall;
use crate::chat::Usage;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::providers::headers;

/// The answer in a 2xx body.
pub(in crate::providers) fn decode(dialect: &Dialect, head: &HttpHead, body: &[u8]) -> Result<Completion> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{FEFF}').trim();
    let completion = with_answer(text, |answer| completion(head, answer)).flatten();
    completion.ok_or_else(|| not_an_answer(dialect, head, text))
}

/// The error under a 2xx status, or `bad_response`.
fn not_an_answer(dialect: &Dialect, head: &HttpHead, text: &str) -> Error {
    error::in_answer(dialect, head, text).unwrap_or_else(|| error::unreadable(dialect, head))
}

/// `None` where there is an error or no answer in it.
fn completion(head: &HttpHead, answer: &Answer<'_>) -> Option<Completion> {
    let choices = answer.choices.0.as_ref().filter(|_| !error::is_error(&answer.error))?;
    let objects = || answer.choices.objects();
    let choice = objects().find(|choice| is_first(choice)).or_else(|| objects().next());
    if choice.is_none() && !choices.is_empty() || choice.is_some_and(|choice| error::is_error(&choice.error))
    {
        return None;
    }
    let mut completion = choice.map_or_else(nothing, whole);
    completion.usage = usage(&answer.usage).or_else(|| usage(&choice?.usage));
    completion.response = info(head, answer);
    Some(completion)
}

/// Whether it is the answer: with several candidates, the one with index 0 wherever it stands.
pub(super) fn is_first(choice: &Choice<'_>) -> bool {
    choice.index.0.unwrap_or(0) == 0
}

fn nothing() -> Completion {
    Completion::from_content(Vec::new(), FinishReason { unified: Finish::Other, raw: None })
}

fn whole(choice: &Choice<'_>) -> Completion {
    let turn = choice.message.0.as_ref().or(choice.delta.0.as_ref());
    let Some(turn) = turn else {
        return Completion::from_content(
            Vec::new(),
            finish_reason(choice.finish_reason.filled(), false, false),
        );
    };
    let mut content = Vec::new();
    said(turn, &mut |piece| piece.join(&mut content));
    let refused = is_refused(turn);
    let calls =
        || turn.tool_calls.objects().filter_map(|call| Some((call.id.filled(), call.function.0.as_ref()?)));
    let legacy = turn.function_call.0.as_ref().filter(|_| calls().next().is_none());
    let calls: Vec<_> = calls().chain(legacy.map(|function| (None, function))).collect();
    let finish = finish_reason(choice.finish_reason.filled(), refused, !calls.is_empty());
    let calls = calls.into_iter().enumerate();
    content
        .extend(calls.map(|(n, (id, function))| Content::ToolCall(called(n, id, function, finish.unified))));
    Completion::from_content(content, finish)
}

fn called(position: usize, id: Option<&str>, function: &Function<'_>, finish: Finish) -> ToolCall {
    let id = id.map_or_else(|| made_id(position), str::to_owned);
    tool_call(id, function.name.0.as_ref().to_owned(), function.arguments.0.as_ref(), finish)
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
            (Said::Reasoning(more), Some(Content::Reasoning { text })) => text.push_str(more),
            (Said::Text(more), Some(Content::Text { text })) => text.push_str(more),
            (Said::Reasoning(text), _) => content.push(Content::Reasoning { text: text.to_owned() }),
            (Said::Text(text), _) => content.push(Content::Text { text: text.to_owned() }),
        }
    }
}

/// Hands over what the turn says, in order and without empty pieces. A refusal is what it says, too.
pub(super) fn said(turn: &Turn<'_>, take: &mut dyn FnMut(Said<'_>)) {
    if let Some(thought) = turn.thought() {
        take(Said::Reasoning(thought));
    }
    match &turn.content {
        Body::Absent => {}
        Body::Parts(parts) => {
            parts.iter().filter_map(|part| part.0.as_ref()).for_each(|part| said_part(part, take))
        }
        Body::Text(text) if text.is_empty() => {}
        Body::Text(text) => take(Said::Text(text)),
    }
    if let Some(refusal) = turn.refusal.filled() {
        take(Said::Text(refusal));
    }
}

fn said_part(part: &Part<'_>, take: &mut dyn FnMut(Said<'_>)) {
    part.thinking.0.iter().filter_map(|text| text.filled()).for_each(|text| take(Said::Reasoning(text)));
    [part.text.filled(), part.refusal.filled()].into_iter().flatten().for_each(|text| take(Said::Text(text)));
}

/// Whether the turn carries a refusal, or more of one.
pub(super) fn is_refused(turn: &Turn<'_>) -> bool {
    let in_parts = match &turn.content {
        Body::Parts(parts) => {
            parts.iter().any(|part| part.0.as_ref().is_some_and(|p| p.refusal.filled().is_some()))
        }
        Body::Absent | Body::Text(_) => false,
    };
    in_parts || turn.refusal.filled().is_some()
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
    FinishReason { unified, raw: raw.map(str::to_owned) }
}

/// The counts; `None` where there are none. The total in includes cached tokens already.
pub(super) fn usage(raw: &Value) -> Option<Usage> {
    let count = |path: &[&str]| path.iter().try_fold(raw, |value, key| value.get(key)).and_then(whole_number);
    let usage = Usage {
        input_tokens: count(&["prompt_tokens"]),
        output_tokens: count(&["completion_tokens"]),
        // Vendors' own names for the same (`prompt_cache_hit_tokens`, `cached_tokens`) stay in `raw`.
        cached_input_tokens: count(&["prompt_tokens_details", "cached_tokens"]),
        reasoning_tokens: count(&["completion_tokens_details", "reasoning_tokens"]),
        estimated: false,
        raw: Value::Null,
    };
    (usage != Usage::default()).then(|| Usage { raw: raw.clone(), ..usage })
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and in range"
)]
fn whole_number(value: &Value) -> Option<u64> {
    let whole = |number: &f64| number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(number);
    value.as_u64().or_else(|| value.as_f64().filter(whole).map(|number| number as u64))
}

/// The facts about the response.
pub(super) fn info(head: &HttpHead, answer: &Answer<'_>) -> ResponseInfo {
    ResponseInfo {
        id: answer.id.filled().map(str::to_owned),
        model: answer.model.filled().map(str::to_owned),
        request_id: headers::request_id(&head.headers),
        headers: headers::exposed(&head.headers),
    }
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
