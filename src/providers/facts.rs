//! Facts that every provider puts in response headers: who answered, what is left, when to come back.

use std::time::Duration;
use std::time::SystemTime;

use serde_json::Map;
use serde_json::Value;

use crate::chat::ResponseInfo;
use crate::http::Headers;
use crate::http::HttpHead;

/// The names under which a request's id comes.
const REQUEST_IDS: &[&str] = &["x-request-id", "request-id", "x-generation-id", "cf-ray"];

/// The provider's id of the request.
pub(super) fn request_id(headers: &Headers) -> Option<String> {
    REQUEST_IDS.iter().find_map(|name| headers.get(name)).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// How long the server asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, section
/// 10.2.3). A date is taken relative to the response's own `date`, so that no clock is needed.
pub(super) fn retry_after_ms(headers: &Headers) -> Option<u64> {
    if let Some(ms) = headers.get("retry-after-ms").and_then(non_negative) {
        return Some(whole(ms));
    }
    let value = headers.get("retry-after")?.trim();
    if let Some(seconds) = non_negative(value) {
        return Some(whole(seconds * 1000.0));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = headers.get("date").and_then(|date| httpdate::parse_http_date(date).ok())?;
    Some(u64::try_from(wait(now, until).as_millis()).unwrap_or(u64::MAX))
}

fn wait(now: SystemTime, until: SystemTime) -> Duration {
    until.duration_since(now).unwrap_or_default()
}

fn non_negative(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "finite and not negative; `as` saturates"
)]
fn whole(number: f64) -> u64 {
    number.ceil() as u64
}

/// What a completion says about its response. Only headers about identity and limits: others may hold cookies.
pub(super) fn response_info(head: &HttpHead, id: Option<String>, model: Option<String>) -> ResponseInfo {
    let kept = head.headers.iter().filter(|(name, _)| is_telling(name));
    let headers: Map<String, Value> = kept.map(|(name, value)| (name.to_owned(), value.into())).collect();
    ResponseInfo { id, model, request_id: request_id(&head.headers), headers }
}

fn is_telling(name: &str) -> bool {
    REQUEST_IDS.contains(&name)
        || name.starts_with("x-ratelimit-")
        || name.starts_with("anthropic-ratelimit-")
        || name.starts_with("x-trial-endpoint-call-")
        || matches!(name, "retry-after" | "retry-after-ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pairs: &[(&str, &str)]) -> Option<u64> {
        retry_after_ms(&pairs.iter().copied().collect())
    }

    #[test]
    fn r59_retry_after_in_all_its_forms() {
        let date = ("date", "Sun, 22 Nov 2026 20:00:00 GMT");
        assert_eq!(after(&[("retry-after", "2")]), Some(2000));
        assert_eq!(after(&[("retry-after", "0.5")]), Some(500));
        assert_eq!(after(&[("retry-after-ms", "1500.2"), ("retry-after", "9")]), Some(1501));
        assert_eq!(after(&[date, ("retry-after", "Sun, 22 Nov 2026 20:00:07 GMT")]), Some(7000));
        assert_eq!(after(&[date, ("retry-after", "Sun, 22 Nov 2026 19:00:00 GMT")]), Some(0));
        for nonsense in ["-1", "soon", "", "NaN", "inf"] {
            assert_eq!(after(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
    }

    #[test]
    fn only_headers_about_identity_and_limits_are_kept() {
        let headers = [("set-cookie", "a"), ("x-request-id", "r1"), ("x-ratelimit-limit-requests", "9")];
        let head = HttpHead { status: 200, headers: headers.into_iter().collect() };
        let info = response_info(&head, None, None);
        assert_eq!(info.request_id.as_deref(), Some("r1"));
        assert_eq!(info.headers.keys().collect::<Vec<_>>(), ["x-request-id", "x-ratelimit-limit-requests"]);
    }
}
