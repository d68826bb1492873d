//! Parts as one text for the other side of a border: a stream's small pieces cost more to hand over one by one, and as
//! JSON, than they cost to make. `pkg/src/stream-batch.ts` reads it.

use ductape_models_scan::utf16_length;

use super::StreamPart;
use super::Written;

/// Packs the parts of one stream.
///
/// The first character is the caller's own word, an ASCII one. Then each part: its kind, the length of what
/// follows in UTF-16 units (five bits to a character from the space on, the least ones first, 32 more where another
/// character belongs to it), and that: the text of a text (`t`), a thought (`r`) or arguments (`i`), the id of the call
/// that arguments belong to from then on (`c`), or any other part as JSON (`j`; an error `x`).
///
/// ```
/// use ductape_models::chat::{Packer, StreamPart};
/// let parts = [StreamPart::TextDelta { text: "Hel".into() }, StreamPart::TextDelta { text: "lo".into() }];
/// assert_eq!(Packer::default().pack(&parts, 'o'), "ot#Helt\"lo");
/// ```
#[derive(Debug, Default)]
pub struct Packer {
    /// The call whose arguments came last.
    call: String,
    /// Where texts are made. What is handed over is a copy of its length: a text that grew would be moved to be trimmed.
    out: String,
}

impl Packer {
    /// The next parts, after the character `first`.
    #[must_use]
    pub fn pack(&mut self, parts: &[StreamPart], first: char) -> String {
        let Self { call, out } = self;
        out.clear();
        out.push(first);
        for part in parts {
            match part {
                StreamPart::ReasoningDelta { text } => put(out, 'r', text),
                StreamPart::TextDelta { text } => put(out, 't', text),
                StreamPart::ToolInputDelta { tool_call_id, delta } => {
                    if call != tool_call_id {
                        tool_call_id.clone_into(call);
                        put(out, 'c', tool_call_id);
                    }
                    put(out, 'i', delta);
                }
                other => {
                    let kind = if matches!(other, StreamPart::Error { .. }) { 'x' } else { 'j' };
                    put(out, kind, &other.to_json());
                }
            }
        }
        out.clone()
    }
}

fn put(out: &mut String, kind: char, text: &str) {
    out.push(kind);
    let mut left = utf16_length(text);
    loop {
        let more = u8::from(left > 31) * 32;
        out.push(char::from(b' ' + (left & 31) as u8 + more));
        left >>= 5;
        if more == 0 {
            break;
        }
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chat::Finish;
    use crate::chat::FinishReason;
    use crate::error::Error;
    use crate::error::ErrorKind;

    /// The kinds and texts of what was packed, read as TypeScript reads it.
    fn unpacked(packed: &str) -> Vec<(char, String)> {
        let units: Vec<u16> = packed.encode_utf16().collect();
        let (mut at, mut parts) = (1, Vec::new());
        while at < units.len() {
            let kind = char::from_u32(units[at].into()).unwrap();
            let (mut length, mut shift) = (0, 0);
            loop {
                at += 1;
                let digit = usize::from(units[at]) - 32;
                length |= (digit & 31) << shift;
                shift += 5;
                if digit < 32 {
                    break;
                }
            }
            at += 1;
            parts.push((kind, String::from_utf16(&units[at..at + length]).unwrap()));
            at += length;
        }
        parts
    }

    #[test]
    fn arguments_name_their_call_where_it_changes() {
        let input = |id: &str, delta: &str| StreamPart::ToolInputDelta {
            tool_call_id: id.to_owned(),
            delta: delta.to_owned(),
        };
        let mut packer = Packer::default();
        let packed = packer.pack(&[input("a", "1"), input("a", "2"), input("b", "3")], 'o');
        assert_eq!(packed, "oc!ai!1i!2c!bi!3");
        assert_eq!(packer.pack(&[input("b", "4")], 'e'), "ei!4");
    }

    #[test]
    fn other_parts_are_json_and_errors_are_marked() {
        let finish = StreamPart::Finish { finish_reason: FinishReason::new(Finish::Stop, None), usage: None };
        let error = StreamPart::Error { error: Error::new(ErrorKind::Network, "é😀 gone") };
        let parts = unpacked(&Packer::default().pack(&[finish.clone(), error.clone()], 'e'));
        let json = |part| serde_json::to_string(part).unwrap();
        assert_eq!(parts, [('j', json(&finish)), ('x', json(&error))]);
    }

    proptest! {
        #[test]
        fn r56_any_text_comes_back(texts in proptest::collection::vec("(?s).{0,1200}", 0..4)) {
            let parts: Vec<_> = texts.iter().map(|text| StreamPart::TextDelta { text: text.clone() }).collect();
            let packed = Packer::default().pack(&parts, 'o');
            let back: Vec<_> = unpacked(&packed).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(back, texts);
        }
    }
}
