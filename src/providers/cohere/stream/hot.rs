//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use super::Decoder;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Rule;

const EVENT: &[Field] = &[
    ("type", Rule::Text(0)),
    ("index", Rule::Count(0)),
    ("delta", Rule::Object(&[("message", Rule::Object(MESSAGE))])),
];

const MESSAGE: &[Field] = &[
    ("content", Rule::Object(&[("text", Rule::Text(1)), ("thinking", Rule::Text(2))])),
    ("tool_plan", Rule::Text(3)),
    ("tool_calls", Rule::Object(&[("function", Rule::Object(&[("arguments", Rule::Text(4))]))])),
];

impl Decoder {
    /// Takes an event that is only more of a text, a thought or arguments; `false` where it is left alone.
    pub(super) fn hot(&mut self, data: &str, out: &mut Vec<StreamPart>) -> bool {
        self.more(data, out).is_some()
    }

    fn more(&mut self, data: &str, out: &mut Vec<StreamPart>) -> Option<()> {
        let found = self.frame.scan(data, EVENT)?;
        let slot = match found.word(0)? {
            "content-delta" if found.texts[1].is_some() => 1,
            "content-delta" => 2,
            "tool-plan-delta" => 3,
            "tool-call-delta" => 4,
            _ => return None,
        };
        let text = found.text(slot).filter(|text| !text.is_empty())?;
        if found.texts.iter().flatten().count() != 2 {
            return None;
        }
        match slot {
            1 => {
                self.thinks = false;
                self.emit(StreamPart::TextDelta { text }, out);
            }
            2 => {
                self.thinks = true;
                self.emit(StreamPart::ReasoningDelta { text }, out);
            }
            3 => self.emit(StreamPart::ReasoningDelta { text }, out),
            _ => self.more_input(&found.count(0)?.into(), &text, out),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpHead;

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
            assert!(decoder.hot(data, &mut out), "{data}");
        }
        assert_eq!(out.len(), 4, "the start, and no call that did not begin: {out:?}");
        for data in [
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a","thinking":"b"}}}}"#,
            r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"text":"a"}}}}"#,
            r#"{"type":"tool-call-delta","delta":{"message":{"tool_calls":{"function":{"arguments":"{"}}}}}"#,
        ] {
            assert!(!decoder.hot(data, &mut out), "{data}");
        }
    }
}
