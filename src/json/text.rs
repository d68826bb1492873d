//! JSON that is passed on rather than looked into: arguments and answers that a model wrote. A tree of them would be built
//! only to be written again.

use std::sync::Arc;

use ductape_models_scan::is_plain_json;
use serde::Serialize;
use serde::Serializer;
use serde_json::Map;
use serde_json::Value;

#[cfg(doc)]
use super::Writer;
use super::parse;

/// A JSON value as its text. Two of them are equal where their texts are; a copy costs nothing.
///
/// ```
/// use ductape_models::json::JsonText;
/// let text = JsonText::parse(" {\"a\": 1.0} ").unwrap();
/// assert_eq!(text.as_str(), "{\"a\": 1.0}");
/// assert_eq!(text, serde_json::json!({"a": 1.0}));
/// assert_eq!(JsonText::parse("{\"a\":"), None);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Reads what [`parse`] reads, with the same meaning. Escapes of half a surrogate pair are replaced; everything else
    /// stays as it is written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        if is_plain_json(trimmed) {
            return Some(Self(trimmed.into()));
        }
        parse(text).map(|value| Self::from(&value))
    }

    /// An object without fields.
    #[must_use]
    pub fn empty_object() -> Self {
        Self::from(&Map::new().into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }

    /// The value, built anew by each call.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }
}

impl From<&Value> for JsonText {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl PartialEq<Value> for JsonText {
    fn eq(&self, other: &Value) -> bool {
        self.to_value() == *other
    }
}

/// As the value that it is. [`Writer::json`] copies the text.
impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::json::Writer;

    #[test]
    fn what_is_written_stays_and_what_no_reader_takes_is_replaced() {
        let kept = |text: &str| JsonText::parse(text).map(|kept| kept.as_str().to_owned());
        assert_eq!(kept("{\"b\":1,\n \"a\":1.50}").as_deref(), Some("{\"b\":1,\n \"a\":1.50}"));
        assert_eq!(kept("\u{FEFF}[\"\\ud83d\"]").as_deref(), Some("[\"\u{FFFD}\"]"));
        assert_eq!(kept("[1e400]"), None);
        assert_eq!(kept("[1e4]").as_deref(), Some("[10000.0]"));
    }

    #[test]
    fn it_is_written_as_what_it_is() {
        let text = JsonText::parse("{\"a\": [1]}").unwrap();
        assert!(text.is_object() && !JsonText::from(&json!("{}")).is_object());
        assert_eq!(serde_json::to_string(&[&text]).unwrap(), "[{\"a\":[1]}]");
        let mut out = Writer::default();
        out.list(|out| out.json(&text));
        assert_eq!(out.into_text(), "[{\"a\": [1]}]");
    }

    proptest! {
        #[test]
        fn it_means_what_the_parser_reads(pieces in proptest::collection::vec(proptest::sample::select(vec![
            "{", "}", "[", "]", ",", "\"a\":", "\"b\":", "\"a\"", "\"\\n\"", "\"\\ud83d\"", "\"\\x\"", "0", "-1.5", "1e3", "1e999", "null", " ", "\u{FEFF}",
        ]), 0..10)) {
            let text = pieces.concat();
            prop_assert_eq!(JsonText::parse(&text).map(|text| text.to_value()), parse(&text));
        }
    }
}
