//! One response, from its head to its last byte: redirects refused, errors decoded, sizes bounded. It knows HTTP and
//! the provider contract; it never repeats anything.

use super::ports::Body;
use super::ports::Transport;
use super::scrub::Scrubber;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;
use crate::providers::Provider;

/// The longest whole answer, in bytes, and the longest text of a streamed one.
pub(crate) const MAX_ANSWER_BYTES: usize = 64 << 20;
/// As much of an error's body, or of blank before an answer, as is read, in bytes.
const MAX_ERROR_BYTES: usize = 64 << 10;

/// Sends `request` and returns the head and body of a 2xx response.
///
/// # Errors
/// Those of the transport; `redirect_refused`; whatever the provider means by another status.
pub(super) async fn open<T: Transport>(
    transport: &T,
    request: HttpRequest,
    provider: &dyn Provider,
    scrubber: &Scrubber,
) -> Result<(HttpHead, T::Body)> {
    let (head, mut body) = transport.send(request).await?;
    if head.is_redirect() {
        return Err(redirect_refused(&head));
    }
    if head.is_success() {
        return Ok((head, body));
    }
    let bytes = beginning(&mut body, MAX_ERROR_BYTES).await;
    let (head, bytes) = scrubber.response(head, bytes);
    Err(provider.decode_error(&head, &bytes))
}

/// The whole body, appended to what was read of it already.
///
/// # Errors
/// Those of the transport; `limit_exceeded` beyond 64 MiB.
pub(super) async fn rest(mut bytes: Vec<u8>, body: &mut impl Body) -> Result<Vec<u8>> {
    let rest = body.rest(MAX_ANSWER_BYTES.saturating_sub(bytes.len())).await?;
    if bytes.len() + rest.len() > MAX_ANSWER_BYTES {
        return Err(too_long());
    }
    append(&mut bytes, rest);
    Ok(bytes)
}

/// The first chunk that says what kind of body this is; blank ones before it mean nothing and are dropped. Empty where
/// the body ends first.
///
/// # Errors
/// Those of the transport; `limit_exceeded` where nothing but white space comes.
pub(super) async fn opening(body: &mut impl Body) -> Result<Vec<u8>> {
    let mut blank = 0;
    while let Some(chunk) = body.chunk().await? {
        if first_byte(&chunk).is_some() {
            return Ok(chunk);
        }
        blank += chunk.len();
        if blank > MAX_ERROR_BYTES {
            return Err(too_long());
        }
    }
    Ok(Vec::new())
}

/// The bytes without a byte-order mark, which no JSON parser takes.
pub(super) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The first byte that is neither white space nor part of a byte-order mark.
pub(super) fn first_byte(bytes: &[u8]) -> Option<u8> {
    unmarked(bytes).iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// `bad_response` for a page where an answer should be: a proxy or a wrong base URL.
pub(super) fn refuse_page(head: &HttpHead, bytes: &[u8]) -> Result<()> {
    if first_byte(bytes) != Some(b'<') {
        return Ok(());
    }
    let message = "the server sent a web page where an answer should be; is the base URL right?";
    Err(Error::new(ErrorKind::BadResponse, message).with_status(head.status).with_retryable(false))
}

/// `limit_exceeded` for an answer that is too long to hold.
pub(super) fn too_long() -> Error {
    Error::new(ErrorKind::LimitExceeded, "the answer is longer than 64 MiB")
        .with("limitBytes", MAX_ANSWER_BYTES)
}

/// The first `limit` bytes; fewer where the body ends or breaks, because an error's status says the most anyway.
async fn beginning(body: &mut impl Body, limit: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < limit {
        let Ok(Some(chunk)) = body.chunk().await else { break };
        append(&mut bytes, chunk);
    }
    bytes.truncate(limit);
    bytes
}

/// Takes the chunk as it is where it is the first: most bodies come in one.
fn append(bytes: &mut Vec<u8>, chunk: Vec<u8>) {
    if bytes.is_empty() { *bytes = chunk } else { bytes.extend_from_slice(&chunk) }
}

fn redirect_refused(head: &HttpHead) -> Error {
    let message =
        "the server answered with a redirect, which is never followed: it would take the key elsewhere";
    let error = Error::new(ErrorKind::RedirectRefused, message).with_status(head.status);
    match head.redirected_to() {
        Some(origin) => error.with("location", origin),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_ignores_white_space_and_a_byte_order_mark() {
        assert_eq!(first_byte(b"\xef\xbb\xbf \r\n\t{"), Some(b'{'));
        assert_eq!(first_byte(b" \n"), None);
    }
}
