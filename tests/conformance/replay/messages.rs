//! Anthropic's Messages read back.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::recorded::Record;

/// Fields of the body that a call or its settings say; all others travel as provider options.
const OURS: &[&str] = &[
    "max_tokens",
    "messages",
    "model",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
];

/// The five settings, by their public names.
pub(super) fn settings(body: &Value) -> Value {
    json!({
        "temperature": body["temperature"], "topP": body["top_p"],
        "maxTokens": body["max_tokens"], "stopSequences": body["stop_sequences"],
    })
}

/// The recorded body as options of a call; what is not ours travels as provider options.
pub(super) fn options(body: &Value) -> Value {
    let extra = body.as_object().unwrap().iter().filter(|(key, _)| !OURS.contains(&key.as_str()));
    let extra: Map<String, Value> = extra.map(|(key, value)| (key.clone(), value.clone())).collect();
    let choice = match body["tool_choice"]["type"].as_str() {
        Some("any") => json!("required"),
        Some("tool") => json!({"tool": body["tool_choice"]["name"]}),
        Some(word) => json!(word),
        None => Value::Null,
    };
    let messages: Vec<_> = body["messages"].as_array().unwrap().iter().flat_map(message).collect();
    json!({
        "messages": messages, "system": system(body), "tools": tools(body), "toolChoice": choice,
        "providerOptions": extra,
    })
}

fn system(body: &Value) -> Value {
    match &body["system"] {
        Value::Array(blocks) => {
            json!(blocks.iter().map(|block| block["text"].as_str().unwrap()).collect::<String>())
        }
        other => other.clone(),
    }
}

/// The caller's own tools; those that the server runs itself have a type, and no place in a call.
fn is_own(tool: &Value) -> bool {
    tool["type"].is_null() || tool["type"] == "custom"
}

fn tools(body: &Value) -> Vec<Value> {
    let own = body["tools"].as_array().into_iter().flatten().filter(|tool| is_own(tool));
    own.map(|tool| {
        let description = tool["description"].as_str().filter(|text| !text.is_empty());
        json!({"name": tool["name"], "description": description, "parameters": tool["input_schema"]})
    })
    .collect()
}

/// A message of the wire, whose results are a message of their own with us.
fn message(message: &Value) -> Vec<Value> {
    let role = &message["role"];
    let Value::Array(blocks) = &message["content"] else {
        return vec![json!({"role": role, "content": message["content"]})];
    };
    let (results, others): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block["type"] == "tool_result");
    let results: Vec<_> = results.into_iter().map(tool_result).collect();
    let others: Vec<_> = others.into_iter().filter_map(part).collect();
    let mut messages = Vec::new();
    if !results.is_empty() {
        messages.push(json!({"role": "tool", "content": results}));
    }
    if !others.is_empty() {
        messages.push(json!({"role": role, "content": others}));
    }
    messages
}

fn tool_result(block: &Value) -> Value {
    json!({
        "type": "tool-result", "toolCallId": block["tool_use_id"], "toolName": "f", "output": block["content"],
        "isError": block["is_error"],
    })
}

fn part(block: &Value) -> Option<Value> {
    let part = match block["type"].as_str().unwrap() {
        "text" => json!({"type": "text", "text": block["text"]}),
        "thinking" => json!({"type": "reasoning", "text": block["thinking"],
            "providerData": {"anthropic": {"signature": block["signature"]}}}),
        "tool_use" => json!({"type": "tool-call", "toolCallId": block["id"], "toolName": block["name"],
            "input": block["input"]}),
        // A document in pieces and a tool of the server's have no form of ours; `canonical` leaves them out too.
        "document" if block["source"]["type"] == "text" => json!({"type": "file", "mediaType": "text/plain",
            "filename": block["title"], "data": base64(block["source"]["data"].as_str().unwrap())}),
        _ => return None,
    };
    Some(part)
}

fn base64(text: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(alphabet[usize::try_from(bits & 63).unwrap()]);
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)];
        out.extend(&digits[..=chunk.len()]);
    }
    out
}

/// The body without what means nothing, is said in another way on purpose, or has no form of ours.
pub(super) fn canonical(body: &Value, _record: &Record) -> Value {
    let mut body = body.as_object().unwrap().clone();
    body.retain(|key, value| !(key == "stream" && *value == json!(false)));
    if body.contains_key("system") {
        body.insert("system".to_owned(), system(&Value::Object(body.clone())));
    }
    let own = tools(&Value::Object(body.clone()));
    body.remove("tools");
    if !own.is_empty() {
        body.insert("tools".to_owned(), json!(own));
    }
    for message in body["messages"].as_array_mut().unwrap() {
        if let Value::String(text) = &message["content"] {
            message["content"] = json!([{"type": "text", "text": text}]);
        }
        let blocks = message["content"].as_array_mut().unwrap();
        blocks.retain(|block| block["type"] == "tool_result" || part(block).is_some());
        for block in blocks {
            let block = block.as_object_mut().unwrap();
            for key in ["caller", "citations"] {
                block.remove(key);
            }
            block.retain(|key, value| key != "is_error" || *value == json!(true));
        }
    }
    Value::Object(body)
}
