//! How Cohere's recordings are labelled, and where a label does not bind.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Answers with citations, which the independent client could not read. Their labels follow the wire, and so do we.
const CITED: &[&str] = &["1f0f65473b1d26a4", "4b4f1afd061666ff", "4c4e5a56e27d855d"];

pub(super) fn is_disputed(id: &str) -> bool {
    CITED.contains(&id)
}

/// The labels keep the plan for tool calls apart, for us it is a thought; labels of answers with citations lack `finish`.
pub(super) fn correct(raw: &str, map: &mut Map<String, Value>) {
    let plan = map.remove("tool_plan").unwrap_or_default();
    let thought = [plan.as_str().unwrap_or_default(), map["reasoning"].as_str().unwrap()].concat();
    map.insert("reasoning".to_owned(), json!(thought));
    if map["finish"].is_null() {
        assert_eq!(map["finish_raw"], json!("COMPLETE"));
        map.insert("finish".to_owned(), json!("stop"));
    }
    if let Some(usage) = map["usage"].as_object_mut().filter(|usage| !usage.is_empty()) {
        usage.entry("cache_read").and_modify(|count| *count = json!(count.as_u64().unwrap_or(0)));
        usage.insert("reasoning".to_owned(), json!(reasoning_tokens(raw)));
    }
}

/// The labels leave out what the answers tell.
fn reasoning_tokens(raw: &str) -> u64 {
    let digits = raw.split_once("\"reasoning_tokens\":").map_or("", |(_, rest)| rest.trim_start());
    digits.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Whether an event among these ends the answer.
pub(super) fn is_terminated<'a>(mut data: impl Iterator<Item = &'a str>) -> bool {
    data.any(|data| {
        serde_json::from_str::<Value>(data)
            .is_ok_and(|event| event["type"] == "message-end" && event["delta"]["finish_reason"].is_string())
    })
}
