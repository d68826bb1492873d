//! Runs bytes through the decoders, in any cut, and makes parts comparable.

use ductape_models::base_url::BaseUrl;
use ductape_models::catalog;
use ductape_models::chat::Accumulator;
use ductape_models::chat::Completion;
use ductape_models::chat::StreamPart;
use ductape_models::http::Headers;
use ductape_models::http::HttpHead;
use ductape_models::model::Api;
use ductape_models::model::Capabilities;
use ductape_models::model::ProviderId;
use ductape_models::providers::Provider;
use ductape_models::providers::provider;
use ductape_models::resolve::Field;
use ductape_models::resolve::KeySource;
use ductape_models::resolve::Layer;
use ductape_models::resolve::Resolved;
use ductape_models::resolve::Settings;
use ductape_models::sse::SseDecoder;
use ductape_models::sse::SseEvent;
use serde_json::Map;
use serde_json::Value;

/// The wire of `<provider>` or `<provider>.<api>`, the names of recordings' files and of fixtures' folders.
pub(crate) fn wire_named(name: &str) -> &'static dyn Provider {
    let (name, api) = name.split_once('.').unwrap_or((name, ""));
    let id = ProviderId::ALL.iter().find(|id| id.as_str() == name).expect("a known provider");
    let api = Api::ALL.iter().copied().find(|known| known.as_str() == api);
    let resolved = Resolved { api, ..resolved(*id, "m") };
    provider(&resolved, &catalog::facts(&resolved)).expect("a provider with a wire")
}

pub(crate) fn head(status: u64, headers: Option<&Map<String, Value>>) -> HttpHead {
    let pairs = headers.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    HttpHead { status: u16::try_from(status).unwrap(), headers: pairs.collect::<Headers>() }
}

/// The parts of a stream that arrives in these chunks.
pub(crate) fn stream(wire: &dyn Provider, head: &HttpHead, chunks: &[&[u8]]) -> Vec<StreamPart> {
    let mut events = SseDecoder::default();
    let mut decoder = wire.decoder(head);
    let mut parts = Vec::new();
    for chunk in chunks {
        events.feed(chunk, |event| decoder.feed(event, &mut parts)).unwrap();
    }
    events.finish(|event| decoder.feed(event, &mut parts));
    decoder.finish(&mut parts);
    check_frame(&parts);
    parts
}

/// Exactly one last part, at the end; the facts about the response before everything else, once.
fn check_frame(parts: &[StreamPart]) {
    let is_last = |part: &StreamPart| matches!(part, StreamPart::Error { .. } | StreamPart::Finish { .. });
    assert_eq!(parts.iter().filter(|part| is_last(part)).count(), 1, "{parts:?}");
    assert!(parts.last().is_some_and(is_last), "{parts:?}");
    let starts = parts.iter().positions(|part| matches!(part, StreamPart::ResponseStart { .. }));
    assert!(starts.iter().all(|position| *position == 0), "{parts:?}");
}

trait Positions<T> {
    fn positions(self, wanted: impl Fn(&T) -> bool) -> Vec<usize>;
}

impl<'a, T: 'a, I: Iterator<Item = &'a T>> Positions<T> for I {
    fn positions(self, wanted: impl Fn(&T) -> bool) -> Vec<usize> {
        self.enumerate().filter(|(_, item)| wanted(item)).map(|(position, _)| position).collect()
    }
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

/// Everything that a request needs and a call does not say; a custom model's server is a made-up one.
pub(crate) fn resolved(provider: ProviderId, model: &str) -> Resolved {
    let base_url =
        (!provider.is_hosted()).then(|| BaseUrl::parse("baseUrl", "https://llm.example", false).unwrap());
    Resolved {
        product: "shop".to_owned(),
        tag: Some("m".to_owned()),
        env: "prd".to_owned(),
        provider,
        model: field(Some(model.to_owned())),
        api: None,
        base_url,
        settings: Settings {
            temperature: field(None),
            max_tokens: field(None),
            top_p: field(None),
            stop_sequences: field(None),
            timeout: field(None),
        },
        key: KeySource::None,
        headers: Vec::new(),
        provider_options: Map::new(),
        capabilities: Capabilities::default(),
        rev: 1,
    }
}

pub(crate) fn field<T>(value: Option<T>) -> Field<T> {
    Field { value, source: Layer::Runtime, shadowed: Vec::new(), adjusted: None }
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
