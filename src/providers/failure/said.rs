//! Reads what a failed response says, in any of the shapes that providers and the servers like them use.

use serde_json::Value;

use super::is_error;
use crate::json;
use crate::providers::headers;

/// Most characters that are told of a body that is no JSON: it is not known to be a message at all.
const MAX_LINE_CHARS: usize = 200;

/// What a failed response says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) message: Option<String>,
    /// The `code`, where it is a word.
    pub(super) code: Option<String>,
    /// The `type`, Cohere's `error_type`, Google's `status`.
    pub(super) class: Option<String>,
    /// Google's `reason`, which tells a bad key from a bad request.
    pub(super) reason: Option<String>,
    pub(super) param: Option<String>,
    pub(super) request_id: Option<String>,
    /// Google's `retryDelay`, in milliseconds.
    pub(super) wait_ms: Option<u64>,
    /// The status that the body itself names.
    pub(super) status: Option<u16>,
}

impl Said {
    /// Reads JSON; `None` where it is none, or says nothing of an error.
    pub(super) fn read(text: &str) -> Option<Self> {
        let value = json::parse(text)?;
        Self::of(value.as_array().and_then(|list| list.first()).unwrap_or(&value))
    }

    pub(super) fn of(value: &Value) -> Option<Self> {
        let failed =
            value.get("choices").and_then(|choices| choices.get(0)).and_then(|choice| choice.get("error"));
        let error = value
            .get("error")
            .filter(|error| is_error(error))
            .or_else(|| failed.filter(|error| is_error(error)));
        match error {
            Some(Value::Object(_)) => error.map(Self::fields).map(|said| said.or(Self::fields(value))),
            Some(Value::String(text)) => Some(Self { message: Some(text.clone()), ..Self::fields(value) }),
            Some(_) => Some(Self::fields(value)),
            None => Some(Self::fields(value)).filter(|said| said.message.is_some()),
        }
    }

    fn fields(value: &Value) -> Self {
        let word = |key: &str| value[key].as_str().map(str::to_owned);
        let status = ["status_code", "raw_status_code", "code", "status"];
        let details = json::items(&value["details"]);
        let among = |key: &str| details.iter().find_map(|detail| detail[key].as_str());
        Self {
            message: word("message").or_else(|| detail(value)).or_else(|| inner_message(value)),
            code: word("code").or_else(|| value["details"]["error_code"].as_str().map(str::to_owned)),
            class: word("type").or_else(|| word("error_type")).or_else(|| word("status")),
            reason: among("reason").map(str::to_owned),
            param: word("param"),
            request_id: word("request_id"),
            wait_ms: among("retryDelay").and_then(headers::seconds),
            status: status.iter().find_map(|key| http_status(value.get(*key)?)),
        }
    }

    /// This, with what it lacks taken from `other`.
    fn or(self, other: Self) -> Self {
        Self {
            message: self.message.or(other.message),
            code: self.code.or(other.code),
            class: self.class.filter(|class| class != "error").or(other.class),
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
            wait_ms: self.wait_ms.or(other.wait_ms),
            param: self.param.or(other.param),
            status: self.status.or(other.status),
        }
    }

    /// A body that is no JSON: a gateway's page says nothing to a caller, a plain line may.
    pub(super) fn plain(text: &str) -> Self {
        let readable = !text.is_empty() && !text.starts_with('<') && !text.contains(['\0', '\u{FFFD}']);
        Self { message: readable.then(|| text.chars().take(MAX_LINE_CHARS).collect()), ..Self::default() }
    }

    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        let is = |word: &Option<String>| word.as_deref().is_some_and(|word| words.contains(&word));
        is(&self.code) || is(&self.class) || is(&self.reason)
    }

    pub(super) fn mentions(&self, phrases: &[&str]) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

/// `{detail: text}`, or FastAPI's `{detail: [{msg, loc}]}`.
fn detail(value: &Value) -> Option<String> {
    match value.get("detail")? {
        Value::Array(list) => {
            let messages: Vec<_> = list.iter().filter_map(located).collect();
            Some(messages.join("; ")).filter(|text| !text.is_empty())
        }
        Value::Object(map) => map.get("message").and_then(Value::as_str).map(str::to_owned),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// The message, after the path of the field that it is about: it names none itself.
fn located(item: &Value) -> Option<String> {
    let message = item["msg"].as_str()?;
    let mut text = String::new();
    for step in json::items(&item["loc"]).iter().filter(|step| step.as_str() != Some("body")) {
        text.push_str(if text.is_empty() { "" } else { "." });
        text.push_str(&step.as_str().map_or_else(|| step.to_string(), str::to_owned));
    }
    text.push_str(if text.is_empty() { "" } else { ": " });
    text.push_str(message);
    Some(text)
}

/// Mistral puts the list of a refused request into `message.detail`.
fn inner_message(value: &Value) -> Option<String> {
    detail(value.get("message")?)
}

fn http_status(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(body: &Value) -> Option<String> {
        Said::read(&body.to_string())?.message
    }

    #[test]
    fn r59_every_shape_gives_its_message() {
        for body in [
            json!({"error": {"message": "m", "type": "t", "code": null}}),
            json!({"error": "m"}),
            json!({"code": "c", "error": "m"}),
            json!({"detail": "m"}),
            json!({"detail": [{"msg": "m", "loc": ["body"]}]}),
            json!({"object": "error", "message": "m", "code": "1", "raw_status_code": 400}),
            json!({"object": "error", "message": {"detail": [{"msg": "m"}]}}),
            json!({"code": 400, "message": "m", "type": "t"}),
            json!({"error": {"message": "m", "code": 400}, "user_id": "u"}),
            json!([{"error": {"message": "m"}}]),
        ] {
            assert_eq!(message(&body).as_deref(), Some("m"), "{body}");
        }
    }

    #[test]
    fn r61b_a_list_of_refused_fields_names_them() {
        let refused = json!({"type": "extra_forbidden", "loc": ["body", "messages", 0, "name"], "msg": "no"});
        let body = json!({"detail": [refused, {"msg": "m"}]});
        assert_eq!(message(&body).as_deref(), Some("messages.0.name: no; m"));
    }
}
