//! What can be done about a refused request: thoughts whose signature the API does not know are left out.

use serde_json::Value;

use crate::chat::Warning;
use crate::error::Error;
use crate::error::ErrorKind;

/// Takes the thoughts out of `body` where `error` says that their signatures are not valid: another account, another
/// model or an edited conversation. The texts and calls stay.
pub(in crate::providers) fn heal(error: &Error, body: &mut Value) -> Option<Warning> {
    let said = error.detail("providerMessage").and_then(Value::as_str).unwrap_or_default();
    let is_signature = said.contains("signature") && said.contains("thinking");
    if error.kind() != ErrorKind::BadRequest || !is_signature {
        return None;
    }
    let messages = body.get_mut("messages").and_then(Value::as_array_mut)?;
    let before = messages.len();
    let mut removed = false;
    for message in messages.iter_mut() {
        removed |= strip(message);
    }
    messages.retain(|message| message["content"].as_array().is_none_or(|content| !content.is_empty()));
    if !removed && messages.len() == before {
        return None;
    }
    // With a budget the API wants the last turn to begin with a thought, and there is none any more.
    if body["thinking"]["type"] == "enabled"
        && let Some(fields) = body.as_object_mut()
    {
        fields.remove("thinking");
    }
    Some(Warning {
        code: "healed",
        field: "messages".to_owned(),
        message: "the thoughts of earlier answers were left out: the provider refused their signatures"
            .to_owned(),
    })
}

fn strip(message: &mut Value) -> bool {
    if message["role"] != "assistant" {
        return false;
    }
    let Some(content) = message.get_mut("content").and_then(Value::as_array_mut) else { return false };
    let before = content.len();
    content.retain(|block| block["type"] != "thinking" && block["type"] != "redacted_thinking");
    content.len() < before
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(message: &str) -> Error {
        Error::new(ErrorKind::BadRequest, "refused").with("providerMessage", message)
    }

    fn body() -> Value {
        json!({"model": "m", "thinking": {"type": "enabled", "budget_tokens": 1024}, "messages": [
            {"role": "user", "content": [{"type": "text", "text": "a"}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "b", "signature": "s"},
                {"type": "redacted_thinking", "data": "d"},
                {"type": "tool_use", "id": "1", "name": "f", "input": {}}]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "c", "signature": "s"}]},
        ]})
    }

    #[test]
    fn r56_thoughts_with_refused_signatures_are_left_out() {
        let mut healed = body();
        let error = refused("messages.1.content.0: Invalid `signature` in `thinking` block");
        assert_eq!(heal(&error, &mut healed).map(|warning| warning.code), Some("healed"));
        assert_eq!(
            healed["messages"][1],
            json!({"role": "assistant", "content":
                [{"type": "tool_use", "id": "1", "name": "f", "input": {}}]})
        );
        assert_eq!(healed["messages"].as_array().map(Vec::len), Some(2));
        assert!(healed["thinking"].is_null());
        assert_eq!(heal(&error, &mut healed), None);
    }

    #[test]
    fn r56_other_complaints_change_nothing() {
        let mut same = body();
        assert_eq!(heal(&refused("max_tokens: too large"), &mut same), None);
        let unknown = Error::new(ErrorKind::NotFound, "x").with("providerMessage", "signature thinking");
        assert_eq!(heal(&unknown, &mut same), None);
        assert_eq!(same, body());
        assert_eq!(heal(&refused("Invalid `signature` in `thinking` block"), &mut json!([])), None);
    }
}
