//! Tells JSON that every reader takes and takes for the same.

use crate::scanner::Scanner;

/// How deep the values may be nested. Readers stop somewhere above it.
const DEPTH: u8 = 100;

/// Whether the text is JSON beyond doubt: nested less than a hundred levels deep, without halves of surrogate pairs, numbers
/// with an exponent or very long ones. Where it says `false`, a parser has to decide.
///
/// ```
/// use ductape_models_scan::is_plain_json;
/// assert!(is_plain_json(r#"{"a":[1,"\n",null]}"#));
/// assert!(!is_plain_json(r#"{"a":1e400}"#) && !is_plain_json("{"));
/// ```
#[must_use]
pub fn is_plain_json(text: &str) -> bool {
    Scanner::new(text.as_bytes(), &mut Vec::new()).value_alone(DEPTH).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_beyond_doubt() {
        for text in [
            "{}",
            " [ 1 , -0.5 ,\n\"a\\n\\\"\\u00e9\\/\", true ] ",
            "null",
            r#"{"a":{"b\\":[[]]},"a":"é"}"#,
            "0",
            "\"\"",
        ] {
            assert!(is_plain_json(text), "{text}");
        }
        assert!(is_plain_json(&format!("{}{}", "[".repeat(100), "]".repeat(100))));
    }

    #[test]
    fn what_is_none_or_not_for_every_reader() {
        for text in [
            "",
            "{",
            "{}{}",
            "01",
            "1e5",
            "1.",
            "-",
            "nul",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "\"\n\"",
            "\"a",
            "\"\\",
            r#""\x""#,
            r#""\ud83d""#,
            r#""\uDE00""#,
            r#""\u12""#,
            r#""\u00é""#,
            "\u{FEFF}1",
        ] {
            assert!(!is_plain_json(text), "{text}");
        }
        assert!(!is_plain_json(&format!("{}{}", "[".repeat(101), "]".repeat(101))));
        assert!(!is_plain_json(&"1".repeat(50)));
    }

    proptest! {
        #[test]
        fn a_parser_takes_whatever_is_beyond_doubt(pieces in proptest::collection::vec(proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\n\"", "\"\\u00e9\"", "\"\\ud83d\"", "\"\\", "\"", "1", "-0.5", "2e9", "null", "true", " ", "é",
        ]), 0..12)) {
            let text = pieces.concat();
            let parsed = serde_json::from_str::<Value>(&text);
            if is_plain_json(&text) {
                prop_assert!(parsed.is_ok(), "{}", text);
            }
        }

        #[test]
        fn what_a_writer_writes_is_beyond_doubt(texts in proptest::collection::vec("(?s).{0,12}", 0..6), number in -1_000_000_i64..1_000_000) {
            let value = serde_json::json!({"texts": texts, "number": number, "half": number as f64 / 2.0, "none": null});
            prop_assert!(is_plain_json(&value.to_string()));
        }
    }
}
