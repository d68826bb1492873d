//! The events that most of a stream consists of are recognized without a tree. A field that nobody knows, put in front of
//! all others, sends any event the general way: both ways have to give the same parts.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

use crate::drive;

/// The events as the general way takes them.
fn general(raw: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for line in raw.split_inclusive('\n') {
        let object = line.strip_prefix("data:").map(str::trim_start).filter(|_| begins);
        match object.and_then(|data| data.strip_prefix('{')) {
            Some(rest) => {
                let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
                out.push_str(&format!("data: {{\"\":0{comma}{rest}"));
                begins = false;
            }
            None => out.push_str(line),
        }
        begins |= line.trim().is_empty();
    }
    out
}

fn same(file: &str, raw: &str, name: &str) {
    let (wire, head) = (drive::wire_named(file), drive::head(200, None));
    let parts = |raw: &str| drive::json(&drive::stream(wire, &head, &[raw.as_bytes()]));
    assert_eq!(parts(raw), parts(&general(raw)), "{name}");
}

#[test]
fn r56_recorded_streams_are_the_same_both_ways() {
    for record in super::streams() {
        same(record.file, record.json["response_raw"].as_str().unwrap(), record.id());
    }
}

#[test]
fn r56_our_own_streams_are_the_same_both_ways() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
    let entries = |path: &Path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut seen = 0;
    for wire in entries(root).filter(|path| path.is_dir()) {
        for case in entries(&wire) {
            let Ok(raw) = std::fs::read(case.join("stream.txt")) else { continue };
            let Ok(raw) = String::from_utf8(raw) else { continue };
            same(wire.file_name().unwrap().to_str().unwrap(), &raw, &case.to_string_lossy());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// What an event may say next to its text, and where its text may stand; `%` is the text.
const EVENTS: &[(&str, &[&str])] = &[
    (
        "custom.chat",
        &[
            r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":%}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":%},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            r#"{"choices": [ {"delta": {"content": % , "reasoning_content": %}, "index": 0} ]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":null,"reasoning":%,"reasoning_content":""}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":%}}]}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":%}}]}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":%}}]}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":%,"refusal":null,"function_call":null},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":%,"content":"b"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":%}}],"choices":[]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":%}}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":3}}"#,
            r#"{"choices":[{"index":0,"delta":{"content":%}}],"error":null}"#,
            r#"{"choices":[{"index":0,"delta":{"content":%}}],"error":%}"#,
        ],
    ),
    (
        "anthropic.messages",
        &[
            r#"{"type":"message_start","message":{"id":"a","content":[]}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":""}}"#,
            r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%}}"#,
            r#"{"type":"content_block_delta","delta":{"text":%,"type":"text_delta"}}"#,
            r#"{"type": "content_block_delta", "index": 1, "delta": {"type": "thinking_delta", "thinking": %}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":%}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":%}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":%}}"#,
            r#"{"type":"content_block_delta","index":7,"delta":{"type":"text_delta","text":%}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"message_stop"}"#,
        ],
    ),
    (
        "custom.responses",
        &[
            r#"{"type":"response.created","response":{"id":"r","model":"m"}}"#,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"m","type":"message"}}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"id":"f","type":"function_call","call_id":"c","name":"f","arguments":""}}"#,
            r#"{"type":"response.output_text.delta","sequence_number":3,"item_id":"m","output_index":0,"content_index":0,"delta":%,"logprobs":[],"obfuscation":"x"}"#,
            r#"{"type":"response.output_text.delta","item_id":%,"delta":%}"#,
            r#"{"type":"response.refusal.delta","item_id":"m","output_index":0,"content_index":1,"delta":%}"#,
            r#"{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"f","delta":%}"#,
            r#"{"type":"response.reasoning_summary_text.delta","output_index":2,"item_id":"t","summary_index":0,"delta":%}"#,
            r#"{"type":"response.reasoning_text.delta","output_index":2,"item_id":"t","content_index":0,"delta":%}"#,
            r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":%}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
    ),
    (
        "google.generateContent",
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":%}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1},"responseId":"r"}"#,
            r#"{"candidates": [{"content": {"parts": [{"text": %,"thought": true}]}}],"usageMetadata": {"promptTokenCount": 4}}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":%,"thought":false}]}}],"usageMetadata":{"trafficType":"x"}}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":%}]}}],"usageMetadata":{"totalTokenCount":9}}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":%,"thoughtSignature":"s"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":%}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5}}"#,
            r#"{"usageMetadata":{"promptTokenCount":6,"candidatesTokenCount":7}}"#,
        ],
    ),
    (
        "cohere.chat",
        &[
            r#"{"type":"message-start","id":"a","delta":{"message":{"role":"assistant"}}}"#,
            r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":%}}}}"#,
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":%}}}}"#,
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":%,"text":null}}}}"#,
            r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":%}}}"#,
            r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"a","function":{"name":"f","arguments":""}}}}}"#,
            r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":%}}}}}"#,
            r#"{"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":%}}}}}"#,
            r#"{"type":"content-end","index":0}"#,
        ],
    ),
];

/// A text as some server writes it: escaped as little or as much as can be, or with an escape of half a character.
fn written(text: &str, how: u8) -> String {
    match how % 4 {
        0 | 1 => json!(text).to_string(),
        2 => text.encode_utf16().fold("\"".to_owned(), |out, unit| format!("{out}\\u{unit:04x}")) + "\"",
        _ => format!("{}\\ud83d\"", json!(text).to_string().trim_end_matches('"')),
    }
}

proptest! {
    #[test]
    fn r56_made_streams_are_the_same_both_ways(
        wire in 0..EVENTS.len(),
        picks in proptest::collection::vec((any::<proptest::sample::Index>(), "(?s).{0,20}", any::<u8>()), 1..24),
    ) {
        let (file, shapes) = EVENTS[wire];
        let mut raw = String::new();
        for (pick, text, how) in picks {
            let event = shapes[pick.index(shapes.len())].replace('%', &written(&text, how));
            let named = serde_json::from_str::<Value>(&event).ok().and_then(|event| event["type"].as_str().map(str::to_owned));
            if let Some(name) = named.filter(|_| how & 4 == 0) {
                raw.push_str(&format!("event: {name}\n"));
            }
            raw.push_str(&format!("data: {event}\n\n"));
        }
        same(file, &raw, &raw);
    }
}
