//! What providers send: events, streams, whole answers, errors.

use ductape_models::chat::Accumulator;
use ductape_models::chat::StreamPart;
use ductape_models::http::HttpHead;
use ductape_models::providers::Provider;
use ductape_models::sse::SseDecoder;
use ductape_models::sse::SseEvent;
use testkit::wires;

const WIRES: [&str; 8] = [
    "anthropic",
    "cohere",
    "custom",
    "custom.messages",
    "custom.responses",
    "google",
    "openai",
    "openai.responses",
];

const STATUSES: [u16; 8] = [0, 301, 400, 401, 403, 404, 429, 529];

/// Longest that an error may be as text: the provider's message is cut, and the rest is ours.
const MAX_ERROR: usize = 8192;

/// A number that is any, but the same for the same bytes: what a choice rests on.
fn sum(bytes: &[u8]) -> usize {
    bytes.iter().fold(17_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)))
}

/// The input in two chunks.
fn cut(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(sum(bytes) % (bytes.len() + 1))
}

/// One of the wires. All of them would read the same input eight times over.
fn any_wire(bytes: &[u8]) -> &'static dyn Provider {
    wires::wire_named(WIRES[sum(bytes) / 64 % WIRES.len()])
}

fn events(chunks: &[&[u8]]) -> Vec<SseEvent> {
    let mut decoder = SseDecoder::default();
    let mut seen = Vec::new();
    for chunk in chunks {
        let fed = decoder.feed(chunk, |event| seen.push(event.clone()));
        assert!(fed.is_ok(), "no input is as long as an event may be");
    }
    decoder.finish(|event| seen.push(event.clone()));
    seen
}

/// The cut of the bytes does not matter.
pub(crate) fn sse(bytes: &[u8]) {
    let (left, right) = cut(bytes);
    assert_eq!(events(&[bytes]), events(&[left, right]));
}

/// A stream ends exactly once, which [`wires::stream`] checks, and its cut does not matter.
pub(crate) fn stream(wire: &str, bytes: &[u8]) {
    let (wire, head) = (wires::wire_named(wire), HttpHead { status: 200, ..HttpHead::default() });
    let (left, right) = cut(bytes);
    let parts = wires::stream(wire, &head, &[left, right]);
    let mut answer = Accumulator::default();
    parts.iter().for_each(|part| answer.push(part));
    let _ = answer.completion();
    // Every eighth input, for the time it takes.
    if bytes.len().is_multiple_of(8) {
        let printed = |parts: &[StreamPart]| serde_json::to_string(parts).unwrap_or_default();
        assert_eq!(printed(&parts), printed(&wires::stream(wire, &head, &[bytes])));
    }
}

/// A body as a whole answer.
pub(crate) fn answer(bytes: &[u8]) {
    let head = HttpHead { status: 200, ..HttpHead::default() };
    let decoded = any_wire(bytes).decode(&head, bytes);
    assert!(decoded.map_or_else(|error| error.to_string().len() < MAX_ERROR, |_| true));
}

/// A body as an error: some message, of bounded length.
pub(crate) fn error_body(bytes: &[u8]) {
    let status = STATUSES[sum(bytes) % STATUSES.len()];
    let head = HttpHead { status, ..HttpHead::default() };
    let error = any_wire(bytes).decode_error(&head, bytes);
    let shown = error.to_string();
    assert!(!shown.is_empty() && shown.len() < MAX_ERROR, "{} bytes", shown.len());
    assert!(serde_json::to_string(&error.view()).is_ok_and(|view| view.len() < 2 * MAX_ERROR));
}
