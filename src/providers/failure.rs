//! A failed response becomes an [`Error`]: what it says, in any of the shapes that providers use, and what that means.
//! One reader for all of them: servers that speak one provider's wire answer with another one's errors.

use serde_json::Value;

use super::headers;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::http::HttpHead;
use crate::json;

/// Most bytes of the provider's own message that an error carries.
const MAX_MESSAGE_BYTES: usize = 2048;

/// Most characters that are told of a body that is no JSON: it is not known to be a message at all.
const MAX_LINE_CHARS: usize = 200;

/// The error that a response outside 200 to 299 means.
pub(in crate::providers) fn error(provider: &'static str, head: &HttpHead, body: &[u8]) -> Error {
    if head.is_redirect() {
        return redirect(provider, head);
    }
    let text = String::from_utf8_lossy(body);
    let said = Said::read(text.trim()).unwrap_or_else(|| Said::plain(text.trim()));
    build(provider, head, head.status, &said)
}

/// The error that stands in an answer's own JSON, under a 2xx status; `None` where there is none.
pub(in crate::providers) fn in_answer(
    provider: &'static str,
    head: &HttpHead,
    answer: &Value,
) -> Option<Error> {
    let said = Said::of(answer.as_array().and_then(|list| list.first()).unwrap_or(answer))?;
    Some(build(provider, head, said.status.unwrap_or(0), &said))
}

/// The error under a 2xx status, or `bad_response`.
pub(in crate::providers) fn not_an_answer(provider: &'static str, head: &HttpHead, answer: &Value) -> Error {
    in_answer(provider, head, answer).unwrap_or_else(|| unreadable(provider, head))
}

/// The error that an event named `error` means; its data need not be JSON.
pub(in crate::providers) fn in_event(provider: &'static str, head: &HttpHead, text: &str) -> Error {
    let said = Said::read(text).unwrap_or_else(|| Said::plain(text));
    build(provider, head, said.status.unwrap_or(0), &said)
}

/// `bad_response`: what came under a 2xx status is not this wire's JSON.
pub(in crate::providers) fn unreadable(provider: &'static str, head: &HttpHead) -> Error {
    Error::new(
        ErrorKind::BadResponse,
        format!("{provider} answered with something that is not its wire's JSON"),
    )
    .with_provider(provider)
    .with_status(head.status)
    .with_request_id(headers::request_id(&head.headers))
}

/// Whether the value of an `error` field says that there is one: some servers always send the field.
pub(in crate::providers) fn is_error(value: &Value) -> bool {
    match value {
        Value::Array(list) => !list.is_empty(),
        Value::Bool(failed) => *failed,
        Value::Null => false,
        Value::Number(code) => code.as_f64() != Some(0.0),
        Value::Object(map) => !map.is_empty(),
        Value::String(text) => !text.is_empty(),
    }
}

/// Only the origin of where it led is told: the rest may carry what the request carried.
fn redirect(provider: &'static str, head: &HttpHead) -> Error {
    let message = format!("{provider} answered with a redirect, which is never followed");
    let error =
        Error::new(ErrorKind::RedirectRefused, message).with_provider(provider).with_status(head.status);
    match head.redirected_to() {
        Some(origin) => error.with("location", origin),
        None => error,
    }
}

/// What a failed response says.
#[derive(Debug, Default)]
struct Said {
    message: Option<String>,
    /// The `code`, where it is a word.
    code: Option<String>,
    /// The `type`, Cohere's `error_type`, Google's `status`.
    class: Option<String>,
    /// Google's `reason`, which tells a bad key from a bad request.
    reason: Option<String>,
    param: Option<String>,
    request_id: Option<String>,
    /// Google's `retryDelay`, in milliseconds.
    wait_ms: Option<u64>,
    /// The status that the body itself names.
    status: Option<u16>,
}

impl Said {
    /// Reads JSON; `None` where it is none, or says nothing of an error.
    fn read(text: &str) -> Option<Self> {
        let value = json::parse(text)?;
        Self::of(value.as_array().and_then(|list| list.first()).unwrap_or(&value))
    }

    fn of(value: &Value) -> Option<Self> {
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
    fn plain(text: &str) -> Self {
        let readable = !text.is_empty() && !text.starts_with('<') && !text.contains(['\0', '\u{FFFD}']);
        Self { message: readable.then(|| text.chars().take(MAX_LINE_CHARS).collect()), ..Self::default() }
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        let is = |word: &Option<String>| word.as_deref().is_some_and(|word| words.contains(&word));
        is(&self.code) || is(&self.class) || is(&self.reason)
    }

    fn mentions(&self, phrases: &[&str]) -> bool {
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

fn build(provider: &'static str, head: &HttpHead, status: u16, said: &Said) -> Error {
    let kind = kind(status, said);
    let retryable = match head.headers.get("x-should-retry") {
        // An empty account stays empty, whatever the server advises.
        _ if kind == ErrorKind::QuotaExceeded => false,
        Some("false") => false,
        Some("true") => true,
        _ => kind.retryable() && status != 501,
    };
    // Under 200 there is no retry-after to honour: 31 recorded successes carry one.
    let asked = if head.is_success() { None } else { headers::retry_after(&head.headers, None) };
    let wait = asked.or(said.wait_ms);
    let error = Error::new(kind, sentence(provider, status, said))
        .with_provider(provider)
        .with_status(if head.is_success() && status != 0 { status } else { head.status })
        .with_request_id(headers::request_id(&head.headers).or_else(|| said.request_id.clone()))
        .with_retryable(retryable)
        .with_retry_after_ms(wait);
    with_facts(error, said)
}

fn with_facts(error: Error, said: &Said) -> Error {
    let message = said.message.as_deref().map(cut);
    let facts = [
        ("providerMessage", message),
        ("providerCode", said.code.as_deref().map(cut)),
        ("providerType", said.class.as_deref().map(cut)),
        ("providerReason", said.reason.as_deref().map(cut)),
        ("param", said.param.as_deref().map(cut)),
    ];
    facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name, fact?)))
        .fold(error, |error, (name, fact)| error.with(name, fact))
}

fn sentence(provider: &'static str, status: u16, said: &Said) -> String {
    let mut text = format!("{provider} failed");
    if status != 0 {
        text = format!("{provider} answered {status}");
    }
    if let Some(message) = &said.message {
        text.push_str(": ");
        text.push_str(cut(message));
    }
    text
}

/// The text's first [`MAX_MESSAGE_BYTES`], cut between characters.
fn cut(text: &str) -> &str {
    let longest = MAX_MESSAGE_BYTES.min(text.len());
    (0..=longest).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// What the error is. Words come before the status: servers pick statuses loosely, and a spent quota is a 429.
fn kind(status: u16, said: &Said) -> ErrorKind {
    let refused = matches!(status, 0 | 400 | 404 | 410 | 413 | 422 | 500);
    if is_quota(status, said) {
        ErrorKind::QuotaExceeded
    } else if refused && is_context_length(said) {
        ErrorKind::ContextLength
    } else if said.is_one_of(&["content_filter", "content_policy_violation", "moderation_blocked"]) {
        ErrorKind::ContentFiltered
    } else if refused && is_retired(said) {
        ErrorKind::ModelRetired
    } else if said.is_one_of(&["model_not_found"]) {
        ErrorKind::NotFound
    } else if said.is_one_of(&["unsupported_parameter"]) || said.mentions(&["unsupported parameter:"]) {
        ErrorKind::UnsupportedParameter
    } else if matches!(status, 0 | 400) && is_key_refused(said) {
        ErrorKind::AuthFailed
    } else if status == 500 && is_callers_mistake(said) {
        ErrorKind::BadRequest
    } else if status == 0 {
        by_words(said)
    } else {
        by_status(status)
    }
}

fn is_quota(status: u16, said: &Said) -> bool {
    let words = [
        "insufficient_quota",
        "billing_hard_limit_reached",
        "insufficient_balance",
        "credits_exhausted",
        "billing_error",
        // Anthropic's 429s that no wait cures.
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
    ];
    status == 402 || said.is_one_of(&words)
}

fn is_context_length(said: &Said) -> bool {
    let words =
        ["context_length_exceeded", "exceed_context_size_error", "too_many_prompt_tokens", "TOO_MANY_TOKENS"];
    let phrases = [
        "maximum context length",
        "max context length",
        "prompt is too long",
        "prompt too long",
        "context window",
        "available context size",
        "exceeds the maximum number of tokens",
        "exceed context limit",
    ];
    said.is_one_of(&words) || said.mentions(&phrases)
}

fn is_retired(said: &Said) -> bool {
    said.is_one_of(&["model_decommissioned", "model_deprecated", "model_retired"])
        || said.mentions(&["model has been deprecated", "has been decommissioned", "model has been retired"])
}

fn is_key_refused(said: &Said) -> bool {
    said.is_one_of(&["invalid_api_key", "authentication_error", "API_KEY_INVALID"])
        || said.mentions(&["incorrect api key", "invalid api key", "api key not valid"])
}

/// llama.cpp answers 500 to requests that can never succeed (measured 2026-11).
fn is_callers_mistake(said: &Said) -> bool {
    said.mentions(&["--jinja", "mmproj", "image input is not supported", "failed to parse", "parse_error"])
        || said.is_one_of(&["invalid_request_error"])
}

/// An error in an answer of its own, with no status anywhere: its class decides, and a failure while generating is the
/// server's where it says nothing.
fn by_words(said: &Said) -> ErrorKind {
    let classes: &[(&[&str], ErrorKind)] = &[
        (
            &[
                "invalid_request_error",
                "invalid_request",
                "bad_request",
                "invalid_prompt",
                "INVALID_ARGUMENT",
            ],
            ErrorKind::BadRequest,
        ),
        (&["not_found_error", "not_found", "NOT_FOUND"], ErrorKind::NotFound),
        (
            &["permission_error", "permission_denied", "forbidden", "PERMISSION_DENIED"],
            ErrorKind::PermissionDenied,
        ),
        (
            &["rate_limit_error", "rate_limit_exceeded", "rate_limited", "RESOURCE_EXHAUSTED"],
            ErrorKind::RateLimited,
        ),
        (&["timeout", "timeout_error", "TIMEOUT", "DEADLINE_EXCEEDED"], ErrorKind::Timeout),
        (&["authentication_error", "UNAUTHENTICATED"], ErrorKind::AuthFailed),
    ];
    classes.iter().find(|(words, _)| said.is_one_of(words)).map_or(ErrorKind::Overloaded, |(_, kind)| *kind)
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        // Cohere's 498 is an invalid token.
        401 | 498 => ErrorKind::AuthFailed,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        408 | 504 => ErrorKind::Timeout,
        410 => ErrorKind::ModelRetired,
        429 => ErrorKind::RateLimited,
        // 409 is a lock at the provider that frees itself, and `conflict` is this library's own word for storage.
        409 => ErrorKind::Overloaded,
        status if status >= 500 => ErrorKind::Overloaded,
        _ => ErrorKind::BadRequest,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Headers;

    fn failed(status: u16, body: &str, headers: &[(&str, &str)]) -> Error {
        let headers: Headers = headers.iter().copied().collect();
        error("custom", &HttpHead { status, headers }, body.as_bytes())
    }

    fn message(body: &Value) -> Option<String> {
        let error = failed(418, &body.to_string(), &[]);
        error.detail("providerMessage").and_then(Value::as_str).map(str::to_owned)
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

    #[test]
    fn r59_statuses_have_kinds_and_verdicts() {
        let rows: &[(u16, ErrorKind, bool)] = &[
            (400, ErrorKind::BadRequest, false),
            (401, ErrorKind::AuthFailed, false),
            (402, ErrorKind::QuotaExceeded, false),
            (403, ErrorKind::PermissionDenied, false),
            (404, ErrorKind::NotFound, false),
            (408, ErrorKind::Timeout, true),
            (409, ErrorKind::Overloaded, true),
            (422, ErrorKind::BadRequest, false),
            (429, ErrorKind::RateLimited, true),
            (500, ErrorKind::Overloaded, true),
            (501, ErrorKind::Overloaded, false),
            (503, ErrorKind::Overloaded, true),
            (529, ErrorKind::Overloaded, true),
        ];
        for (status, kind, retryable) in rows {
            let error = failed(*status, "", &[("x-request-id", "r")]);
            assert_eq!((error.kind(), error.retryable(), error.status()), (*kind, *retryable, Some(*status)));
        }
    }

    #[test]
    fn r59_words_win_over_statuses() {
        let kind =
            |status, code: &str| failed(status, &json!({"error": {"code": code}}).to_string(), &[]).kind();
        assert_eq!(kind(429, "insufficient_quota"), ErrorKind::QuotaExceeded);
        assert_eq!(kind(400, "context_length_exceeded"), ErrorKind::ContextLength);
        assert_eq!(kind(400, "content_filter"), ErrorKind::ContentFiltered);
        assert_eq!(kind(400, "model_not_found"), ErrorKind::NotFound);
        assert_eq!(kind(400, "unsupported_parameter"), ErrorKind::UnsupportedParameter);
        assert_eq!(kind(400, "invalid_api_key"), ErrorKind::AuthFailed);
        assert_eq!(kind(400, "model_decommissioned"), ErrorKind::ModelRetired);
        let class = json!({"error": {"type": "exceed_context_size_error", "message": "m"}}).to_string();
        assert_eq!(failed(400, &class, &[]).kind(), ErrorKind::ContextLength);
        let jinja =
            json!({"error": {"code": 500, "message": "tools param requires --jinja flag"}}).to_string();
        assert_eq!(failed(500, &jinja, &[]).kind(), ErrorKind::BadRequest);
    }

    #[test]
    fn r59_the_server_has_the_last_word_on_repeating() {
        assert!(failed(400, "", &[("x-should-retry", "true")]).retryable());
        let error = failed(429, "", &[("x-should-retry", "false"), ("retry-after", "2")]);
        assert_eq!((error.retryable(), error.retry_after_ms()), (false, Some(2000)));
    }

    #[test]
    fn r40_a_redirect_tells_the_origin_only() {
        let error = failed(307, "", &[("location", "https://u:p@evil.example:8443/a?key=SECRET#f")]);
        assert_eq!(error.kind(), ErrorKind::RedirectRefused);
        assert_eq!(error.detail("location"), Some(&json!("https://evil.example:8443")));
        assert!(!format!("{error:?}").contains("SECRET"));
        assert_eq!(failed(0, "", &[]).kind(), ErrorKind::RedirectRefused);
        assert_eq!(failed(302, "", &[("location", "/login")]).detail("location"), None);
    }

    #[test]
    fn pages_and_bytes_are_not_quoted() {
        for body in ["<html><body>502</body></html>", "", "\u{FFFD}PNG"] {
            assert_eq!(failed(502, body, &[]).detail("providerMessage"), None, "{body}");
        }
        assert_eq!(failed(404, "File Not Found", &[]).to_string(), "custom answered 404: File Not Found");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let text = format!("x{}", "é".repeat(3000));
        let error = failed(400, &json!({"error": text}).to_string(), &[]);
        let kept = error.detail("providerMessage").and_then(Value::as_str).unwrap();
        assert_eq!(kept.len(), 2047);
    }

    #[test]
    fn r60_an_error_in_an_answer_has_its_own_status() {
        let head = HttpHead { status: 200, headers: [("retry-after", "5")].into_iter().collect() };
        let kind =
            |body: Value| in_answer("custom", &head, &body).map(|error| (error.kind(), error.status()));
        let groq = json!({"error": {"message": "m", "type": "invalid_request_error", "status_code": 400}});
        assert_eq!(kind(groq), Some((ErrorKind::BadRequest, Some(400))));
        assert_eq!(
            kind(json!({"error": {"message": "m", "code": 500}})),
            Some((ErrorKind::Overloaded, Some(500)))
        );
        assert_eq!(kind(json!({"error": "gone"})), Some((ErrorKind::Overloaded, Some(200))));
        assert_eq!(kind(json!({"error": {}, "a": 1})), None);
        let error = in_answer("custom", &head, &json!({"error": "x"})).unwrap();
        assert_eq!(error.retry_after_ms(), None);
    }
}
