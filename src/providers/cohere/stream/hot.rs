//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use super::Decoder;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::json::scan::Rule;

pub(super) const EVENT: &[Field] = &[
    ("type", Rule::Choice(TYPE, &["content-delta", "tool-plan-delta", "tool-call-delta"])),
    ("index", Rule::Count(INDEX)),
    ("delta", Rule::Object(&[("message", Rule::Object(MESSAGE))])),
];

const MESSAGE: &[Field] = &[
    ("content", Rule::Object(&[("text", Rule::Text(TEXT)), ("thinking", Rule::Text(THINKING))])),
    ("tool_plan", Rule::Text(PLAN)),
    ("tool_calls", Rule::Object(&[("function", Rule::Object(&[("arguments", Rule::Text(INPUT))]))])),
];

const INDEX: usize = 0;
const TYPE: usize = 1;

const TEXT: usize = 0;
const THINKING: usize = 1;
const PLAN: usize = 2;
const INPUT: usize = 3;

impl Decoder {
    /// Takes an event that is only more of a text, a thought or arguments; `None` where it is left alone.
    pub(super) fn hot(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> Option<()> {
        let slot = match found.count(TYPE)? {
            0 if found.texts[TEXT].is_some() => TEXT,
            0 => THINKING,
            1 => PLAN,
            _ => INPUT,
        };
        let text = found.text(slot).filter(|text| !text.is_empty())?;
        if found.texts.iter().flatten().count() != 1 {
            return None;
        }
        match slot {
            TEXT => {
                self.thinks = false;
                self.emit(StreamPart::TextDelta { text }, out);
            }
            THINKING => {
                self.thinks = true;
                self.emit(StreamPart::ReasoningDelta { text }, out);
            }
            PLAN => self.emit(StreamPart::ReasoningDelta { text }, out),
            _ => self.more_input(&found.count(INDEX)?.into(), &text, out),
        }
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
        let mut decoder = Decoder::new(&HttpHead::default());
        let mut out = Vec::new();
        for data in [
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}"#,
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"b"}}}}"#,
            r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"c"}}}"#,
            r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{"}}}}}"#,
        ] {
            assert!(takes(&mut decoder, data, &mut out), "{data}");
        }
        assert_eq!(out.len(), 4, "the start, and no call that did not begin: {out:?}");
        for data in [
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a","thinking":"b"}}}}"#,
            r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"text":"a"}}}}"#,
            r#"{"type":"tool-call-delta","delta":{"message":{"tool_calls":{"function":{"arguments":"{"}}}}}"#,
        ] {
            assert!(!takes(&mut decoder, data, &mut out), "{data}");
        }
    }
}
