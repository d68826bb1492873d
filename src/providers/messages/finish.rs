//! What the words, counts and citations of an answer mean.

use serde_json::Value;

use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::Source;
use crate::chat::Usage;
use crate::json;
use crate::json::count;
use crate::json::filled;

/// What a stop word means.
pub(super) fn finish_reason(raw: Option<&str>, details: &Value) -> FinishReason {
    let unified = match raw {
        Some("end_turn" | "stop_sequence") => Finish::Stop,
        Some("max_tokens" | "model_context_window_exceeded") => Finish::Length,
        Some("refusal") => Finish::ContentFilter,
        Some("tool_use") => Finish::ToolCalls,
        // `pause_turn` waits to be resumed, and `compaction` too: neither is an end.
        _ => Finish::Other,
    };
    let details = details.is_object().then(|| details.clone());
    FinishReason { details, ..FinishReason::new(unified, raw) }
}

/// The counts; `None` where there are none. The wire counts cached tokens apart, we do not.
pub(super) fn usage(raw: &Value) -> Option<Usage> {
    let iterations = json::items(&raw["iterations"]);
    let is = |iteration: &Value, kind: &str| iteration["type"] == kind;
    let mut counted = Vec::new();
    // After a fallback only the whole is what is paid for; an advisor's tokens are another model's.
    if !iterations.iter().any(|iteration| is(iteration, "fallback_message")) {
        counted.extend(iterations.iter().filter(|one| is(one, "message") || is(one, "compaction")));
    }
    if counted.is_empty() {
        counted.push(raw);
    }
    let sum = |name: &str| total(counted.iter().map(|part| count(&part[name])));
    let (cached, written) = (sum("cache_read_input_tokens"), sum("cache_creation_input_tokens"));
    let usage = Usage {
        input_tokens: sum("input_tokens").map(|input| add(add(input, cached), written)),
        output_tokens: sum("output_tokens"),
        cached_input_tokens: cached,
        cache_write_tokens: written,
        reasoning_tokens: count(&raw["output_tokens_details"]["thinking_tokens"]),
        estimated: false,
        raw: Value::Null,
    };
    (usage != Usage::default()).then(|| Usage { raw: raw.clone(), ..usage })
}

/// The sum of those that are there.
fn total(counts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let mut total = None;
    for count in counts.flatten() {
        total = Some(add(count, total));
    }
    total
}

fn add(count: u64, more: Option<u64>) -> u64 {
    count.saturating_add(more.unwrap_or(0))
}

/// A citation, of whatever kind.
pub(super) fn source(citation: &Value) -> Source {
    let word = |name: &str| filled(&citation[name]).map(str::to_owned);
    Source {
        id: word("file_id"),
        url: word("url").or_else(|| word("source").filter(|text| text.starts_with("http"))),
        title: word("title").or_else(|| word("document_title")),
        text: word("cited_text"),
        raw: citation.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r56_stop_words() {
        let unified = |word| finish_reason(Some(word), &Value::Null).unified;
        assert_eq!((unified("end_turn"), unified("stop_sequence")), (Finish::Stop, Finish::Stop));
        assert_eq!(
            (unified("max_tokens"), unified("model_context_window_exceeded")),
            (Finish::Length, Finish::Length)
        );
        assert_eq!((unified("tool_use"), unified("refusal")), (Finish::ToolCalls, Finish::ContentFilter));
        assert_eq!((unified("pause_turn"), unified("compaction")), (Finish::Other, Finish::Other));
        let refused = finish_reason(Some("refusal"), &json!({"category": "cyber"}));
        assert_eq!(refused.details, Some(json!({"category": "cyber"})));
    }

    #[test]
    fn r56_cached_tokens_are_tokens_in() {
        let raw = json!({"input_tokens": 25, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 10,
            "output_tokens": 8, "output_tokens_details": {"thinking_tokens": 3}});
        let usage = usage(&raw).unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(40), Some(8)));
        assert_eq!((usage.cached_input_tokens, usage.cache_write_tokens), (Some(5), Some(10)));
        assert_eq!(usage.reasoning_tokens, Some(3));
    }

    #[test]
    fn r56_missing_counts_stay_missing() {
        assert_eq!((usage(&Value::Null), usage(&json!({"input_tokens": "7"}))), (None, None));
        let some = usage(&json!({"cache_read_input_tokens": 4})).unwrap();
        assert_eq!((some.input_tokens, some.cached_input_tokens), (None, Some(4)));
    }

    #[test]
    fn r56_iterations_are_summed_without_the_advisors() {
        let one = |kind: &str, input: u64| json!({"type": kind, "input_tokens": input, "output_tokens": 1});
        let mut raw = json!({"input_tokens": 7, "output_tokens": 2, "iterations":
            [one("compaction", 100), one("advisor_message", 1000), one("message", 7)]});
        let counts = |raw: &Value| usage(raw).map(|usage| (usage.input_tokens, usage.output_tokens));
        assert_eq!(counts(&raw), Some((Some(107), Some(2))));
        raw["iterations"][0] = one("fallback_message", 5);
        assert_eq!(counts(&raw), Some((Some(7), Some(2))));
    }
}
