//! What stands between the quotation marks of a JSON string, as text.

use crate::bytes::plain_length;

/// The text of a string that [`crate::scan`] found; `None` where an escape is none, or is half a surrogate pair.
///
/// ```
/// assert_eq!(ductape_models_scan::unescape(r"a\n\u00e9").as_deref(), Some("a\né"));
/// assert_eq!(ductape_models_scan::unescape(r"\ud83d"), None);
/// ```
#[must_use]
pub fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        let (plain, special) = rest.split_at_checked(plain_length(rest.as_bytes()))?;
        out.push_str(plain);
        let Some(escape) = special.strip_prefix('\\') else {
            return special.is_empty().then_some(out);
        };
        let (character, length) = character(escape.as_bytes())?;
        out.push(character);
        rest = escape.get(length..)?;
    }
}

/// The character that the escape after a backslash means, and how many bytes say so.
fn character(escape: &[u8]) -> Option<(char, usize)> {
    let short = match escape.first()? {
        b'n' => '\n',
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'u' => return wide(escape.get(1..)?),
        _ => return None,
    };
    Some((short, 1))
}

fn wide(digits: &[u8]) -> Option<(char, usize)> {
    let high = unit(digits)?;
    if !(0xD800..0xDC00).contains(&high) {
        return Some((char::from_u32(high)?, 5));
    }
    let low = unit(digits.get(4..)?.strip_prefix(b"\\u")?)?;
    let offset = low.checked_sub(0xDC00).filter(|offset| *offset < 0x400)?;
    Some((char::from_u32(0x10000 + ((high - 0xD800) << 10) + offset)?, 11))
}

fn unit(digits: &[u8]) -> Option<u32> {
    let mut unit = 0;
    for digit in digits.get(..4)? {
        unit = unit << 4 | char::from(*digit).to_digit(16)?;
    }
    Some(unit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "(?s)[^\"\\\\\\x00-\\x1F]{0,12}",
            proptest::sample::select(vec![
                "\\n",
                "\\\"",
                "\\\\",
                "\\/",
                "\\u00e9",
                "\\uD83D\\uDE00",
                "\\ud83d",
                "\\ude00",
                "\\u0000",
                "\\x",
                "\\",
                "\\u12",
                "\\u+123",
                "\\uD83D\\u0041",
                "\"",
                "\n",
            ])
            .prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_string_means_what_serde_json_says(raw in pieces()) {
            let oracle = serde_json::from_str::<String>(&format!("\"{raw}\"")).ok();
            prop_assert_eq!(unescape(&raw), oracle);
        }
    }
}
