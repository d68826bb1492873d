//! The one error type of the core. It knows stable codes and safe facts; it does not know keys, prompts or JavaScript.

use core::fmt;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

/// The result of every fallible operation of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $retryable:literal;)+) => {
        /// What went wrong, as a closed list. [`ErrorKind::code`] is the stable string that callers switch on.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $variant,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$variant,)+];

            /// The stable code, in `lower_snake` form.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(ErrorKind::$variant => $code,)+ }
            }

            /// Whether the same call may succeed when repeated unchanged, unless the error says otherwise.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self { $(ErrorKind::$variant => $retryable,)+ }
            }
        }
    };
}

error_kinds! {
    /// The caller aborted the call.
    Aborted = "aborted", false;
    /// The agent's entry for this environment is switched off.
    AgentEnvInactive = "agent_env_inactive", false;
    /// No agent has this tag.
    AgentNotFound = "agent_not_found", false;
    /// A record with this product and tag exists.
    AlreadyExists = "already_exists", false;
    /// The provider refused the API key.
    AuthFailed = "auth_failed", false;
    /// The provider refused the request as malformed.
    BadRequest = "bad_request", false;
    /// The provider's answer is not what its protocol promises.
    BadResponse = "bad_response", true;
    /// A direct provider call from a page without consent.
    BrowserRefused = "browser_refused", false;
    /// The record changed since it was read.
    Conflict = "conflict", true;
    /// The provider's filter stopped the answer.
    ContentFiltered = "content_filtered", false;
    /// The prompt does not fit the model's context.
    ContextLength = "context_length", false;
    /// The secure random source failed.
    EntropyUnavailable = "entropy_unavailable", true;
    /// The environment exists and is switched off.
    EnvInactive = "env_inactive", false;
    /// The model has no such environment.
    EnvNotFound = "env_not_found", false;
    /// Neither the call nor the constructor names what is needed.
    EnvRequired = "env_required", false;
    /// The base URL is plain http, not loopback, and was not allowed.
    InsecureBaseUrl = "insecure_base_url", false;
    /// A defect of this library.
    Internal = "internal", false;
    /// The API key holds a character that no header can carry.
    InvalidApiKey = "invalid_api_key", false;
    /// A field is missing, of the wrong type, or out of range.
    InvalidInput = "invalid_input", false;
    /// A key outside the five overridable settings.
    InvalidOverride = "invalid_override", false;
    /// Changing provider or origin needs the API key again.
    KeyReentryRequired = "key_reentry_required", false;
    /// A bound of this library was exceeded.
    LimitExceeded = "limit_exceeded", false;
    /// The stored envelope does not follow the grammar.
    MalformedEnvelope = "malformed_envelope", false;
    /// The environment has no API key and its provider needs one.
    MissingApiKey = "missing_api_key", false;
    /// No model has this tag.
    ModelNotFound = "model_not_found", false;
    /// The provider no longer serves this model id.
    ModelRetired = "model_retired", false;
    /// The connection failed.
    Network = "network", true;
    /// The provider does not know this model or path.
    NotFound = "not_found", false;
    /// The base URL's origin is not on the client's list.
    OriginNotAllowed = "origin_not_allowed", false;
    /// The provider is over capacity or failing.
    Overloaded = "overloaded", true;
    /// The API key may not do this.
    PermissionDenied = "permission_denied", false;
    /// The account has no credit or quota left.
    QuotaExceeded = "quota_exceeded", false;
    /// Too many requests for now.
    RateLimited = "rate_limited", true;
    /// The stored record fails its checksum or its schema.
    RecordCorrupt = "record_corrupt", false;
    /// The stored record was written by a newer version.
    RecordTooNew = "record_too_new", false;
    /// The provider answered with a redirect, which is never followed.
    RedirectRefused = "redirect_refused", false;
    /// The product key that this needs was retired.
    RetiredKey = "retired_key", false;
    /// The storage broke its contract.
    StorageContract = "storage_contract", false;
    /// The storage failed.
    StorageError = "storage_error", true;
    /// The envelope does not open: changed, moved, or sealed for another context.
    Tampered = "tampered", false;
    /// A deadline passed.
    Timeout = "timeout", true;
    /// A tool was called that has no handler in this process.
    ToolHandlerMissing = "tool_handler_missing", false;
    /// No key of the ring has the id that this needs.
    UnknownKey = "unknown_key", false;
    /// The model does not accept a parameter.
    UnsupportedParameter = "unsupported_parameter", false;
    /// The envelope's version is not known here.
    UnsupportedVersion = "unsupported_version", false;
}

/// An error with a stable code, a message made of fixed text and safe facts, and details as JSON.
///
/// ```
/// use ductape_models::{Error, ErrorKind};
/// let error = Error::invalid("temperature", "a number from 0 to 2");
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert_eq!(error.to_string(), "temperature: expected a number from 0 to 2");
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    retryable: bool,
    provider: Option<&'static str>,
    status: Option<u16>,
    request_id: Option<String>,
    retry_after_ms: Option<u64>,
    cause: Option<String>,
    details: Map<String, Value>,
}

impl Error {
    /// An error of `kind`. The message must never carry a key, a prompt or a foreign error's text.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::of(kind, message.into())
    }

    #[inline(never)]
    fn of(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            retryable: kind.retryable(),
            provider: None,
            status: None,
            request_id: None,
            retry_after_ms: None,
            cause: None,
            details: Map::new(),
        }))
    }

    /// `invalid_input` for the field at `path`, saying what was `expected`; the value given is not repeated.
    #[must_use]
    pub fn invalid(path: &str, expected: impl AsRef<str>) -> Self {
        Self::expected(path, expected.as_ref())
    }

    #[inline(never)]
    fn expected(path: &str, expected: &str) -> Self {
        Self::of(ErrorKind::InvalidInput, [path, ": expected ", expected].concat())
            .with("field", path)
            .with("expected", expected)
    }

    /// Adds one safe fact to `details`.
    #[must_use]
    pub fn with(self, key: &'static str, value: impl Into<Value>) -> Self {
        self.with_value(key, value.into())
    }

    #[inline(never)]
    fn with_value(mut self, key: &'static str, value: Value) -> Self {
        self.0.details.insert(key.to_owned(), value);
        self
    }

    /// The same error, known better: what it was taken for turned out to be of this kind.
    #[must_use]
    pub(crate) fn known_as(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Names the provider that answered.
    #[must_use]
    pub fn with_provider(mut self, provider: &'static str) -> Self {
        self.0.provider = Some(provider);
        self
    }

    /// Records the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Records the provider's id of the request.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// Records how long the provider asks to wait, in milliseconds.
    #[must_use]
    pub fn with_retry_after_ms(mut self, ms: Option<u64>) -> Self {
        self.0.retry_after_ms = ms;
        self
    }

    /// Overrides the kind's verdict on repeating the call.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Keeps a short, scrubbed text of what a port reported.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Passes every text of foreign origin through `change`: message, cause, request id and the details, keys and
    /// values at any depth. For removing secrets just before an error leaves.
    #[must_use]
    pub fn map_text(mut self, change: &dyn Fn(&str) -> Option<String>) -> Self {
        let inner = &mut *self.0;
        map(&mut inner.message, change);
        inner.cause.iter_mut().chain(&mut inner.request_id).for_each(|text| map(text, change));
        inner.details.values_mut().for_each(|value| map_value(value, change));
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code; the same as `kind().code()`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// Whether the same call may succeed when repeated.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// The HTTP status, where a provider answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How long the provider asks to wait, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.0.retry_after_ms
    }

    /// One detail by name.
    #[must_use]
    pub fn detail(&self, key: &str) -> Option<&Value> {
        self.0.details.get(key)
    }

    /// The path of the field that `invalid_input` and its like are about.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.detail("field").and_then(Value::as_str)
    }

    /// The plain form that crosses the border.
    #[must_use]
    pub fn view(&self) -> ErrorView<'_> {
        let inner = &self.0;
        ErrorView {
            code: inner.kind.code(),
            message: &inner.message,
            retryable: inner.retryable,
            provider: inner.provider,
            status: inner.status,
            request_id: inner.request_id.as_deref(),
            retry_after_ms: inner.retry_after_ms,
            cause: inner.cause.as_deref(),
            details: &inner.details,
        }
    }
}

fn map(text: &mut String, change: &dyn Fn(&str) -> Option<String>) {
    if let Some(changed) = change(text) {
        *text = changed;
    }
}

/// Passes every text of `value` through `change`, the names of fields included, at any depth.
pub(crate) fn map_value(value: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| map_value(item, change)),
        Value::Object(fields) => {
            for (mut key, mut value) in core::mem::take(fields) {
                map(&mut key, change);
                map_value(&mut value, change);
                fields.insert(key, value);
            }
        }
        Value::String(text) => map(text, change),
        Value::Bool(_) | Value::Null | Value::Number(_) => {}
    }
}

/// An [`Error`] as plain data, for serialization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorView<'a> {
    code: &'static str,
    message: &'a str,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    details: &'a Map<String, Value>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("code", &self.code()).field("message", &self.0.message);
        if !self.0.details.is_empty() {
            out.field("details", &self.0.details);
        }
        out.finish_non_exhaustive()
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_lower_snake() {
        let mut seen = std::collections::BTreeSet::new();
        for kind in ErrorKind::ALL {
            let code = kind.code();
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
            assert!(seen.insert(code), "{code} twice");
        }
    }

    #[test]
    fn a_view_carries_only_what_is_set() {
        let error =
            Error::new(ErrorKind::RateLimited, "slow down").with_status(429).with_retry_after_ms(Some(1500));
        let json = serde_json::to_value(error.view()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"code": "rate_limited", "message": "slow down", "retryable": true,
                "status": 429, "retryAfterMs": 1500, "details": {}})
        );
    }
}
