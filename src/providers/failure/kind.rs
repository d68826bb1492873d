//! Decides what an error is, from what the response says and its status.

use super::said::Said;
use crate::error::ErrorKind;

/// What the error is. Words come before the status: servers pick statuses loosely, and a spent quota is a 429.
pub(super) fn kind(status: u16, said: &Said) -> ErrorKind {
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
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    #[test]
    fn r59_words_win_over_statuses() {
        let of = |status, body: &Value| super::kind(status, &Said::of(body).unwrap());
        let kind = |status, code: &str| of(status, &json!({"error": {"code": code}}));
        assert_eq!(kind(429, "insufficient_quota"), ErrorKind::QuotaExceeded);
        assert_eq!(kind(400, "context_length_exceeded"), ErrorKind::ContextLength);
        assert_eq!(kind(400, "content_filter"), ErrorKind::ContentFiltered);
        assert_eq!(kind(400, "model_not_found"), ErrorKind::NotFound);
        assert_eq!(kind(400, "unsupported_parameter"), ErrorKind::UnsupportedParameter);
        assert_eq!(kind(400, "invalid_api_key"), ErrorKind::AuthFailed);
        assert_eq!(kind(400, "model_decommissioned"), ErrorKind::ModelRetired);
        let class = json!({"error": {"type": "exceed_context_size_error", "message": "m"}});
        assert_eq!(of(400, &class), ErrorKind::ContextLength);
        let jinja = json!({"error": {"code": 500, "message": "tools param requires --jinja flag"}});
        assert_eq!(of(500, &jinja), ErrorKind::BadRequest);
    }
}
