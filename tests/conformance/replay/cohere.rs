//! Cohere's chat read back. It differs from chat completions in few names, so most of it is theirs.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::chat;
use crate::recorded::Record;

pub(super) fn settings(body: &Value) -> Value {
    json!({
        "temperature": body["temperature"],
        "topP": body["p"],
        "maxTokens": body["max_tokens"],
        "stopSequences": body["stop_sequences"],
    })
}

/// As chat completions, with Cohere's words for the choice and the form.
pub(super) fn options(body: &Value) -> Value {
    let mut body = body.clone();
    for message in body["messages"].as_array_mut().unwrap() {
        plain(message);
    }
    let format = body["response_format"].take();
    let choice = body["tool_choice"].take();
    let mut options = chat::options(&body);
    let extra = options["providerOptions"].as_object_mut().unwrap();
    extra.retain(|key, _| key != "p" && key != "stop_sequences");
    match format["json_schema"].is_object() {
        true => options["schema"] = format["json_schema"].clone(),
        false if format.is_object() => {
            extra.insert("response_format".to_owned(), format);
        }
        false => {}
    }
    options["toolChoice"] = match choice.as_str() {
        Some("NONE") => json!("none"),
        Some("REQUIRED") => json!("required"),
        _ => Value::Null,
    };
    options
}

/// The recorded client writes every content as a list; ours writes one text as a text. The plan is our text.
fn plain(message: &mut Value) {
    let content = message["content"].take();
    let parts = content.as_array().cloned().unwrap_or_default();
    let is_text = |part: &Value| part["type"] == "text";
    message["content"] = match parts.as_slice() {
        [one] if is_text(one) => one["text"].clone(),
        [] => content,
        [first, ..] if first["type"] == "document" => json!(Value::Array(parts).to_string()),
        _ => Value::Array(parts),
    };
    if let Some(plan) = message.as_object_mut().unwrap().remove("tool_plan") {
        message["content"] = plan;
    }
}

pub(super) fn canonical(body: &Value, _record: &Record) -> Value {
    let mut body = body.as_object().unwrap().clone();
    body.entry("stream").or_insert(json!(false));
    for message in body["messages"].as_array_mut().unwrap() {
        plain(message);
        canonical_message(message.as_object_mut().unwrap());
    }
    Value::Object(body)
}

fn canonical_message(message: &mut Map<String, Value>) {
    if message.get("content").is_none_or(Value::is_null) {
        message.insert("content".to_owned(), json!(""));
    }
    for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
        let text = call["function"]["arguments"].as_str().unwrap().to_owned();
        call["function"]["arguments"] = serde_json::from_str(&text).unwrap();
    }
}
