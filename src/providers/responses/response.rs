//! What stands in a response beside its items, and what is read out of them: why it ended, the counts, the sources of a
//! text, calls from their arguments.

use serde_json::Value;

use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::Source;
use crate::chat::Usage;
use crate::json::count;
use crate::json::filled;

/// What is known of the items, for the reason that the answer ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// The model wants a tool called.
    pub(super) called: bool,
    /// The model refused.
    pub(super) refused: bool,
}

/// Why the response ended. `word` is its status; a reason that it was cut short for says more.
pub(super) fn finish_reason(word: &str, response: &Value, seen: Seen) -> FinishReason {
    let reason = filled(&response["incomplete_details"]["reason"]);
    let (unified, raw) = match (reason, word) {
        (Some("max_output_tokens" | "max_tokens"), _) => (Finish::Length, reason),
        (Some("content_filter"), _) => (Finish::ContentFilter, reason),
        (Some(_), _) => (Finish::Other, reason),
        // The API has no word for the end of a whole answer.
        (None, "completed") if seen.refused => (Finish::ContentFilter, None),
        (None, "completed") if seen.called => (Finish::ToolCalls, None),
        (None, "completed") => (Finish::Stop, None),
        (None, _) => (Finish::Other, Some(word)),
    };
    FinishReason::new(unified, raw)
}

/// The counts; `None` where there are none. Cached tokens and reasoning are in the totals already.
pub(super) fn usage(raw: &Value) -> Option<Usage> {
    let input = &raw["input_tokens_details"];
    let usage = Usage {
        input_tokens: count(&raw["input_tokens"]),
        output_tokens: count(&raw["output_tokens"]),
        cached_input_tokens: count(&input["cached_tokens"]),
        cache_write_tokens: count(&input["cache_write_tokens"]),
        reasoning_tokens: count(&raw["output_tokens_details"]["reasoning_tokens"]),
        estimated: false,
        raw: Value::Null,
    };
    (usage != Usage::default()).then(|| Usage { raw: raw.clone(), ..usage })
}

/// The source that an annotation names: a page by its address, a file by its id.
pub(super) fn source(annotation: &Value) -> Option<Source> {
    let word = |name: &str| filled(&annotation[name]).map(str::to_owned);
    let source = Source {
        id: word("file_id"),
        url: word("url"),
        title: word("title").or_else(|| word("filename")),
        text: None,
        raw: annotation.clone(),
    };
    (source.id.is_some() || source.url.is_some()).then_some(source)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r56_ends_have_one_word() {
        let end = |word, reason: Value, called, refused| {
            let response = json!({"incomplete_details": {"reason": reason}});
            let finish = finish_reason(word, &response, Seen { called, refused });
            (finish.unified, finish.raw)
        };
        let raw = |word: &str| Some(word.to_owned());
        assert_eq!(end("completed", Value::Null, false, false), (Finish::Stop, None));
        assert_eq!(end("completed", Value::Null, true, false), (Finish::ToolCalls, None));
        assert_eq!(end("completed", Value::Null, true, true), (Finish::ContentFilter, None));
        let length = json!("max_output_tokens");
        assert_eq!(end("incomplete", length, true, false), (Finish::Length, raw("max_output_tokens")));
        let filter = json!("content_filter");
        assert_eq!(end("incomplete", filter, false, false), (Finish::ContentFilter, raw("content_filter")));
        assert_eq!(end("incomplete", json!("new"), false, false), (Finish::Other, raw("new")));
        assert_eq!(end("incomplete", json!(7), false, false), (Finish::Other, raw("incomplete")));
        assert_eq!(end("cancelled", Value::Null, true, false), (Finish::Other, raw("cancelled")));
    }

    #[test]
    fn r56_missing_counts_stay_missing() {
        assert_eq!(usage(&Value::Null), None);
        assert_eq!(usage(&json!({"total_tokens": 3})), None);
        let some =
            usage(&json!({"input_tokens": 3.0, "output_tokens": "4", "output_tokens_details": 1})).unwrap();
        assert_eq!((some.input_tokens, some.output_tokens, some.reasoning_tokens), (Some(3), None, None));
    }

    #[test]
    fn r56_sources_are_pages_and_files() {
        let page =
            source(&json!({"type": "url_citation", "url": "https://a.example", "title": "A"})).unwrap();
        assert_eq!((page.url.as_deref(), page.title.as_deref()), (Some("https://a.example"), Some("A")));
        let file = source(&json!({"type": "file_citation", "file_id": "f", "filename": "a.pdf"})).unwrap();
        assert_eq!((file.id.as_deref(), file.title.as_deref()), (Some("f"), Some("a.pdf")));
        assert_eq!((source(&json!({"type": "new"})), source(&json!("x"))), (None, None));
    }
}
