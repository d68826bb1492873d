//! What providers say in response headers: the request's id, the limits, and how long to wait.

use serde_json::Map;
use serde_json::Value;

use crate::chat::ResponseInfo;
use crate::http::Headers;
use crate::http::HttpHead;

/// The provider's id of the request.
pub(in crate::providers) fn request_id(headers: &Headers) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-generation-id", "x-debug-trace-id"];
    names.iter().find_map(|name| headers.get(name)).map(str::to_owned)
}

/// The headers that callers see: ids of the request and limits, nothing else.
fn exposed(headers: &Headers) -> Map<String, Value> {
    let wanted = headers.iter().filter(|(name, _)| is_exposed(name));
    wanted.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect()
}

/// The facts about a response: its ids, the model that answered, and the headers that callers see.
pub(in crate::providers) fn info(head: &HttpHead, id: Option<&str>, model: Option<&str>) -> ResponseInfo {
    ResponseInfo {
        id: id.map(str::to_owned),
        model: model.map(str::to_owned),
        request_id: request_id(&head.headers),
        headers: exposed(&head.headers),
    }
}

fn is_exposed(name: &str) -> bool {
    let ids = ["request-id", "x-request-id", "x-generation-id", "x-debug-trace-id"];
    let limits = [
        "ratelimit-",
        "x-ratelimit-",
        "anthropic-ratelimit-",
        "x-trial-endpoint-call-",
        "x-gemini-service-tier",
    ];
    ids.contains(&name) || limits.iter().any(|prefix| name.starts_with(prefix))
}

/// How long the provider asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date
/// (RFC 9110, section 10.2.3), which is counted from `now_ms` (milliseconds since 1970; by default the response's own
/// `date`). `None` where nothing usable is said; look at it only where the call failed.
///
/// ```
/// use ductape_models::http::Headers;
/// use ductape_models::providers::retry_after;
/// let headers: Headers = [("retry-after", "1.5")].into_iter().collect();
/// assert_eq!(retry_after(&headers, None), Some(1500));
/// ```
#[must_use]
pub fn retry_after(headers: &Headers, now_ms: Option<u64>) -> Option<u64> {
    // Azure sends `retry-after-ms: 0` beside `retry-after: 1` (recorded): a wait of nothing says nothing.
    let ms = headers.get("retry-after-ms").and_then(|text| millis(text, 1)).filter(|ms| *ms > 0);
    ms.or_else(|| {
        let text = headers.get("retry-after")?;
        millis(text, 1000).or_else(|| until(text, now_ms.or_else(|| date_ms(headers.get("date")?))?))
    })
}

/// A duration as Google writes it, for example `34.4s`, in milliseconds.
pub(in crate::providers) fn seconds(text: &str) -> Option<u64> {
    millis(text.strip_suffix('s')?, 1000)
}

fn millis(text: &str, unit: u64) -> Option<u64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if whole.len() + part.len() == 0 || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Six digits of a fraction are a thousandth of a millisecond; what is beyond them cannot matter.
    let thousandths = format!("{part:0<6.6}").parse::<u64>().ok()?;
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let ms = whole.checked_mul(unit)?.checked_add((thousandths * unit).div_ceil(1_000_000))?;
    (ms < 9_007_199_254_740_992).then_some(ms)
}

fn until(date: &str, now_ms: u64) -> Option<u64> {
    date_ms(date).map(|then| then.saturating_sub(now_ms))
}

fn date_ms(text: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(text.trim()).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(pairs: &[(&str, &str)], now_ms: Option<u64>) -> Option<u64> {
        retry_after(&pairs.iter().copied().collect(), now_ms)
    }

    #[test]
    fn r59_every_form_of_waiting_is_read() {
        assert_eq!(wait(&[("retry-after-ms", "250"), ("retry-after", "9")], None), Some(250));
        assert_eq!(wait(&[("retry-after-ms", "0"), ("retry-after", "1")], None), Some(1000));
        assert_eq!(wait(&[("retry-after-ms", "x"), ("retry-after", " 2 ")], None), Some(2000));
        let date = ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait(&[date], Some(784_111_770_000)), Some(7000));
        assert_eq!(wait(&[("retry-after", "1.5")], None), Some(1500));
        assert_eq!(wait(&[("retry-after", ".0001")], None), Some(1));
        assert_eq!(wait(&[("retry-after-ms", "12.001")], None), Some(13));
        assert_eq!(wait(&[date], Some(784_111_780_000)), Some(0));
        assert_eq!(wait(&[date, ("date", "Sun, 06 Nov 1994 08:49:30 GMT")], None), Some(7000));
    }

    #[test]
    fn r59_googles_delay_is_read() {
        assert_eq!(
            (seconds("34.4s"), seconds("1s"), seconds("34.4"), seconds("soons")),
            (Some(34_400), Some(1000), None, None)
        );
    }

    #[test]
    fn r59_nonsense_is_no_wait() {
        for bad in ["", "-1", "NaN", "inf", "1e300", "soon"] {
            assert_eq!(wait(&[("retry-after", bad)], Some(0)), None, "{bad}");
        }
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], None), None);
    }

    #[test]
    fn only_ids_and_limits_are_shown() {
        let headers: Headers =
            [("X-Request-Id", "r"), ("set-cookie", "s"), ("x-ratelimit-limit-requests", "5")]
                .into_iter()
                .collect();
        let shown = exposed(&headers);
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["x-request-id", "x-ratelimit-limit-requests"]);
        assert_eq!(request_id(&headers).as_deref(), Some("r"));
    }
}
