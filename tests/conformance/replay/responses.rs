//! Responses read back.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::recorded::Record;

/// Fields of the body that a call or its settings say; all others travel as provider options.
const OURS: &[&str] = &[
    "input",
    "instructions",
    "max_output_tokens",
    "model",
    "stream",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
];

/// Bodies with items that only the API's own tools make.
pub(super) fn is_foreign(record: &Record) -> bool {
    let items = record.json["request"]["input"].as_array();
    items.into_iter().flatten().any(|item| item["type"] == "mcp_approval_response")
}

/// The five settings, by their public names.
pub(super) fn settings(body: &Value) -> Value {
    json!({"temperature": body["temperature"], "topP": body["top_p"], "maxTokens": body["max_output_tokens"]})
}

/// The recorded body as options of a call; what is not ours travels as provider options.
pub(super) fn options(body: &Value) -> Value {
    let fields = body.as_object().unwrap().iter().filter(|(key, _)| !OURS.contains(&key.as_str()));
    let mut extra: Map<String, Value> = fields.map(|(key, value)| (key.clone(), value.clone())).collect();
    // What we say unasked.
    for name in ["store", "include"] {
        extra.entry(name).or_insert(Value::Null);
    }
    let mut tools = body["tools"].clone();
    if tools.as_array().into_iter().flatten().any(|tool| tool["type"] != "function") {
        extra.insert("tools".to_owned(), tools.take());
    }
    for tool in tools.as_array_mut().into_iter().flatten() {
        tool.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "strict" | "type"));
    }
    let choice = match &body["tool_choice"] {
        Value::Object(choice) => json!({"tool": choice["name"]}),
        other => other.clone(),
    };
    json!({
        "system": body["instructions"], "messages": messages(&body["input"]), "tools": tools, "toolChoice": choice,
        "providerOptions": extra,
    })
}

fn messages(input: &Value) -> Vec<Value> {
    let mut messages: Vec<Value> = Vec::new();
    for item in input.as_array().unwrap() {
        let (role, parts) = turn(item);
        match messages.last_mut().filter(|last| last["role"] == role && role == "assistant") {
            Some(last) => last["content"].as_array_mut().unwrap().extend(parts),
            None => messages.push(json!({"role": role, "content": parts})),
        }
    }
    messages
}

fn turn(item: &Value) -> (&str, Vec<Value>) {
    let id = item["id"].as_str().unwrap_or("made");
    match item["type"].as_str().unwrap_or("message") {
        "function_call" => {
            let input: Value = serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap();
            (
                "assistant",
                vec![json!({
                    "type": "tool-call", "toolCallId": item["call_id"], "toolName": item["name"], "input": input,
                    "providerData": {"responses": {"id": id}},
                })],
            )
        }
        "function_call_output" => (
            "tool",
            vec![json!({
                "type": "tool-result", "toolCallId": item["call_id"], "toolName": "f", "output": item["output"],
            })],
        ),
        "reasoning" => {
            let data = json!({"responses": {"id": id, "encryptedContent": item["encrypted_content"]}});
            let texts = item["summary"].as_array().unwrap();
            let mut texts: Vec<_> = texts.iter().map(|part| part["text"].clone()).collect();
            if texts.is_empty() {
                texts.push(json!(""));
            }
            let piece = |text: Value| json!({"type": "reasoning", "text": text, "providerData": data});
            ("assistant", texts.into_iter().map(piece).collect())
        }
        _ => message(item, id),
    }
}

fn message<'a>(item: &'a Value, id: &str) -> (&'a str, Vec<Value>) {
    let role = item["role"].as_str().unwrap();
    let parts = match &item["content"] {
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        parts => parts.as_array().unwrap().iter().map(part).collect(),
    };
    let mut parts = parts;
    if role == "assistant" {
        parts[0]["providerData"] = json!({"responses": {"id": id}});
    }
    (role, parts)
}

fn part(part: &Value) -> Value {
    match part["type"].as_str().unwrap() {
        "input_image" => json!({"type": "image", "image": part["image_url"]}),
        "input_file" => json!({"type": "file", "data": part["file_data"], "filename": part["filename"]}),
        _ => json!({"type": "text", "text": part["text"]}),
    }
}

/// The body without what means nothing or is said in another way on purpose.
pub(super) fn canonical(body: &Value, _record: &Record) -> Value {
    let mut body = body.as_object().unwrap().clone();
    body.retain(|key, value| !(key == "stream" && *value == json!(false)));
    let keeps = body.get("store") != Some(&json!(false));
    for item in body.get_mut("input").and_then(Value::as_array_mut).into_iter().flatten() {
        canonical_item(item.as_object_mut().unwrap(), keeps);
    }
    for tool in body.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        tool.as_object_mut().unwrap().remove("strict");
    }
    Value::Object(body)
}

fn canonical_item(item: &mut Map<String, Value>, keeps: bool) {
    item.retain(|key, value| !(key == "type" && *value == json!("message")));
    if !keeps {
        item.remove("id");
    }
    if let Some(text) = item.get("content").and_then(Value::as_str).map(str::to_owned) {
        let kind = if item["role"] == "assistant" { "output_text" } else { "input_text" };
        item.insert("content".to_owned(), json!([{"type": kind, "text": text}]));
    }
    for part in item.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten() {
        // The API's own default, and what it says about a text that it wrote.
        let part = part.as_object_mut().unwrap();
        part.retain(|key, value| key != "annotations" && key != "logprobs" && *value != json!("auto"));
    }
    if let Some(text) = item.get("arguments").and_then(Value::as_str).map(str::to_owned) {
        item.insert("arguments".to_owned(), serde_json::from_str(&text).unwrap());
    }
}
