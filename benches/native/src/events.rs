//! Streams of 2,000 words, as the providers' servers send them.

use serde_json::Value;
use serde_json::json;

/// The words of a stream.
pub const DELTAS: usize = 2000;

/// A whole stream of a wire, by the wire's name.
pub(crate) fn stream(wire: &str) -> String {
    let words = (0..DELTAS).map(|at| format!(" word{}", at % 10));
    match wire {
        "anthropic" => anthropic(words),
        "cohere" => cohere(words),
        "google" => google(words),
        "openai.responses" => responses(words),
        _ => chat(words),
    }
}

fn named(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data.get("type").and_then(Value::as_str).unwrap_or_default())
}

fn joined(start: &[Value], deltas: impl Iterator<Item = Value>, end: &[Value]) -> String {
    start.iter().cloned().chain(deltas).chain(end.iter().cloned()).map(|data| named(&data)).collect()
}

fn anthropic(words: impl Iterator<Item = String>) -> String {
    let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
        "content": [], "stop_reason": null, "usage": {"input_tokens": 9, "output_tokens": 1}});
    let delta = |text| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    let start = [
        json!({"type": "message_start", "message": message}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
    ];
    let end = [
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}),
        json!({"type": "message_stop"}),
    ];
    joined(&start, words.map(delta), &end)
}

fn cohere(words: impl Iterator<Item = String>) -> String {
    let content = |kind: &str, content: Value| json!({"type": kind, "index": 0, "delta": {"message": {"content": content}}});
    let start = [
        json!({"id": "c-1", "type": "message-start", "delta": {"message": {"role": "assistant", "content": []}}}),
        content("content-start", json!({"type": "text", "text": ""})),
    ];
    let usage = json!({"tokens": {"input_tokens": 9, "output_tokens": 3}});
    let end = [
        json!({"type": "content-end", "index": 0}),
        json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}),
    ];
    joined(&start, words.map(|text| content("content-delta", json!({"text": text}))), &end)
}

fn google(words: impl Iterator<Item = String>) -> String {
    let event = |text: &str, reason: Option<&str>| {
        let mut candidate = json!({"content": {"parts": [{"text": text}], "role": "model"}, "index": 0});
        if let Some(reason) = reason {
            candidate["finishReason"] = json!(reason);
        }
        let usage = json!({"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12});
        let answer =
            json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-3.8-flash"});
        format!("data: {answer}\r\n\r\n")
    };
    words.map(|text| event(&text, None)).chain([event("", Some("STOP"))]).collect()
}

fn chat(words: impl Iterator<Item = String>) -> String {
    let event = |delta: Value, reason: Option<&str>| {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason});
        let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_787_150_115,
            "model": "gpt-4.1", "service_tier": "default", "choices": [choice]});
        format!("data: {chunk}\n\n")
    };
    let start = event(json!({"role": "assistant", "content": ""}), None);
    let end = event(json!({}), Some("stop")) + "data: [DONE]\n\n";
    core::iter::once(start)
        .chain(words.map(|text| event(json!({"content": text}), None)))
        .chain([end])
        .collect()
}

fn responses(words: impl Iterator<Item = String>) -> String {
    let delta = |text| {
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
            "delta": text, "logprobs": [], "obfuscation": "a1b2c3d4e5"})
    };
    let response = |status| json!({"id": "resp_1", "object": "response", "model": "gpt-5", "status": status, "output": []});
    let item = json!({"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []});
    let start = [
        json!({"type": "response.created", "response": response("in_progress")}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": item}),
    ];
    joined(
        &start,
        words.map(delta),
        &[json!({"type": "response.completed", "response": response("completed")})],
    )
}
