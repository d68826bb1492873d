//! Chat completions read back.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::recorded::Record;

/// Fields of the body that a call or its settings say; all others travel as provider options.
const OURS: &[&str] = &[
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "model",
    "response_format",
    "stop",
    "stream",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
];

/// The five settings, by their public names.
pub(super) fn settings(body: &Value) -> Value {
    let tokens =
        if body["max_tokens"].is_null() { &body["max_completion_tokens"] } else { &body["max_tokens"] };
    let stop = match &body["stop"] {
        Value::String(word) => json!([word]),
        other => other.clone(),
    };
    json!({"temperature": body["temperature"], "topP": body["top_p"], "maxTokens": tokens, "stopSequences": stop})
}

/// The recorded body as options of a call; what is not ours travels as provider options.
pub(super) fn options(body: &Value) -> Value {
    let format = &body["response_format"];
    let mut extra: Map<String, Value> = body
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| !OURS.contains(&key.as_str()))
        .map(owned)
        .collect();
    let schema = match format["type"].as_str() {
        Some("json_schema") => {
            let given = &format["json_schema"];
            json!({"name": given["name"], "description": given["description"], "schema": given["schema"]})
        }
        Some(_) => {
            extra.insert("response_format".to_owned(), format.clone());
            Value::Null
        }
        None => Value::Null,
    };
    let choice = match &body["tool_choice"] {
        Value::Object(choice) => json!({"tool": choice["function"]["name"]}),
        other => other.clone(),
    };
    let messages: Vec<_> = body["messages"].as_array().unwrap().iter().map(message).collect();
    json!({
        "messages": messages, "tools": tools(body), "toolChoice": choice, "schema": schema, "providerOptions": extra,
    })
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn tools(body: &Value) -> Vec<&Value> {
    body["tools"].as_array().into_iter().flatten().map(|tool| &tool["function"]).collect()
}

fn message(message: &Value) -> Value {
    let content = &message["content"];
    match message["role"].as_str().unwrap() {
        "assistant" => json!({"role": "assistant", "content": assistant(message)}),
        "developer" | "system" => json!({"role": "system", "content": content}),
        "tool" => json!({"role": "tool", "content": [{
            "type": "tool-result", "toolCallId": message["tool_call_id"], "toolName": "f", "output": content,
        }]}),
        _ => match content {
            Value::Array(parts) => {
                json!({"role": "user", "content": parts.iter().map(part).collect::<Vec<_>>()})
            }
            text => json!({"role": "user", "content": text}),
        },
    }
}

fn part(part: &Value) -> Value {
    match part["type"].as_str().unwrap() {
        "image_url" => json!({"type": "image", "image": part["image_url"]["url"]}),
        _ => part.clone(),
    }
}

fn assistant(message: &Value) -> Vec<Value> {
    let mut parts = Vec::new();
    if let Some(text) = message["reasoning_content"].as_str() {
        parts.push(json!({"type": "reasoning", "text": text}));
    }
    parts.push(json!({"type": "text", "text": message["content"].as_str().unwrap_or_default()}));
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let input: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
        parts.push(json!({
            "type": "tool-call", "toolCallId": call["id"], "toolName": call["function"]["name"], "input": input,
        }));
    }
    parts
}

/// The body without what means nothing or is said in another way on purpose.
pub(super) fn canonical(body: &Value, record: &Record) -> Value {
    let mut body = body.as_object().unwrap().clone();
    body.retain(|key, value| !(key == "stream" && *value == json!(false)) && key != "stream_options");
    if record.file.starts_with("openai")
        && let Some(tokens) = body.remove("max_tokens")
    {
        body.insert("max_completion_tokens".to_owned(), tokens);
    }
    for message in body["messages"].as_array_mut().unwrap() {
        canonical_message(message.as_object_mut().unwrap(), record);
    }
    body.remove("strict");
    Value::Object(body)
}

fn canonical_message(message: &mut Map<String, Value>, record: &Record) {
    // Old servers want the thought under either name; one is enough for those that read it, and only in tool turns.
    message.remove("reasoning");
    message.remove("reasoning_details");
    message.remove("reasoning_content");
    if message.get("content").is_none_or(|content| content.is_null()) {
        message.insert("content".to_owned(), json!(""));
    }
    if record.file.starts_with("custom") && message["role"] == "developer" {
        message.insert("role".to_owned(), json!("system"));
    }
    for part in message.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten() {
        // `auto` is what the absence of `detail` means.
        if let Some(image) = part.get_mut("image_url").and_then(Value::as_object_mut) {
            image.retain(|key, value| !(key == "detail" && *value == json!("auto")));
        }
    }
    for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
        let text = call["function"]["arguments"].as_str().unwrap().to_owned();
        call["function"]["arguments"] = serde_json::from_str(&text).unwrap();
    }
}
