//! A string as JSON writes it. Conversations are long and are written for every request, so eight bytes that need no escape
//! are copied at a step. Stretches are not sought first: in texts they are short, and copying each costs a call.

use crate::bytes::plain_in_word;

/// Appends `text` in quotation marks, its quotation marks, backslashes and control characters escaped.
///
/// ```
/// let mut out = Vec::new();
/// ductape_models_scan::quote(&mut out, "say \"hi\"\n");
/// assert_eq!(out, br#""say \"hi\"\n""#);
/// ```
pub fn quote(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        // All eight, and back to the first that needs an escape: eight are copied faster than fewer.
        out.extend_from_slice(word);
        let plain = plain_in_word(*word);
        rest = match word.get(plain) {
            None => after,
            Some(byte) => {
                out.truncate(out.len() - (word.len() - plain));
                escape(out, *byte);
                rest.get(plain + 1..).unwrap_or_default()
            }
        };
    }
    rest.iter().for_each(|byte| character(out, *byte));
    out.push(b'"');
}

fn character(out: &mut Vec<u8>, byte: u8) {
    match byte {
        0..0x20 | b'"' | b'\\' => escape(out, byte),
        _ => out.push(byte),
    }
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    out.push(b'\\');
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0C => b'f',
        b'\r' => b'r',
        _ => {
            out.extend_from_slice(b"u00");
            out.push(b'0' + (byte >> 4));
            hex_digit(byte & 15)
        }
    };
    out.push(short);
}

const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = Vec::new();
        quote(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_character_of_ascii_is_written_as_serde_json_writes_it_at_every_place_of_a_word() {
        for place in 0..17 {
            for byte in 0..=0x7F_u8 {
                let text = format!("{}{}{}", "x".repeat(place), char::from(byte), "\u{e9}".repeat(9));
                assert_eq!(quoted(&text), serde_json::to_string(&text).unwrap());
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_json_writes_it(text in "(?s).{0,60}") {
            prop_assert_eq!(quoted(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
