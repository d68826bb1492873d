//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use super::Decoder;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::json::scan::Rule;
use crate::providers::chat_completions::calls::Key;

pub(super) const CHUNK: &[Field] = &[
    ("id", Rule::Any),
    ("object", Rule::Any),
    ("created", Rule::Any),
    ("model", Rule::Any),
    ("service_tier", Rule::Any),
    ("system_fingerprint", Rule::Any),
    ("choices", Rule::One(CHOICE)),
    ("usage", Rule::Null),
    ("obfuscation", Rule::Any),
    ("provider", Rule::Any),
    ("error", Rule::Null),
];

const CHOICE: &[Field] = &[
    ("index", Rule::Zero),
    ("delta", Rule::Object(DELTA)),
    ("logprobs", Rule::Any),
    ("finish_reason", Rule::Null),
    ("native_finish_reason", Rule::Any),
    ("stop_reason", Rule::Any),
    ("content_filter_results", Rule::Any),
];

const DELTA: &[Field] = &[
    ("role", Rule::Any),
    ("content", Rule::Text(0)),
    ("reasoning_content", Rule::Text(1)),
    ("reasoning", Rule::Text(2)),
    ("reasoning_details", Rule::Any),
    ("refusal", Rule::Null),
    ("function_call", Rule::Null),
    ("tool_calls", Rule::One(CALL)),
];

const CALL: &[Field] = &[
    ("index", Rule::Count(0)),
    ("id", Rule::Text(3)),
    ("type", Rule::Any),
    ("function", Rule::Object(&[("name", Rule::Text(4)), ("arguments", Rule::Text(5))])),
];

impl Decoder {
    /// Takes a chunk that is only more of what is being said; `None` where it is left alone.
    pub(super) fn hot(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> Option<()> {
        self.started.then_some(())?;
        let (text, first, second) = (found.text(0)?, found.text(1)?, found.text(2)?);
        let (id, name, arguments) = (found.word(3)?, found.word(4)?, found.text(5)?);
        let thought = if first.is_empty() { second } else { first };
        if text.is_empty() && thought.is_empty() && arguments.is_empty() {
            return None;
        }
        if !thought.is_empty() {
            out.push(StreamPart::ReasoningDelta { text: thought });
        }
        if !text.is_empty() {
            out.push(StreamPart::TextDelta { text });
        }
        let filled = |word| Some(word).filter(|word: &&str| !word.is_empty());
        let key = Key { index: found.count(0), id: filled(id), name: filled(name), arguments: &arguments };
        self.calls.take_key(&key, out);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpHead;
    use crate::providers::chat_completions::Dialect;
    use crate::providers::reader::takes;

    static DIALECT: Dialect = Dialect {
        provider: "custom",
        max_tokens: "max_tokens",
        system_role: |_| "system",
        strict_schema: false,
        replays_reasoning: false,
        done_ends: false,
    };

    #[test]
    fn r56_what_servers_stream_most_is_hot() {
        let mut decoder = Decoder::new(&DIALECT, &HttpHead::default());
        decoder.started = true;
        let mut out = Vec::new();
        for data in [
            r#"{"id":"c","object":"o","created":1,"model":"m","service_tier":"default","system_fingerprint":"f","choices":[{"index":0,"delta":{"content":"a"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}"#,
            r#"{"id":"c","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"b"},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            r#"{"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "reasoning": "c"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}"#,
        ] {
            assert!(takes(&mut decoder, data, &mut out), "{data}");
        }
        assert_eq!(out.len(), 3, "a call without a name has not begun: {out:?}");
        for data in [
            r#"{"choices":[{"index":1,"delta":{"content":"a"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":""}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"\ud83d"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":1}}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"a"}}],"later":1}"#,
        ] {
            assert!(!takes(&mut decoder, data, &mut out), "{data}");
        }
    }
}
