//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use serde_json::Value;

use super::Decoder;
use super::Place;
use super::Target;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::json::scan::Rule;

pub(super) const EVENT: &[Field] = &[
    ("type", Rule::Choice(TYPE, TYPES)),
    ("sequence_number", Rule::Any),
    ("item_id", Rule::Text(ITEM)),
    ("output_index", Rule::Count(OUTPUT)),
    ("content_index", Rule::Count(CONTENT)),
    ("summary_index", Rule::Count(SUMMARY)),
    ("delta", Rule::Text(DELTA)),
    ("logprobs", Rule::Any),
    ("obfuscation", Rule::Any),
];

const TYPES: &[&str] = &[
    "response.output_text.delta",
    "response.function_call_arguments.delta",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
    "response.refusal.delta",
];

const TYPE: usize = 0;
const OUTPUT: usize = 1;
const CONTENT: usize = 2;
const SUMMARY: usize = 3;

const ITEM: usize = 0;
const DELTA: usize = 1;

impl Decoder {
    /// Takes an event that is only more of a text; `None` where it is left alone.
    pub(super) fn hot(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> Option<()> {
        self.started.then_some(())?;
        let kind = TYPES.get(usize::try_from(found.count(TYPE)?).ok()?)?;
        let name = kind.strip_prefix("response.")?.strip_suffix(".delta")?;
        let target = Target::named(name, &Value::Null)?;
        let text = found.text(DELTA).filter(|text| !text.is_empty())?;
        let part = match target.index {
            "content_index" => found.count(CONTENT),
            "summary_index" => found.count(SUMMARY),
            _ => None,
        };
        let id = Some(found.word(ITEM)?).filter(|id| !id.is_empty());
        let place = Place { item: found.count(OUTPUT), id, part: part.unwrap_or(0) };
        self.say(&target, &place, "delta", &text, out);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpHead;
    use crate::providers::reader::takes;

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
            assert!(takes(&mut decoder, data, &mut out), "{data}");
        }
        assert!(out.len() >= 2, "{out:?}");
        for data in [
            r#"{"type":"response.output_text.done","item_id":"m","output_index":0,"content_index":0,"delta":"a"}"#,
            r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":""}"#,
            r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"a","text":"b"}"#,
            r#"{"type":"response.audio.delta","delta":"a"}"#,
        ] {
            assert!(!takes(&mut decoder, data, &mut out), "{data}");
        }
    }
}
