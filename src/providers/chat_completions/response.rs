//! A whole answer.

use serde_json::Value;

use super::Dialect;
use super::chunk;
use super::chunk::End;
use super::chunk::Piece;
use super::error::error_inside;
use super::tool_calls::ToolCalls;
use crate::chat;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::StreamPart;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::providers::facts;

/// The answer in a 2xx response. Empty content is an answer; an error object is not.
///
/// # Errors
/// `bad_response` for anything but a JSON object with choices; the error inside, where there is one.
pub(in crate::providers) fn decode(dialect: Dialect, head: &HttpHead, body: &[u8]) -> Result<Completion> {
    let value: Value = serde_json::from_slice(body).map_err(|_| not_json(dialect, head, "not JSON"))?;
    if let Some(error) = error_inside(dialect, head, &value) {
        return Err(error);
    }
    let choice =
        chunk::first_choice(&value).ok_or_else(|| not_json(dialect, head, "JSON without choices"))?;
    let message = choice.get("message").or_else(|| choice.get("delta")).unwrap_or(&Value::Null);
    let (content, finish_reason) = read(choice, message);
    let text = |key| chunk::filled(value.get(key)).map(str::to_owned);
    Ok(Completion {
        text: chat::joined_text(&content),
        object: None,
        tool_calls: chat::tool_calls(&content),
        content,
        finish_reason,
        usage: chunk::usage(&value),
        warnings: Vec::new(),
        response: facts::response_info(head, text("id"), text("model")),
    })
}

/// The error for a body that is not this wire's.
pub(super) fn not_json(dialect: Dialect, head: &HttpHead, what: &str) -> Error {
    let message = format!("{} answered {} with {what}", dialect.provider.as_str(), head.status);
    Error::new(ErrorKind::BadResponse, message)
        .with_provider(dialect.provider.as_str())
        .with_status(head.status)
        .with_request_id(facts::request_id(&head.headers))
}

fn read(choice: &Value, message: &Value) -> (Vec<Content>, FinishReason) {
    let mut content: Vec<Content> = chunk::pieces(message).into_iter().map(content_of).collect();
    let (mut calls, mut parts) = (ToolCalls::default(), Vec::new());
    calls.take(message, &mut parts);
    let refusal = chunk::filled(message.get("refusal"));
    content.extend(refusal.map(|text| Content::Text { text: text.to_owned() }));
    let raw = chunk::filled(choice.get("finish_reason"));
    let reason = End { raw, refused: refusal.is_some(), called: !calls.is_empty() }.reason();
    calls.end(reason.unified, &mut parts);
    content.extend(parts.into_iter().filter_map(called));
    (content, reason)
}

fn content_of(piece: Piece<'_>) -> Content {
    match piece {
        Piece::Reasoning(text) => Content::Reasoning { text: text.to_owned() },
        Piece::Text(text) => Content::Text { text: text.to_owned() },
    }
}

fn called(part: StreamPart) -> Option<Content> {
    match part {
        StreamPart::ToolCall(call) => Some(Content::ToolCall(call)),
        _ => None,
    }
}

/// What a finish without a word means: the server said it was done, or it did not.
pub(super) fn unsaid(done: bool) -> FinishReason {
    FinishReason { unified: if done { Finish::Other } else { Finish::Interrupted }, raw: None }
}
