//! What a provider may add tomorrow changes nothing today: fields that nobody knows in every object of every recorded
//! answer, and in streams events that nobody knows between the others.

use serde_json::Value;
use serde_json::json;

use crate::drive;

#[test]
fn r56_unknown_fields_and_events_change_no_recorded_answer() {
    let mut seen = 0;
    for record in super::records().iter().filter(|record| record.succeeded()) {
        let raw = record.json["response_raw"].as_str().unwrap();
        let (given, more) = match record.is_stream() {
            true => match events(record.file, raw) {
                Some(more) => (stream(record, raw), stream(record, &more)),
                None => continue,
            },
            false => {
                let Ok(mut answer) = serde_json::from_str::<Value>(raw) else { continue };
                add(&mut answer, "");
                let more = record.wire().decode(&record.head(), answer.to_string().as_bytes());
                let given = record.decode();
                // What is kept as it came (`usage.raw`, a source) holds the new fields, too.
                (given.map(|whole| plain(&whole)).ok(), more.map(|whole| plain(&whole)).ok())
            }
        };
        assert_eq!(more, given, "{} {}", record.file, record.id());
        seen += 1;
    }
    println!("{seen} recorded answers with unknown fields and events");
}

fn stream(record: &super::Record, raw: &str) -> Option<Value> {
    Some(plain(&drive::fold(&record.stream(&[raw.as_bytes()]))))
}

fn plain(whole: &ductape_models::chat::Completion) -> Value {
    let mut value = serde_json::to_value(whole).unwrap();
    strip(&mut value);
    value
}

/// Takes out what is the provider's own object.
fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(map) => {
            map.shift_remove("later");
            map.values_mut().for_each(strip);
        }
        _ => {}
    }
}

/// The events with unknown fields and unknown events between them; `None` where one is no JSON.
fn events(file: &str, raw: &str) -> Option<String> {
    let mut out = String::new();
    for block in raw.replace("\r\n", "\n").split("\n\n") {
        let name = block.lines().find(|line| line.starts_with("event:"));
        let data: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("data:")).collect();
        let [data] = data.as_slice() else { continue };
        if data.trim() == "[DONE]" {
            out.push_str("data: [DONE]\n\n");
            continue;
        }
        let mut event: Value = serde_json::from_str(data).ok()?;
        add(&mut event, "");
        name.iter().for_each(|name| out.push_str(&format!("{name}\n")));
        out.push_str(&format!("data: {event}\n\n: a comment\n\n"));
        // Gemini and chat completions have no kinds of events; a chunk without an answer is what they may add.
        let later = if file.ends_with("chat") && !file.starts_with("cohere") || file.starts_with("google") {
            json!({"later": {"text": "x"}})
        } else {
            json!({"type": "later.event", "index": 0, "later": {"text": "x"}})
        };
        out.push_str(&format!("data: {later}\n\n"));
    }
    Some(out)
}

/// A field that nobody knows, in every object but those whose fields are the user's own: arguments, schemas, outputs.
fn add(value: &mut Value, at: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| add(item, at)),
        Value::Object(map) => {
            let users = ["args", "input", "parameters", "arguments", "partialArgs", "action", "operation"];
            if users.contains(&at) {
                return;
            }
            for (name, item) in map.iter_mut() {
                add(item, name);
            }
            map.insert("later".to_owned(), json!({"type": "x", "text": "x"}));
        }
        _ => {}
    }
}
