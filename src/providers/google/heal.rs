//! What to do about a conversation whose signatures Google refuses: it goes again without them. It knows no model, only
//! the body that was refused.

use serde_json::Value;

use super::SIGNATURE;
use super::SKIP;
use crate::chat::Warning;
use crate::error::Error;

/// Takes every signature out of the contents, and gives the first call of each turn the stand-in that Gemini 3 wants.
/// Where the stand-in was all there was, nothing of it stays: the model knows no such thing.
pub(super) fn heal(error: &Error, body: &mut Value) -> Option<Warning> {
    let message = error.detail("providerMessage").and_then(Value::as_str).unwrap_or_default();
    // Messages write it as two words, with an underscore, and as the field's name.
    let message = message.to_ascii_lowercase().replace(['_', ' '], "");
    if error.status() != Some(400) || !message.contains("thoughtsignature") {
        return None;
    }
    let contents = body.get_mut("contents")?;
    let before = contents.clone();
    replace(contents, true);
    if *contents == before {
        replace(contents, false);
    }
    (*contents != before).then(|| Warning {
        code: "changed",
        field: "messages".to_owned(),
        message: "the model refused the signatures in the conversation, so it was sent without them"
            .to_owned(),
    })
}

fn replace(contents: &mut Value, stand_in: bool) {
    for content in contents.as_array_mut().into_iter().flatten() {
        let mut needed = stand_in;
        let parts = content.get_mut("parts").and_then(Value::as_array_mut);
        for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
            part.remove(SIGNATURE);
            if needed && part.contains_key("functionCall") {
                part.insert(SIGNATURE.to_owned(), SKIP.into());
                needed = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    fn refusal(status: u16, message: &str) -> Error {
        Error::new(ErrorKind::BadRequest, "refused").with_status(status).with("providerMessage", message)
    }

    fn conversation(first: Option<&str>, call: Option<&str>, text: Option<&str>) -> Value {
        let part = |mut part: Value, signature: Option<&str>| {
            if let Some(signature) = signature {
                part[SIGNATURE] = json!(signature);
            }
            part
        };
        json!({"contents": [
            {"role": "user", "parts": [{"text": "a"}]},
            {"role": "model", "parts": [
                part(json!({"text": "b"}), text),
                part(json!({"functionCall": {"name": "f", "args": {}}}), first),
                part(json!({"functionCall": {"name": "g", "args": {}}}), call),
            ]},
        ]})
    }

    #[test]
    fn r59_refused_signatures_are_taken_out() {
        let mut body = conversation(Some("x"), Some("y"), Some("z"));
        let warning = heal(&refusal(400, "Corrupted thought signature."), &mut body).unwrap();
        assert_eq!((warning.code, warning.field.as_str()), ("changed", "messages"));
        assert_eq!(body, conversation(Some(SKIP), None, None));
        let missing = "Function call is missing a thought_signature in functionCall parts.";
        let mut body = conversation(None, None, None);
        assert!(heal(&refusal(400, missing), &mut body).is_some());
        assert_eq!(body, conversation(Some(SKIP), None, None));
    }

    #[test]
    fn r59_a_refused_stand_in_is_taken_out() {
        let mut body = conversation(Some(SKIP), None, None);
        assert!(heal(&refusal(400, "Invalid thought signature"), &mut body).is_some());
        assert_eq!(body, conversation(None, None, None));
    }

    #[test]
    fn r59_other_refusals_are_not_touched() {
        let mut body = conversation(Some("x"), None, None);
        assert_eq!(heal(&refusal(400, "Invalid argument"), &mut body), None);
        assert_eq!(heal(&refusal(500, "thought signature"), &mut body), None);
        assert_eq!(body, conversation(Some("x"), None, None));
        let mut text = json!({"contents": [{"role": "user", "parts": [{"text": "a"}]}]});
        assert_eq!(heal(&refusal(400, "Invalid thought signature"), &mut text), None);
        assert_eq!(heal(&refusal(400, "Invalid thought signature"), &mut json!({"contents": 7})), None);
    }
}
