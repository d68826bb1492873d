//! A whole answer becomes a [`Completion`]; and what streams share with it: finish words, counts, citations, tool calls.

use serde_json::Value;

use super::NAME;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::Source;
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
pub(super) fn decode(head: &HttpHead, body: &[u8]) -> Result<Completion> {
    let answer = json::parse(&String::from_utf8_lossy(body)).unwrap_or_default();
    if !answer["message"].is_object() {
        return Err(failure::not_an_answer(NAME, head, &answer));
    }
    let finish = finish_reason(&answer);
    let mut completion = Completion::from_content(content(&answer["message"], finish.unified), finish);
    completion.usage = usage(&answer["usage"]);
    completion.response = headers::info(head, filled(&answer["id"]), None);
    Ok(completion)
}

fn content(message: &Value, finish: Finish) -> Vec<Content> {
    let mut content = Vec::new();
    // What the model means to do with the tools is a thought: it is not for the user.
    if let Some(plan) = filled(&message["tool_plan"]) {
        content.push(Content::reasoning(plan));
    }
    if let Some(text) = filled(&message["content"]) {
        content.push(Content::text(text));
    }
    for piece in json::items(&message["content"]) {
        if let Some(thought) = filled(&piece["thinking"]) {
            content.push(Content::reasoning(thought));
        }
        if let Some(text) = filled(&piece["text"]) {
            content.push(Content::text(text));
        }
    }
    for citation in json::items(&message["citations"]) {
        content.extend(sources(citation).into_iter().map(Content::Source));
    }
    for (position, call) in json::items(&message["tool_calls"]).iter().enumerate() {
        let (id, name) = call_names(call, position);
        let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
        content.push(Content::ToolCall(tool_call(id, name, arguments, finish)));
    }
    content
}

/// The id and the name of a call; the id is made where there is none.
pub(super) fn call_names(call: &Value, position: usize) -> (String, String) {
    let id = filled(&call["id"]).map_or_else(|| format!("call_{position}"), str::to_owned);
    (id, call["function"]["name"].as_str().unwrap_or_default().to_owned())
}

/// What one citation names. Its sources are documents or tool outputs, and recorded ones lack any field.
pub(super) fn sources(citation: &Value) -> Vec<Source> {
    let text = filled(&citation["text"]).map(str::to_owned);
    let source = |raw: &Value| {
        let document = &raw["document"];
        let fact = |name: &str| filled(&document[name]).or_else(|| filled(&document["data"][name]));
        Source {
            id: filled(&raw["id"]).map(str::to_owned),
            url: fact("url").map(str::to_owned),
            title: fact("title").map(str::to_owned),
            text: text.clone(),
            raw: raw.clone(),
        }
    };
    json::items(&citation["sources"]).iter().map(source).collect()
}

/// What a finish word means; what went wrong stands beside it.
pub(super) fn finish_reason(answer: &Value) -> FinishReason {
    let raw = filled(&answer["finish_reason"]);
    let unified = match raw {
        Some("COMPLETE" | "STOP_SEQUENCE") => Finish::Stop,
        Some("ERROR" | "TIMEOUT") => Finish::Error,
        Some("MAX_TOKENS") => Finish::Length,
        Some("TOOL_CALL") => Finish::ToolCalls,
        _ => Finish::Other,
    };
    let said = filled(&answer["error"]).map(|message| json::object_of("message", message));
    FinishReason { details: said, ..FinishReason::new(unified, raw) }
}

/// The counts: tokens, not what is billed of them. `None` where there are none.
pub(super) fn usage(raw: &Value) -> Option<Usage> {
    let tokens = &raw["tokens"];
    let usage = Usage {
        input_tokens: count(&tokens["input_tokens"]),
        output_tokens: count(&tokens["output_tokens"]),
        cached_input_tokens: count(&raw["cached_tokens"]),
        reasoning_tokens: count(&tokens["reasoning_tokens"]),
        ..Usage::default()
    };
    (usage != Usage::default()).then(|| Usage { raw: raw.clone(), ..usage })
}
