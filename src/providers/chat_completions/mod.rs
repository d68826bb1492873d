//! The chat-completions wire that OpenAI made and dozens of servers speak. Not a provider: it is told in a [`Dialect`]
//! how the one that uses it differs.

mod calls;
mod error;
mod request;
mod response;
mod stream;
mod wire;

pub(super) use error::error;
pub(super) use request::encode;
pub(super) use response::decode;
pub(super) use stream::Decoder;

use std::borrow::Cow;

use serde_json::Value;

use super::lenient::Object;
use super::lenient::read;
use wire::Answer;

/// The path below a version path, for example `/v1`.
pub(super) const ROUTE: &str = "/chat/completions";

/// How a provider's chat completions differ from another's.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The provider's name in errors.
    pub(super) provider: &'static str,
    /// The field for the most tokens in the answer.
    pub(super) max_tokens: &'static str,
    /// The role of a system prompt for this model.
    pub(super) system_role: fn(&str) -> &'static str,
    /// Whether a schema is sent as `strict`.
    pub(super) strict_schema: bool,
    /// Whether thoughts of tool turns are sent back.
    pub(super) replays_reasoning: bool,
    /// Whether `[DONE]` ends an answer that no `finish_reason` ended.
    pub(super) done_ends: bool,
}

/// Reads a chunk or an answer; `None` where the text is not a JSON object.
fn with_answer<R>(text: &str, take: impl FnOnce(&Answer<'_>) -> R) -> Option<R> {
    if let Some(Object(answer)) = answer(text) {
        return answer.as_ref().map(take);
    }
    // Slow and rare: `Value` takes a field that stands twice, the repair a half of a surrogate pair. Written again and
    // read by the one reader, because a second one for `Value` would be 25 kB of code.
    let value: Value = serde_json::from_str(&without_lone_surrogates(text)).ok()?;
    answer(&value.to_string())?.0.as_ref().map(take)
}

/// `None` where the text is not JSON that [`Answer`] takes.
#[inline(never)]
fn answer(text: &str) -> Option<Object<Answer<'_>>> {
    let mut from = serde_json::Deserializer::from_str(text);
    let answer = read(&mut from).ok()?;
    from.end().ok().map(|()| answer)
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
    fn only_objects_are_answers() {
        for text in ["[]", "7", "null", "\"a\"", "{", "{} {}", ""] {
            assert!(with_answer(text, |_| ()).is_none(), "{text}");
        }
        assert!(with_answer("{\"choices\":7,\"id\":[]}", |_| ()).is_some());
        assert_eq!(
            with_answer(r#"{"id":"a","id":"b"}"#, |answer| answer.id.0.to_string()),
            Some("b".to_owned())
        );
    }
}
