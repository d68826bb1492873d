//! What Google's finish words and counts mean, and which sources an answer names. It knows neither whole answers nor
//! streams.

use serde_json::Value;

use crate::chat::Finish;
use crate::chat::Source;
use crate::chat::Usage;
use crate::json::count;
use crate::json::filled;
use crate::json::items;

/// What a finish word means. There is none for calls: an answer that has some ends in `STOP`, too.
pub(super) fn unified(word: &str, called: bool) -> Finish {
    match word {
        "STOP" if called => Finish::ToolCalls,
        "STOP" => Finish::Stop,
        "MAX_TOKENS" | "CONTINUATION" => Finish::Length,
        "BLOCKLIST"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "IMAGE_SAFETY"
        | "LANGUAGE"
        | "MODEL_ARMOR"
        | "PROHIBITED_CONTENT"
        | "RECITATION"
        | "SAFETY"
        | "SPII" => Finish::ContentFilter,
        "MALFORMED_FUNCTION_CALL" | "MALFORMED_RESPONSE" | "TOO_MANY_TOOL_CALLS" | "UNEXPECTED_TOOL_CALL" => {
            Finish::Error
        }
        _ => Finish::Other,
    }
}

/// The counts; `None` where there are none. A count of zero is left out on this wire, so of two counts that make a sum
/// one may be missing.
pub(super) fn usage(raw: &Value) -> Option<Usage> {
    let sum = |one: &str, other: &str| match (count(&raw[one]), count(&raw[other])) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
    };
    let usage = Usage {
        input_tokens: sum("promptTokenCount", "toolUsePromptTokenCount"),
        output_tokens: sum("candidatesTokenCount", "thoughtsTokenCount"),
        cached_input_tokens: count(&raw["cachedContentTokenCount"]),
        reasoning_tokens: count(&raw["thoughtsTokenCount"]),
        ..Usage::default()
    };
    (usage != Usage::default()).then(|| Usage { raw: raw.clone(), ..usage })
}

/// Hands over the sources that a candidate names: what a search found, and what the model was caught quoting.
pub(super) fn sources(candidate: &Value, take: &mut dyn FnMut(Source)) {
    for chunk in items(&candidate["groundingMetadata"]["groundingChunks"]) {
        for kind in ["web", "retrievedContext", "maps", "image"] {
            if chunk[kind].is_object() {
                take(source(&chunk[kind], chunk));
            }
        }
    }
    // `citations` on Vertex, `citationSources` on the Gemini API.
    for list in ["citations", "citationSources"] {
        for citation in items(&candidate["citationMetadata"][list]) {
            take(source(citation, citation));
        }
    }
}

fn source(fields: &Value, raw: &Value) -> Source {
    let text = |name: &str| filled(&fields[name]).map(str::to_owned);
    Source {
        id: text("placeId").or_else(|| text("documentName")),
        url: text("uri").or_else(|| text("sourceUri")),
        title: text("title"),
        text: text("text"),
        raw: raw.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r56_finish_words() {
        assert_eq!((unified("STOP", true), unified("STOP", false)), (Finish::ToolCalls, Finish::Stop));
        assert_eq!(
            (unified("MAX_TOKENS", true), unified("CONTINUATION", false)),
            (Finish::Length, Finish::Length)
        );
        assert_eq!(
            (unified("MODEL_ARMOR", false), unified("LANGUAGE", true)),
            (Finish::ContentFilter, Finish::ContentFilter)
        );
        assert_eq!(unified("UNEXPECTED_TOOL_CALL", true), Finish::Error);
        for word in ["OTHER", "NO_IMAGE", "IMAGE_OTHER", "FINISH_REASON_UNSPECIFIED", "NEW_WORD"] {
            assert_eq!(unified(word, true), Finish::Other, "{word}");
        }
    }

    #[test]
    fn r56_missing_counts_stay_missing() {
        assert_eq!(usage(&json!({"trafficType": "ON_DEMAND"})), None);
        assert_eq!(usage(&json!({"promptTokensDetails": [{"modality": "AUDIO"}]})), None);
        let some = usage(&json!({
            "promptTokenCount": 5, "toolUsePromptTokenCount": 2, "thoughtsTokenCount": 7, "cachedContentTokenCount": 3,
        })).unwrap();
        assert_eq!((some.input_tokens, some.output_tokens), (Some(7), Some(7)));
        assert_eq!((some.cached_input_tokens, some.reasoning_tokens), (Some(3), Some(7)));
        let asked = usage(&json!({"promptTokenCount": 5})).unwrap();
        assert_eq!((asked.input_tokens, asked.output_tokens, asked.reasoning_tokens), (Some(5), None, None));
    }
}
