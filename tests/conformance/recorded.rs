//! Recorded answers decode to what their records expect: whole, in every cut, and cut short.

mod cohere;
mod hot;
mod messages;
mod mutated;
mod responses;
mod unknown;

use std::path::PathBuf;

use ductape_models::chat::Completion;
use ductape_models::chat::Content;
use ductape_models::chat::Finish;
use ductape_models::chat::StreamPart;
use ductape_models::chat::ToolCall;
use ductape_models::error::Error;
use ductape_models::providers::Provider;
use serde_json::Value;
use serde_json::json;

use crate::drive;

/// The files whose wire is there. A further provider is one line.
const FILES: &[&str] = &[
    "anthropic.messages",
    "cohere.chat",
    "custom.chat",
    "custom.responses",
    "google.generateContent",
    "openai.chat",
    "openai.responses",
];

/// Why the record's own label does not bind: what the wire says instead.
const DISPUTED: &[(&str, &str)] = &[
    // Three candidates (n=3) come interleaved; the independent client joined them. We take index 0, and so does the label.
    ("d89e71a297b9e09a", "{\"city\":\"San Francisco\",\"temperature\":65,\"units\":\"f\"}"),
    // Arguments that Vertex streamed in pieces (`partialArgs`): the label counts every piece as a call. See STREAMED.
    ("22dc91454940cc61", ""),
    ("a52921490293adee", ""),
    ("fb6252adfc4d5911", ""),
];

/// The calls of answers whose arguments came in pieces, put together by hand from the wire.
const STREAMED: &[(&str, &str)] = &[
    (
        "22dc91454940cc61",
        r#"[{"name": "writeItems", "args": {"operations": [
            {"action": "add", "description": "Fresh red apple", "itemid": "apple_001", "price": 0.5},
            {"action": "add", "description": "Ripe yellow banana", "itemid": "banana_001", "price": 0.3}]}}]"#,
    ),
    (
        "a52921490293adee",
        r#"[{"name": "getWeather", "args": {"location": "Boston"}},
            {"name": "getWeather", "args": {"location": "San Francisco"}}]"#,
    ),
    (
        "fb6252adfc4d5911",
        r#"[{"name": "read_theme", "args": {}}, {"name": "read_screen", "args": {"id": "A"}},
            {"name": "read_screen", "args": {"id": "B"}}, {"name": "read_screen", "args": {"id": "C"}}]"#,
    ),
];

/// Where a label says `stop` and the rule says otherwise: OpenAI ends a forced tool call with `stop`, and an answer with
/// tool calls to run is `tool-calls` whatever the server calls it.
const FORCED_CALLS: &[&str] = &["6986e3b6ab893d70", "6d14e623848d5e59"];

pub(crate) struct Record {
    pub(crate) file: &'static str,
    pub(crate) json: Value,
}

impl Record {
    pub(crate) fn id(&self) -> &str {
        self.json["id"].as_str().unwrap()
    }

    pub(crate) fn wire(&self) -> &'static dyn Provider {
        drive::wire_named(self.file)
    }

    fn status(&self) -> u64 {
        self.json["status"].as_u64().unwrap()
    }

    /// The model that was asked: it stands in the body, or in Google's address.
    pub(crate) fn model(&self) -> &str {
        let address = self.json["request_url"].as_str().unwrap_or_default();
        let in_address = address.split_once("/models/").and_then(|(_, tail)| tail.split(':').next());
        self.json["request"]["model"].as_str().or(in_address).unwrap_or("m")
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.status() == 200
    }

    fn is_stream(&self) -> bool {
        self.json["kind"] == "stream"
    }

    pub(crate) fn raw(&self) -> &[u8] {
        self.json["response_raw"].as_str().unwrap().as_bytes()
    }

    fn head(&self) -> ductape_models::http::HttpHead {
        drive::head(self.status(), self.json["response_headers"].as_object())
    }

    pub(crate) fn stream(&self, chunks: &[&[u8]]) -> Vec<StreamPart> {
        drive::stream(self.wire(), &self.head(), chunks)
    }

    fn decode(&self) -> Result<Completion, Error> {
        let wire = self.wire();
        match (self.succeeded(), self.is_stream()) {
            (false, _) => Err(wire.decode_error(&self.head(), self.raw())),
            (true, false) => wire.decode(&self.head(), self.raw()),
            (true, true) => {
                let parts = self.stream(&[self.raw()]);
                match parts.last() {
                    Some(StreamPart::Error { error }) => Err(error.clone()),
                    _ => Ok(drive::fold(&parts)),
                }
            }
        }
    }
}

/// Every record, or nothing where the recordings are not at hand.
pub(crate) fn records() -> Vec<Record> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/recorded"));
    if !folder.exists() {
        println!("skipped: no recorded traffic beside this checkout");
        return Vec::new();
    }
    let read = |file: &'static str| {
        let text = std::fs::read_to_string(folder.join(format!("{file}.jsonl"))).unwrap();
        let records: Vec<_> =
            text.lines().map(|line| Record { file, json: serde_json::from_str(line).unwrap() }).collect();
        records
    };
    FILES.iter().copied().flat_map(read).collect()
}

pub(crate) fn streams() -> Vec<Record> {
    records().into_iter().filter(|record| record.succeeded() && record.is_stream()).collect()
}

/// The completion in the terms of the records' labels.
fn labelled(record: &Record, completion: &Completion) -> Value {
    let reasoning: String = completion.content.iter().filter_map(reasoning_of).collect();
    let calls: Vec<_> = completion
        .tool_calls
        .iter()
        .map(|call| json!({"id": given_id(record, call), "name": call.tool_name, "args": call.input}))
        .collect();
    let usage = completion.usage.as_ref().map(|usage| json!({
        "input": usage.input_tokens, "output": usage.output_tokens,
        "cache_read": usage.cached_input_tokens.unwrap_or(0), "reasoning": usage.reasoning_tokens.unwrap_or(0),
    }));
    json!({
        "text": completion.text,
        "reasoning": reasoning,
        "tool_calls": calls,
        "signed": completion.content.iter().filter(|piece| is_signed(piece)).count(),
        "finish_raw": completion.finish_reason.raw,
        "finish": completion.finish_reason.unified,
        "usage": usage,
        "id": completion.response.id,
        "model": completion.response.model,
    })
}

/// The provider's id of a call: Google's stands in our provider data, and where it is not, ours was made up.
fn given_id(record: &Record, call: &ToolCall) -> Value {
    if record.file.starts_with("google") {
        return call.provider_data.as_ref().map(|data| data["google"]["id"].clone()).unwrap_or_default();
    }
    json!(call.tool_call_id)
}

fn is_signed(piece: &Content) -> bool {
    serde_json::to_value(piece).unwrap()["providerData"]["google"]["thoughtSignature"].is_string()
}

fn reasoning_of(piece: &Content) -> Option<&str> {
    match piece {
        Content::Reasoning { text, .. } => Some(text),
        _ => None,
    }
}

/// The label without what is not ours to say. No counts are written `{}` there, and 0 for a count that is missing.
fn expected(record: &Record) -> Value {
    let mut label = record.json["expected"].clone();
    if label.is_null() {
        label = json!({});
    }
    let map = label.as_object_mut().unwrap();
    if record.file == "anthropic.messages" {
        messages::correct(record.id(), record.json["response_raw"].as_str().unwrap(), map);
    }
    if record.file == "cohere.chat" {
        cohere::correct(record.json["response_raw"].as_str().unwrap(), map);
    }
    if record.file.ends_with(".responses") {
        responses::correct(record, map);
    }
    map.remove("error");
    map.remove("refusal");
    if map.get("usage") == Some(&json!({})) {
        map.insert("usage".to_owned(), Value::Null);
    }
    if let Some((_, calls)) = STREAMED.iter().find(|(id, _)| *id == record.id()) {
        let mut calls: Value = serde_json::from_str(calls).unwrap();
        calls.as_array_mut().unwrap().iter_mut().for_each(|call| call["id"] = Value::Null);
        map.insert("tool_calls".to_owned(), calls);
    }
    // Labels of lists of fragments do not say it; all of them end in STOP.
    if !map.contains_key("finish") {
        assert_eq!((&record.json["kind"], &map["finish_raw"]), (&json!("json-array"), &json!("STOP")));
        let called = map["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty());
        map.insert("finish".to_owned(), json!(if called { "tool-calls" } else { "stop" }));
    }
    map.entry("signed").or_insert(json!(0));
    if FORCED_CALLS.contains(&record.id()) {
        assert_eq!((&map["finish_raw"], &map["finish"]), (&json!("stop"), &json!("stop")));
        map.insert("finish".to_owned(), json!("tool-calls"));
    }
    label
}

#[test]
fn r56_recorded_answers_decode_to_what_they_say() {
    let mut wrong = Vec::new();
    let records = records();
    let answers: Vec<_> =
        records.iter().filter(|record| record.succeeded() && !responses::is_failed(record.id())).collect();
    for record in &answers {
        match record.decode() {
            Ok(completion) if labelled(record, &completion) == expected(record) => {}
            Ok(completion) => wrong.push(difference(record, &labelled(record, &completion))),
            Err(error) => wrong.push(format!("{} {}: {error:?}", record.file, record.id())),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), answers.len(), wrong.join("\n"));
    println!("{} recorded answers decoded", answers.len());
}

fn difference(record: &Record, ours: &Value) -> String {
    let label = expected(record);
    let fields: Vec<_> = label.as_object().unwrap().keys().filter(|key| label[*key] != ours[*key]).collect();
    let shown: Vec<_> =
        fields.iter().map(|key| format!("{key}: label {} ours {}", label[*key], ours[*key])).collect();
    format!("{} {}: {}", record.file, record.id(), shown.join("; "))
}

#[test]
fn r56_disputed_records_follow_the_wire() {
    for record in records() {
        let disputed = DISPUTED.iter().find(|(id, _)| *id == record.id());
        let known = disputed.is_some()
            || messages::is_disputed(record.id())
            || cohere::is_disputed(record.id())
            || responses::is_disputed(record.id());
        assert_eq!(known, record.json["consensus"] == json!(false), "{}", record.id());
        if let Some((_, text)) = disputed {
            assert_eq!(record.decode().unwrap().text, *text);
        }
    }
}

#[test]
fn r59_recorded_errors_have_kinds() {
    let mut seen = Vec::new();
    for record in records().iter().filter(|record| !record.succeeded()) {
        let error = record.decode().unwrap_err();
        let said = error.detail("providerMessage").and_then(Value::as_str).unwrap_or_default();
        let label = record.json["expected"]["error"]["message"].as_str().unwrap_or(said);
        assert_eq!(said, label, "{}", record.id());
        assert!(!said.is_empty(), "{}", record.id());
        seen.push(format!("{} {} {}", record.status(), error.code(), error.retryable()));
    }
    seen.sort();
    seen.dedup();
    println!("recorded errors: {}", seen.join(", "));
    let expected = [
        "400 auth_failed false",
        "400 context_length false",
        "400 quota_exceeded false",
        "400 unsupported_parameter false",
        "401 auth_failed false",
        "429 rate_limited true",
    ];
    assert!(seen.is_empty() || seen == expected, "{seen:?}");
}

#[test]
fn r56_every_cut_gives_the_same_parts() {
    let mut cuts = 0;
    let streams = streams();
    for record in &streams {
        let raw = record.raw();
        let whole = drive::json(&record.stream(&[raw]));
        let bytes: Vec<&[u8]> = raw.chunks(1).collect();
        assert_eq!(drive::json(&record.stream(&bytes)), whole, "{} byte by byte", record.id());
        cuts += cut_events(raw);
        if raw.len() <= 1200 {
            for offset in 0..raw.len() {
                let (left, right) = raw.split_at(offset);
                assert_eq!(drive::json(&record.stream(&[left, right])), whole, "{} at {offset}", record.id());
            }
        }
    }
    println!("{} streams cut at {cuts} offsets", streams.len());
}

/// Cuts at every offset. Parts depend on events only, and the decoder of events starts afresh at each of their ends, so
/// windows of two events show what the whole stream would. Within an event of many kilobytes, which is one line of one
/// kind of byte, every few offsets will do.
fn cut_events(raw: &[u8]) -> usize {
    let mut starts = vec![0];
    starts.extend(drive::boundaries(raw));
    let mut cuts = 0;
    for (position, start) in starts.iter().enumerate() {
        let end = starts.get(position + 2).copied().unwrap_or(raw.len());
        let window = &raw[*start..end];
        let whole = drive::events(&[window]);
        for offset in (0..window.len()).step_by(1 + window.len() / 2048) {
            let (left, right) = window.split_at(offset);
            assert_eq!(drive::events(&[left, right]), whole, "at {}", start + offset);
            cuts += 1;
        }
    }
    cuts
}

#[test]
fn r56_a_stream_cut_short_is_interrupted_and_keeps_its_beginning() {
    let mut cuts = 0;
    let streams = streams();
    for record in &streams {
        let raw = record.raw();
        let text = drive::fold(&record.stream(&[raw])).text;
        let boundaries = drive::boundaries(raw);
        // The longest streams only differ in how much of the same they hold: a fifth of their cuts will do.
        let step = if raw.len() > 30_000 { 5 } else { 1 };
        for end in [0].into_iter().chain(boundaries.iter().copied()).step_by(step) {
            let short = drive::fold(&record.stream(&[&raw[..end]]));
            assert!(text.starts_with(&short.text), "{} at {end}", record.id());
            let ended = is_terminated(record, &raw[..end]);
            let interrupted = short.finish_reason.unified == Finish::Interrupted;
            assert_eq!(interrupted, !ended, "{} at {end}: {:?}", record.id(), short.finish_reason);
            assert!(!interrupted || short.tool_calls.iter().all(|call| call.incomplete));
            cuts += 1;
        }
    }
    println!("{} streams cut short {cuts} times", streams.len());
}

/// Whether the bytes hold the mark that ends an answer, read without our decoders.
fn is_terminated(record: &Record, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut data = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    match record.file {
        "custom.chat" | "openai.chat" => data.any(|data| ends_chat(record, data)),
        "custom.responses" | "openai.responses" => responses::is_terminated(data),
        "google.generateContent" => data.any(ends_google),
        "anthropic.messages" => messages::is_terminated(data),
        "cohere.chat" => cohere::is_terminated(data),
        file => panic!("no mark is known for {file}"),
    }
}

fn ends_google(data: &str) -> bool {
    let fragment: Value = serde_json::from_str(data).unwrap();
    fragment["candidates"][0]["finishReason"].is_string()
}

fn ends_chat(record: &Record, data: &str) -> bool {
    match serde_json::from_str::<Value>(data) {
        Ok(chunk) => chunk["choices"].as_array().into_iter().flatten().any(|choice| {
            choice["index"] == 0 && choice["finish_reason"].as_str().is_some_and(|word| !word.is_empty())
        }),
        Err(_) => data == "[DONE]" && record.file.starts_with("custom"),
    }
}
