//! Runs bytes through the decoders, in any cut, and makes parts comparable.

use ductape_models::chat::Accumulator;
use ductape_models::chat::Completion;
use ductape_models::chat::StreamPart;
use ductape_models::http::Headers;
use ductape_models::http::HttpHead;
use ductape_models::resolve::Settings;
use ductape_models::sse::SseDecoder;
use ductape_models::sse::SseEvent;
use serde_json::Map;
use serde_json::Value;

pub(crate) use testkit::wires::field;
pub(crate) use testkit::wires::resolved;
pub(crate) use testkit::wires::stream;
pub(crate) use testkit::wires::wire_named;

pub(crate) fn head(status: u64, headers: Option<&Map<String, Value>>) -> HttpHead {
    let pairs = headers.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    HttpHead { status: u16::try_from(status).unwrap(), headers: pairs.collect::<Headers>() }
}

pub(crate) fn json(parts: &[StreamPart]) -> Value {
    serde_json::to_value(parts).unwrap()
}

pub(crate) fn fold(parts: &[StreamPart]) -> Completion {
    let mut answer = Accumulator::default();
    parts.iter().for_each(|part| answer.push(part));
    answer.completion()
}

/// The events of these chunks.
pub(crate) fn events(chunks: &[&[u8]]) -> Vec<SseEvent> {
    let mut decoder = SseDecoder::default();
    let mut events = Vec::new();
    for chunk in chunks {
        decoder.feed(chunk, |event| events.push(event.clone())).unwrap();
    }
    decoder.finish(|event| events.push(event.clone()));
    events
}

/// The offsets at which an event is complete.
pub(crate) fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let mut decoder = SseDecoder::default();
    let mut boundaries = Vec::new();
    for (offset, byte) in bytes.iter().enumerate() {
        decoder.feed(&[*byte], |_| boundaries.push(offset + 1)).unwrap();
    }
    boundaries
}

/// Fills the five settings from an object with their public names.
pub(crate) fn set(settings: &mut Settings, given: &Value) {
    let count = |key: &str| given[key].as_u64().map(|n| u32::try_from(n).unwrap());
    settings.temperature = field(given["temperature"].as_f64());
    settings.max_tokens = field(count("maxTokens"));
    settings.top_p = field(given["topP"].as_f64());
    let words = |list: &Vec<Value>| list.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
    settings.stop_sequences = field(given["stopSequences"].as_array().map(words));
    settings.timeout = field(count("timeout"));
}
