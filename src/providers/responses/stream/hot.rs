//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use serde_json::Value;

use super::Decoder;
use super::Place;
use super::Target;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Rule;

const EVENT: &[Field] = &[
    ("type", Rule::Text(0)),
    ("sequence_number", Rule::Any),
    ("item_id", Rule::Text(1)),
    ("output_index", Rule::Count(0)),
    ("content_index", Rule::Count(1)),
    ("summary_index", Rule::Count(2)),
    ("delta", Rule::Text(2)),
    ("logprobs", Rule::Any),
    ("obfuscation", Rule::Any),
];

impl Decoder {
    /// Takes an event that is only more of a text; `false` where it is left alone.
    pub(super) fn hot(&mut self, data: &str, out: &mut Vec<StreamPart>) -> bool {
        self.started && self.more(data, out).is_some()
    }

    fn more(&mut self, data: &str, out: &mut Vec<StreamPart>) -> Option<()> {
        let found = self.frame.scan(data, EVENT)?;
        let name = found.word(0)?.strip_prefix("response.")?.strip_suffix(".delta")?;
        let target = Target::named(name, &Value::Null)?;
        let text = found.text(2).filter(|text| !text.is_empty())?;
        let part = match target.index {
            "content_index" => found.count(1),
            "summary_index" => found.count(2),
            _ => None,
        };
        let id = Some(found.word(1)?).filter(|id| !id.is_empty());
        let place = Place { item: found.count(0), id, part: part.unwrap_or(0) };
        self.say(&target, &place, "delta", &text, out);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpHead;

    #[test]
    fn r56_what_servers_stream_most_is_hot() {
        let mut decoder = Decoder::new("openai", &HttpHead::default());
        decoder.started = true;
        let mut out = Vec::new();
        for data in [
            r#"{"type":"response.output_text.delta","sequence_number":4,"item_id":"m","output_index":0,"content_index":0,"delta":"a","logprobs":[],"obfuscation":"x"}"#,
            r#"{"type":"response.reasoning_summary_text.delta","delta":"b","item_id":"r","output_index":1,"sequence_number":5,"summary_index":0}"#,
            r#"{"type":"response.function_call_arguments.delta","sequence_number":6,"item_id":"f","output_index":2,"delta":"{"}"#,
        ] {
            assert!(decoder.hot(data, &mut out), "{data}");
        }
        assert!(out.len() >= 2, "{out:?}");
        for data in [
            r#"{"type":"response.output_text.done","item_id":"m","output_index":0,"content_index":0,"delta":"a"}"#,
            r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":""}"#,
            r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"a","text":"b"}"#,
            r#"{"type":"response.audio.delta","delta":"a"}"#,
        ] {
            assert!(!decoder.hot(data, &mut out), "{data}");
        }
    }
}
