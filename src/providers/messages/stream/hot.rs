//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use super::Decoder;
use super::Kind;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::json::scan::Rule;

pub(super) const EVENT: &[Field] = &[
    ("type", Rule::Choice(TYPE, &["content_block_delta"])),
    ("index", Rule::Count(INDEX)),
    ("delta", Rule::Object(DELTA)),
    ("p", Rule::Any),
];

/// Each kind of delta has its text in the slot of its place.
const DELTA: &[Field] = &[
    ("type", Rule::Choice(KIND, &["text_delta", "input_json_delta", "thinking_delta"])),
    ("text", Rule::Text(TEXT)),
    ("partial_json", Rule::Text(INPUT)),
    ("thinking", Rule::Text(THINKING)),
];

const INDEX: usize = 0;
const TYPE: usize = 1;
const KIND: usize = 2;

const TEXT: usize = 0;
const INPUT: usize = 1;
const THINKING: usize = 2;

impl Decoder {
    /// Takes an event that is only more of an open block; `None` where it is left alone.
    pub(super) fn hot(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> Option<()> {
        self.started.then_some(())?;
        found.count(TYPE)?;
        let slot = usize::try_from(found.count(KIND)?).ok()?;
        let text = found.text(slot).filter(|text| !text.is_empty())?;
        if found.texts.iter().flatten().count() != 1 {
            return None;
        }
        let position = self.message.open(found.count(INDEX))?;
        match (&mut self.message.blocks.get_mut(position)?.kind, slot) {
            (Kind::Call(call), INPUT) => self.calls.extend(*call, text, out),
            (Kind::Text { said }, TEXT) => {
                *said = true;
                out.push(StreamPart::TextDelta { text });
            }
            (Kind::Thinking { said, .. }, THINKING) => {
                *said = true;
                out.push(StreamPart::ReasoningDelta { text });
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpHead;
    use crate::providers::messages::Dialect;
    use crate::providers::messages::stream::Block;
    use crate::providers::reader::takes;

    static DIALECT: Dialect = Dialect { provider: "anthropic", names_pages: true };

    #[test]
    fn r56_what_servers_stream_most_is_hot() {
        let mut decoder = Decoder::new(&DIALECT, &HttpHead::default());
        decoder.started = true;
        let kinds = [Kind::Text { said: false }, Kind::Thinking { said: false, signature: String::new() }];
        for (index, kind) in kinds.into_iter().enumerate() {
            decoder.message.blocks.push(Block { index: Some(index as u64), kind });
        }
        let mut out = Vec::new();
        for data in [
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\n"}}"#,
            r#"{"type": "content_block_delta", "index": 1, "delta": {"type": "thinking_delta", "thinking": "b"}}"#,
        ] {
            assert!(takes(&mut decoder, data, &mut out), "{data}");
        }
        assert_eq!(out.len(), 2);
        for data in [
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"a"}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"a"}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a","thinking":"b"}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
        ] {
            assert!(!takes(&mut decoder, data, &mut out), "{data}");
        }
    }
}
