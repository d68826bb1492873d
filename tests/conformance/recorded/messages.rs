//! What the labels of recorded Messages say otherwise than the wire does, and how the wire marks an end.

use ductape_models::chat::Call;
use ductape_models::providers::Draft;
use ductape_models::providers::Provider;
use ductape_models::secret::ApiKey;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::drive;

/// Records whose label and independent reading differ: what the wire says in the fields where the label does not say
/// it, and why.
const DISPUTED: &[(&str, &str)] = &[
    // The last event has no blank line after it; it is one all the same.
    ("07f3d42112fc96ee", r#"{"finish":"tool-calls"}"#),
    ("0adf8fd520e9f85c", r#"{"finish":"stop"}"#),
    ("37cb3685239a3cb1", r#"{"finish":"stop"}"#),
    ("38348e9c69658bb3", r#"{"finish":"stop"}"#),
    ("492a16c2cb38dac8", r#"{"finish":"content-filter"}"#),
    ("7ddcc8ac2f09d917", r#"{"finish":"stop"}"#),
    ("d4021907970af7eb", r#"{"finish":"stop"}"#),
    ("e6b22c2915b782e9", r#"{"finish":"length"}"#),
    ("f2432876239baecd", r#"{"finish":"stop"}"#),
    // Events of an unknown type are passed over, wherever they stand.
    ("2b3cb20357478896", r#"{"finish":"stop"}"#),
    // The label is right.
    ("51e02a2843d45d21", "{}"),
    // A second message is spliced in: the call that it cut off is told as incomplete.
    ("5b4f3234ceed86cd", r#"{"finish":"tool-calls","id":"msg_first"}"#),
    // Citations of content blocks are citations.
    ("80e68a74c4bc420d", r#"{"finish":"stop"}"#),
    // Tokens of the compaction are tokens too.
    ("a80c4c9502826345", r#"{"usage":{"input":61067,"output":1912,"cache_read":0,"reasoning":0}}"#),
    // A message may start with its calls, and all but the first and the last of these do.
    ("b55e1c711aff71bb", "{}"),
    // Arguments that are no JSON are kept as text.
    (
        "beef0d7fb9992c73",
        r#"{"text":"I'll check the current weather in Paris for you.","reasoning":"","finish_raw":"tool_use","finish":"tool-calls","usage":{"input":377,"output":65,"cache_read":0,"reasoning":0},"id":"msg_019Q1hrJbZG26Fb9BQhrkHEr","model":"claude-sonnet-4-20250514"}"#,
    ),
];

/// Records of several answers, one after the other: a test suite's file of one conversation. The label names the last
/// one's id; ours is the first one's, because the facts about a response come before its content.
const SEVERAL: &[(&str, &str)] = &[
    ("01bcecb4e0c72816", "msg_011bqgzot9grwdetCByUmXRP"),
    ("0d1382bde67e03cb", "msg_01A4vjL51mNRof8JMvA9CFph"),
    ("4bf69ba4a7d4dc33", "msg_01WUP4eZFC22KbkesuJGqVAw"),
    ("aba9a835f2895cc5", "msg_01MCmfPn2yQ8Nfqz1cGmHe6K"),
    ("b55e1c711aff71bb", "msg_01ERcBqAvLTHWQDk9c9qJLWC"),
];

/// Records whose label leaves calls out that the wire holds: cut off by the token limit or by a second message (they were
/// streamed, so they are told, and never to be run), or standing in a message's start.
const WIRE_CALLS: &[&str] =
    &["246b19a943c1ba49", "5b4f3234ceed86cd", "b55e1c711aff71bb", "beef0d7fb9992c73", "e6b22c2915b782e9"];

/// Whether the table of this file explains the record.
pub(super) fn is_disputed(id: &str) -> bool {
    DISPUTED.iter().any(|(known, _)| *known == id)
}

/// The label in the terms of the other files' labels, with what the wire says instead.
pub(super) fn correct(id: &str, raw: &str, label: &mut Map<String, Value>) {
    label.remove("flags");
    if let Some(usage) = label.get_mut("usage").and_then(Value::as_object_mut) {
        // Our own tests hold it; the other wires' labels have none.
        usage.remove("cache_write");
        usage.values_mut().filter(|count| count.is_null()).for_each(|count| *count = json!(0));
    }
    if let Some((_, first)) = SEVERAL.iter().find(|(known, _)| *known == id) {
        label.insert("id".to_owned(), json!(first));
    }
    if let Some((_, fields)) = DISPUTED.iter().find(|(known, _)| *known == id) {
        let fields: Map<String, Value> = serde_json::from_str(fields).unwrap();
        label.extend(fields);
    }
    if WIRE_CALLS.contains(&id) {
        label.insert("tool_calls".to_owned(), calls(raw));
    }
}

/// The calls of a stream, read without our decoders: each block's start with the pieces that follow it.
fn calls(raw: &str) -> Value {
    let mut calls: Vec<(Value, String)> = Vec::new();
    for event in raw.lines().filter_map(|line| line.strip_prefix("data:")) {
        let event: Value = serde_json::from_str(event).unwrap();
        let whole = event["message"]["content"].as_array().into_iter().flatten();
        for block in whole.chain([&event["content_block"]]).filter(|block| block["type"] == "tool_use") {
            calls.push((block.clone(), String::new()));
        }
        if let Some(piece) = event["delta"]["partial_json"].as_str()
            && let Some((_, text)) = calls.last_mut()
        {
            text.push_str(piece);
        }
    }
    let arguments = |block: &Value, text: String| match text.as_str() {
        "" => block["input"].clone(),
        _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    };
    let told = |(block, text): (Value, String)| json!({"id": block["id"], "name": block["name"], "args": arguments(&block, text)});
    calls.into_iter().map(told).collect()
}

/// Whether these events hold the end of the last message: some records hold several.
pub(super) fn is_terminated<'a>(data: impl Iterator<Item = &'a str>) -> bool {
    data.filter_map(mark).last() == Some(true)
}

/// Whether an event ends a message (`true`) or begins one (`false`).
fn mark(data: &str) -> Option<bool> {
    let event: Value = serde_json::from_str(data).ok()?;
    match event["type"].as_str()? {
        "message_stop" => Some(true),
        "message_start" => Some(false),
        _ => None,
    }
}

#[test]
fn r56_unknown_events_and_fields_change_nothing() {
    let streams: Vec<_> =
        super::streams().into_iter().filter(|record| record.file == "anthropic.messages").collect();
    for record in &streams {
        let raw = record.json["response_raw"].as_str().unwrap();
        let whole = drive::json(&record.stream(&[raw.as_bytes()]));
        assert_eq!(drive::json(&record.stream(&[with_unknown(raw).as_bytes()])), whole, "{}", record.id());
    }
    println!("{} streams with unknown events and fields", streams.len());
}

/// The stream with a field that nobody knows in every event, and an event that nobody knows after each.
fn with_unknown(raw: &str) -> String {
    let mut out = String::new();
    for data in raw.lines().filter_map(|line| line.strip_prefix("data:")) {
        let mut event: Value = serde_json::from_str(data).unwrap();
        for path in ["", "/delta", "/content_block", "/message"] {
            if let Some(Value::Object(map)) = event.pointer_mut(path) {
                map.insert("later".to_owned(), json!({"type": "x", "text": "x", "error": {"message": "x"}}));
            }
        }
        let unknown = json!({"type": "later_event", "index": 0, "error": {"message": "x"},
            "delta": {"type": "later_delta", "text": "x", "stop_reason": "x"}, "usage": {"output_tokens": 9}});
        let unknown_delta = json!({"type": "content_block_delta", "index": 0, "delta": unknown["delta"]});
        for event in [event, unknown, unknown_delta] {
            out.push_str(&format!("data: {event}\n\n"));
        }
    }
    out
}

#[test]
fn r56_state_of_an_answer_goes_back_unchanged() {
    let mut states = 0;
    for record in super::records() {
        if record.file != "anthropic.messages" || !record.succeeded() {
            continue;
        }
        let answer = serde_json::to_value(record.decode().unwrap().content).unwrap();
        if answer.as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let sent = sent_back(record.wire(), &answer);
        let raw = record.json["response_raw"].as_str().unwrap();
        for state in sent.iter().filter_map(|block| block["signature"].as_str().or(block["data"].as_str())) {
            assert!(raw.contains(&json!(state).to_string()), "{}: {state}", record.id());
            states += 1;
        }
        let ours = sent.iter().filter(|block| !block["signature"].is_null() || !block["data"].is_null());
        assert_eq!(ours.count(), states_in(raw), "{}", record.id());
    }
    println!("{states} states of recorded answers sent back");
}

/// How many signatures and hidden thoughts an answer holds, read without our decoders.
fn states_in(raw: &str) -> usize {
    let tight: String = raw.chars().filter(|c| *c != ' ').collect();
    let signatures = tight.split("\"signature\":\"").skip(1).filter(|rest| !rest.starts_with('"'));
    signatures.count() + tight.matches("\"type\":\"redacted_thinking\"").count()
}

/// The blocks of the assistant's turn that an answer's content becomes in the next request.
fn sent_back(wire: &'static dyn Provider, answer: &Value) -> Vec<Value> {
    let turns = json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": answer},
        {"role": "user", "content": "b"}]);
    let call = Call::read(&json!({"messages": turns})).unwrap();
    let resolved = drive::resolved(wire.id(), "m");
    let key = ApiKey::parse("apiKey", "sk-test-0123456789").unwrap().0;
    let request = wire.encode(&Draft::new(&resolved, &call, Some(&key))).unwrap().request;
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let turns = body["messages"].as_array().unwrap().iter().filter(|turn| turn["role"] == "assistant");
    turns.flat_map(|turn| turn["content"].as_array().unwrap().clone()).collect()
}
