//! What records of the Responses wire say where their labels do not bind.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::Record;

/// Labels with which an independent client disagreed, and what the wire says.
const DISPUTED: &[(&str, Wire)] = &[
    // The label has no finish, or `error`, where the response says `completed`.
    ("29a5719e5b78f87d", Wire::Finish("stop")),
    ("349a34a45a8e163f", Wire::Finish("stop")),
    ("7697d58d802324fe", Wire::Finish("stop")),
    ("afa9a8696e893c69", Wire::Finish("stop")),
    ("c9cfd6446bb33f1c", Wire::Finish("tool-calls")),
    ("f9e7f712d391e1d2", Wire::Finish("stop")),
    // The model waits for its shell, as it does for other tools.
    ("02454843768e43a4", Wire::Finish("tool-calls")),
    ("6cca9409014a888f", Wire::Finish("tool-calls")),
    // Custom tools and patches: calls of a kind that we pass over.
    ("3124a9c438438ff1", Wire::Finish("tool-calls")),
    ("9261af0a569b014e", Wire::Finish("tool-calls")),
    ("9c1a083448ae94eb", Wire::Finish("tool-calls")),
    ("c44a14492be1f9fe", Wire::Finish("tool-calls")),
    ("ce1d4fa199a3838e", Wire::Finish("tool-calls")),
    ("e14c756e64f07b2c", Wire::Finish("tool-calls")),
    ("fce13a064cde2851", Wire::Finish("tool-calls")),
    // Several answers in one file: the first of them ends the stream.
    ("027946886917bfde", Wire::First),
    ("62f4176bc13d5478", Wire::First),
    ("de348ce4ba518d17", Wire::First),
    // What was streamed is not what the end says; it cannot be taken back.
    ("5aca529e74db8d49", Wire::Deltas),
    // Chat completions, not Responses.
    ("389854b2c9f591dc", Wire::Failed),
    // Its first and last events are no JSON: each lacks its last brace.
    ("79664342daa70457", Wire::Failed),
    // What was disagreed on is not in the label, which holds.
    ("da6b871affa51a6c", Wire::Label),
];

/// Ids of this recording were replaced one by one, so that the answer's last id is not its first.
const RENUMBERED: (&str, &str) = ("0b88378d82b68e75", "capture-id-1");

/// Failed under status 200: an `error` event.
const FAILED: &str = "9df1a4375e41112c";

#[derive(Clone, Copy)]
enum Wire {
    Deltas,
    Failed,
    Finish(&'static str),
    First,
    Label,
}

fn disputed(id: &str) -> Option<Wire> {
    DISPUTED.iter().find(|(other, _)| *other == id).map(|(_, wire)| *wire)
}

pub(super) fn is_disputed(id: &str) -> bool {
    disputed(id).is_some()
}

/// Answers that failed under status 200.
pub(super) fn is_failed(id: &str) -> bool {
    id == FAILED || matches!(disputed(id), Some(Wire::Failed))
}

/// The label as the wire has it.
pub(super) fn correct(record: &Record, label: &mut Map<String, Value>) {
    let deltas = label.remove("delta_text");
    label.remove("status");
    // The labels' reasoning is summaries only.
    if label.get("reasoning") == Some(&json!("")) {
        label.insert("reasoning".to_owned(), json!(verbatim(record)));
    }
    if record.id() == RENUMBERED.0 {
        label.insert("id".to_owned(), json!(RENUMBERED.1));
    }
    match disputed(record.id()) {
        Some(Wire::Deltas) => drop(label.insert("text".to_owned(), deltas.unwrap())),
        Some(Wire::Finish(word)) => drop(label.insert("finish".to_owned(), json!(word))),
        Some(Wire::First) => *label = first(record),
        Some(Wire::Failed | Wire::Label) | None => {}
    }
}

#[test]
fn r60_answers_that_failed_under_200_are_errors() {
    let failed = |record: &Record| is_failed(record.id());
    let codes: Vec<_> = super::records().iter().filter(|record| failed(record)).map(code).collect();
    assert!(codes.is_empty() || codes == ["bad_response", "bad_response", "quota_exceeded"], "{codes:?}");
}

fn code(record: &Record) -> &'static str {
    record.decode().unwrap_err().code()
}

fn events(record: &Record) -> Vec<Value> {
    let raw = record.json["response_raw"].as_str().unwrap();
    let data = raw.split('\n').filter_map(|line| line.strip_prefix("data:"));
    data.filter_map(|data| serde_json::from_str(data).ok()).collect()
}

/// The whole response: the body, or what the first end of a stream carries.
fn response(record: &Record) -> Value {
    match events(record).into_iter().find(is_end) {
        Some(event) => event["response"].clone(),
        None => serde_json::from_str(record.json["response_raw"].as_str().unwrap()).unwrap_or_default(),
    }
}

/// Thoughts in their own words.
fn verbatim(record: &Record) -> String {
    let response = response(record);
    let items = response["output"].as_array().into_iter().flatten();
    let parts = items
        .filter(|item| item["type"] == "reasoning")
        .flat_map(|item| item["content"].as_array().into_iter().flatten());
    parts.filter_map(|part| part["text"].as_str()).collect()
}

/// The label of the first answer of several, from its own end.
fn first(record: &Record) -> Map<String, Value> {
    let response = response(record);
    let items = || response["output"].as_array().into_iter().flatten();
    let summaries = items().flat_map(|item| item["summary"].as_array().into_iter().flatten());
    let reasoning: String = summaries.filter_map(|part| part["text"].as_str()).collect();
    let calls: Vec<_> = items().filter(|item| item["type"] == "function_call").map(call).collect();
    let waits = items().any(|item| item["type"].as_str().is_some_and(|name| name == "function_call"));
    let usage = &response["usage"];
    let label = json!({
        "text": "", "reasoning": reasoning, "tool_calls": calls, "finish_raw": null,
        "finish": if waits { "tool-calls" } else { "stop" },
        "usage": {
            "input": usage["input_tokens"], "output": usage["output_tokens"],
            "cache_read": usage["input_tokens_details"]["cached_tokens"],
            "reasoning": usage["output_tokens_details"]["reasoning_tokens"],
        },
        "id": response["id"], "model": response["model"],
    });
    label.as_object().unwrap().clone()
}

fn call(item: &Value) -> Value {
    let input: Value = serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap();
    json!({"id": item["call_id"], "name": item["name"], "args": input})
}

fn is_end(event: &Value) -> bool {
    ["response.completed", "response.incomplete"].iter().any(|end| event["type"] == *end)
}

/// Whether the events hold the end of an answer.
pub(super) fn is_terminated<'a>(mut data: impl Iterator<Item = &'a str>) -> bool {
    data.any(|data| is_end(&serde_json::from_str(data).unwrap_or_default()))
}
