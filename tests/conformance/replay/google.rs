//! Google's contents read back. Recorded clients write some names in snake case and types in capitals; the API takes
//! both, and we write the other.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::recorded::Record;

/// Fields of the body that a call says; all others travel as provider options.
const OURS: &[&str] = &["contents", "systemInstruction", "tools"];

/// Fields of `generationConfig` that the settings say.
const SETTINGS: &[&str] = &["maxOutputTokens", "stopSequences", "temperature", "topP"];

/// The five settings, by their public names.
pub(super) fn settings(body: &Value) -> Value {
    let config = &body["generationConfig"];
    json!({
        "temperature": config["temperature"], "topP": config["topP"],
        "maxTokens": config["maxOutputTokens"], "stopSequences": config["stopSequences"],
    })
}

/// The recorded body as options of a call.
pub(super) fn options(body: &Value) -> Value {
    let body = &camel(body);
    let mut extra = body.as_object().unwrap().clone();
    extra.retain(|name, _| !OURS.contains(&name.as_str()));
    if let Some(config) = extra.get_mut("generationConfig").and_then(Value::as_object_mut) {
        config.retain(|name, _| !SETTINGS.contains(&name.as_str()));
    }
    let messages: Vec<_> = body["contents"].as_array().unwrap().iter().map(message).collect();
    json!({
        "system": body["systemInstruction"]["parts"][0]["text"], "messages": messages, "tools": tools(body),
        "providerOptions": extra,
    })
}

fn tools(body: &Value) -> Vec<Value> {
    let declared = body["tools"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|tool| tool["functionDeclarations"].as_array());
    let read = |tool: &Value| json!({"name": tool["name"], "description": tool["description"], "parameters": small(&tool["parameters"])});
    declared.flatten().map(read).collect()
}

fn message(content: &Value) -> Value {
    let parts = content["parts"].as_array().unwrap();
    let is_answer = parts.iter().any(|part| part["functionResponse"].is_object());
    match content["role"].as_str().unwrap() {
        "model" => json!({"role": "assistant", "content": parts.iter().map(said).collect::<Vec<_>>()}),
        _ if is_answer => json!({"role": "tool", "content": parts.iter().map(answered).collect::<Vec<_>>()}),
        _ => {
            json!({"role": "user", "content": parts.iter().map(|part| json!({"type": "text", "text": part["text"]})).collect::<Vec<_>>()})
        }
    }
}

fn said(part: &Value) -> Value {
    let mut state = Map::new();
    if part["thoughtSignature"].is_string() {
        state.insert("thoughtSignature".to_owned(), part["thoughtSignature"].clone());
    }
    let call = &part["functionCall"];
    if call["id"].is_string() {
        state.insert("id".to_owned(), call["id"].clone());
    }
    let data = (!state.is_empty()).then(|| json!({"google": state}));
    if call.is_object() {
        return json!({
            "type": "tool-call", "toolCallId": id(call), "toolName": call["name"], "input": call["args"],
            "providerData": data,
        });
    }
    let kind = if part["thought"] == json!(true) { "reasoning" } else { "text" };
    json!({"type": kind, "text": part["text"], "providerData": data})
}

fn answered(part: &Value) -> Value {
    let answer = &part["functionResponse"];
    json!({"type": "tool-result", "toolCallId": id(answer), "toolName": answer["name"], "output": answer["response"]})
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap_or("made-up")
}

/// The body without what means nothing or is said in another way on purpose.
pub(super) fn canonical(body: &Value, _record: &Record) -> Value {
    let mut body = camel(body);
    let map = body.as_object_mut().unwrap();
    map.retain(|name, value| !(name == "generationConfig" && *value == json!({})));
    for content in map["contents"].as_array_mut().unwrap() {
        content["parts"].as_array_mut().unwrap().retain(|part| *part != json!({"text": ""}));
    }
    for tool in body["tools"].as_array_mut().into_iter().flatten() {
        tool["functionDeclarations"].as_array_mut().unwrap().iter_mut().for_each(canonical_tool);
    }
    body
}

fn canonical_tool(tool: &mut Value) {
    let tool = tool.as_object_mut().unwrap();
    tool.retain(|_, value| !value.is_null());
    if let Some(schema) = tool.remove("parameters") {
        tool.insert("parametersJsonSchema".to_owned(), small(&schema));
    }
}

/// The names of parts in camel case.
fn camel(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(camel).collect(),
        Value::Object(map) => {
            let name = |name: &String| match name.as_str() {
                "function_call" => "functionCall".to_owned(),
                "function_response" => "functionResponse".to_owned(),
                other => other.to_owned(),
            };
            map.iter().map(|(key, value)| (name(key), camel(value))).collect()
        }
        other => other.clone(),
    }
}

/// A schema with its types in small letters, as JSON Schema has them.
fn small(schema: &Value) -> Value {
    match schema {
        Value::Array(list) => list.iter().map(small).collect(),
        Value::Object(map) => {
            let field = |(key, value): (&String, &Value)| match value.as_str() {
                Some(kind) if key == "type" => (key.clone(), json!(kind.to_lowercase())),
                _ => (key.clone(), small(value)),
            };
            map.iter().map(field).collect()
        }
        other => other.clone(),
    }
}
