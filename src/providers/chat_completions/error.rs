//! What a failed response means. Bodies differ from server to server; statuses and a few words in them do not.

use serde_json::Value;

use super::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::http::Headers;
use crate::http::HttpHead;
use crate::providers::facts;

/// Longest text of a provider that an error keeps, in bytes.
const MAX_TEXT: usize = 2048;

/// The error that a response other than 2xx means.
pub(in crate::providers) fn decode_error(dialect: Dialect, head: &HttpHead, body: &[u8]) -> Error {
    if head.status == 0 || (300..400).contains(&head.status) {
        return redirect(dialect, head);
    }
    let report = serde_json::from_slice(body).map(|value| Report::read(&value)).unwrap_or_default();
    build(dialect, head, head.status, report)
}

/// The error that a body carries although the status said 200: a whole answer, or an event of a stream.
pub(super) fn error_inside(dialect: Dialect, head: &HttpHead, value: &Value) -> Option<Error> {
    let error = value.get("error").filter(|error| !error.is_null())?;
    let report = Report::read(value);
    let inner = |key| error.get(key).or_else(|| value.get(key)).and_then(Value::as_u64);
    let status = [inner("status_code"), inner("code"), inner("status")].into_iter().flatten();
    let status = status.filter_map(|code| u16::try_from(code).ok()).find(|code| (400..600).contains(code));
    Some(build(dialect, head, status.unwrap_or(500), report))
}

fn redirect(dialect: Dialect, head: &HttpHead) -> Error {
    let message =
        "the provider answered with a redirect, which is never followed: it could carry the key elsewhere";
    let error = Error::new(ErrorKind::RedirectRefused, message).with_provider(dialect.provider.as_str());
    match head.headers.get("location").and_then(origin) {
        Some(origin) => error.with_status(head.status).with("locationOrigin", origin),
        None => error.with_status(head.status),
    }
}

/// Scheme and authority of an absolute address, without what may be a credential.
fn origin(location: &str) -> Option<String> {
    let (scheme, rest) = location.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some([scheme, "://", host].concat())
}

/// What a body says about the failure, wherever it says it.
#[derive(Debug, Default)]
struct Report {
    message: Option<String>,
    code: Option<String>,
    kind: Option<String>,
    param: Option<String>,
}

impl Report {
    /// Shapes: `{error: {message, type, code, param}}`, `{error: "text"}`, `{detail: "text"}`, `{message, code, type}`,
    /// `{code, error: "text"}`, each perhaps in a list.
    fn read(value: &Value) -> Self {
        let value = value.as_array().and_then(|items| items.first()).unwrap_or(value);
        let error = value.get("error").filter(|error| !error.is_null());
        let inner = error.filter(|error| error.is_object()).unwrap_or(value);
        let said = [inner.get("message"), error, value.get("detail"), value.get("message")];
        Self {
            message: said.into_iter().flatten().find_map(text),
            code: inner.get("code").or_else(|| value.get("code")).and_then(text),
            kind: inner.get("type").or_else(|| value.get("type")).and_then(text),
            param: inner.get("param").and_then(text),
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        let fields = [&self.code, &self.kind];
        fields.into_iter().flatten().any(|field| words.contains(&field.as_str()))
    }

    fn mentions(&self, phrases: &[&str]) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(cut(text)),
        _ => None,
    }
}

fn cut(text: &str) -> String {
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

fn build(dialect: Dialect, head: &HttpHead, status: u16, report: Report) -> Error {
    let kind = kind(status, &report);
    let mut error = Error::new(kind, message(dialect, status, kind, &report))
        .with_provider(dialect.provider.as_str())
        .with_status(status)
        .with_request_id(facts::request_id(&head.headers))
        .with_retry_after_ms(facts::retry_after_ms(&head.headers))
        .with_retryable(retryable(kind, status, &head.headers));
    let details = [
        ("providerCode", report.code),
        ("providerMessage", report.message),
        ("providerType", report.kind),
        ("param", report.param),
    ];
    for (name, value) in details {
        if let Some(value) = value {
            error = error.with(name, value);
        }
    }
    error
}

fn message(dialect: Dialect, status: u16, kind: ErrorKind, report: &Report) -> String {
    let said = report.message.as_deref().unwrap_or("it gave no reason that could be read");
    format!("{} answered {status} ({}): {said}", dialect.provider.as_str(), kind.code())
}

fn kind(status: u16, report: &Report) -> ErrorKind {
    if is_context_length(report) {
        return ErrorKind::ContextLength;
    }
    if status == 402
        || report.says(&["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"])
    {
        return ErrorKind::QuotaExceeded;
    }
    if report.says(&["content_filter", "content_policy_violation"]) {
        return ErrorKind::ContentFiltered;
    }
    if report.says(&["unsupported_parameter"]) {
        return ErrorKind::UnsupportedParameter;
    }
    if report.says(&["model_not_found"]) {
        return ErrorKind::NotFound;
    }
    by_status(status)
}

fn is_context_length(report: &Report) -> bool {
    const WORDS: &[&str] =
        &["context_length_exceeded", "exceed_context_size_error", "too_many_prompt_tokens"];
    const PHRASES: &[&str] = &[
        "exceeds the maximum number of tokens",
        "max context length",
        "maximum context length",
        "prompt is too long",
        "prompt too long",
    ];
    report.says(WORDS) || report.mentions(PHRASES)
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::AuthFailed,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        // A conflict at the provider passes, unlike one in a store.
        409 | 429 => ErrorKind::RateLimited,
        410 => ErrorKind::ModelRetired,
        500.. => ErrorKind::Overloaded,
        _ => ErrorKind::BadRequest,
    }
}

/// The server's own word first; quota never, whatever it says: repeating does not pay the bill.
fn retryable(kind: ErrorKind, status: u16, headers: &Headers) -> bool {
    if kind == ErrorKind::QuotaExceeded {
        return false;
    }
    match headers.get("x-should-retry") {
        Some("true") => true,
        Some("false") => false,
        _ => kind.retryable() && status != 501,
    }
}
