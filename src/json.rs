//! JSON as providers write it, and as they are written to: one total way to read, one way to write without a tree. It
//! knows no provider. Nothing here is generic over what is read, so a wire costs its own code only.

mod fields;
pub mod scan;
mod text;
mod writer;

pub use fields::Fields;
pub use text::JsonText;
pub use writer::Writer;

use std::borrow::Cow;

use serde_json::Map;
use serde_json::Value;

/// Reads JSON text: a byte-order mark and white space around it are passed over, escapes of half a surrogate pair are
/// replaced. `None` where it is no JSON.
///
/// A field that stands twice has its last value, as everywhere else. Read what comes back with `value["a"]["b"]`, which
/// is `null` where a step is missing or of another kind.
///
/// ```
/// let event = ductape_models::json::parse(r#"{"delta":{"text":"a"}}"#).unwrap_or_default();
/// assert_eq!(event["delta"]["text"].as_str(), Some("a"));
/// assert!(event["delta"]["index"]["deeper"].is_null());
/// ```
#[must_use]
#[inline(never)]
pub fn parse(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{FEFF}').trim();
    serde_json::from_str(text).ok().or_else(|| match without_lone_surrogates(text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(repaired) => serde_json::from_str(&repaired).ok(),
    })
}

/// The text, where it is one and is not empty: providers write `""` and `null` for the same thing.
///
/// ```
/// use ductape_models::json::filled;
/// use serde_json::json;
/// assert_eq!(filled(&json!("a")), Some("a"));
/// assert_eq!((filled(&json!("")), filled(&json!(7))), (None, None));
/// ```
#[must_use]
pub fn filled(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// The items; none where it is no list.
#[must_use]
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The whole number from 0 to 2^53; some servers write it as `3.0`.
///
/// ```
/// use ductape_models::json::count;
/// use serde_json::json;
/// assert_eq!((count(&json!(3)), count(&json!(3.0)), count(&json!(0.5)), count(&json!("3"))), (Some(3), Some(3), None, None));
/// ```
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and in range"
)]
pub fn count(value: &Value) -> Option<u64> {
    let whole = |number: &f64| number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(number);
    value.as_u64().or_else(|| value.as_f64().filter(whole).map(|number| number as u64))
}

/// An object of one field.
#[must_use]
pub fn object_of(name: &str, value: impl Into<Value>) -> Value {
    let mut map = Map::new();
    map.insert(name.to_owned(), value.into());
    Value::Object(map)
}

/// Replaces escapes of half a surrogate pair, which some servers send when they cut a character in two. JSON's grammar
/// allows them, Rust's strings do not.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let mut clean = String::new();
    let mut copied = 0;
    let mut position = 0;
    while let Some(found) = text.get(position..).and_then(|rest| rest.find('\\')) {
        let at = position + found;
        position = at + 2;
        match surrogate(text, at) {
            Some(0xD800..=0xDBFF) if matches!(surrogate(text, at + 6), Some(0xDC00..=0xDFFF)) => {
                position = at + 12;
            }
            Some(0xD800..=0xDFFF) => {
                clean.push_str(text.get(copied..at).unwrap_or_default());
                clean.push_str("\\ufffd");
                position = at + 6;
                copied = position;
            }
            _ => {}
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(clean)
}

/// The code unit of the `\uXXXX` escape at `at`.
fn surrogate(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r56_half_a_surrogate_pair_is_replaced_and_a_whole_one_kept() {
        let repaired = |text: &str| without_lone_surrogates(text).into_owned();
        assert_eq!(repaired(r#""a\ud83db""#), r#""a\ufffdb""#);
        assert_eq!(repaired(r#""\ude00\ud83d\ude00\ud83d""#), r#""\ufffd\ud83d\ude00\ufffd""#);
        assert_eq!(repaired(r#""\\ud83d \n é""#), r#""\\ud83d \n é""#);
        assert_eq!(repaired("\"\\"), "\"\\");
    }

    #[test]
    fn r56_what_servers_write_is_read() {
        assert_eq!(parse("\u{FEFF} {\"a\":1} \n"), Some(json!({"a": 1})));
        assert_eq!(parse(r#"{"a":1,"a":2}"#), Some(json!({"a": 2})));
        assert_eq!(parse(r#"["\ud83d"]"#), Some(json!(["\u{FFFD}"])));
        for text in ["", "{", "{} {}", "[DONE]", "NaN"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
