//! A failed response becomes an [`Error`]: what it says, in any of the shapes that providers use, and what that means.
//! One reader for all of them: servers that speak one provider's wire answer with another one's errors.

mod kind;
mod said;

use serde_json::Value;

use super::headers;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::http::HttpHead;
use kind::kind;
use said::Said;

/// Most bytes of the provider's own message that an error carries.
const MAX_MESSAGE_BYTES: usize = 2048;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Headers;

    fn failed(status: u16, body: &str, headers: &[(&str, &str)]) -> Error {
        let headers: Headers = headers.iter().copied().collect();
        error("custom", &HttpHead { status, headers }, body.as_bytes())
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
