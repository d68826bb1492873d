//! The providers' decoders by name, and what they need to run without a client.

use std::sync::OnceLock;

use ductape_models::base_url::BaseUrl;
use ductape_models::catalog;
use ductape_models::chat::StreamPart;
use ductape_models::http::HttpHead;
use ductape_models::model::Api;
use ductape_models::model::Capabilities;
use ductape_models::model::ProviderId;
use ductape_models::providers::Provider;
use ductape_models::providers::StreamReader;
use ductape_models::providers::provider;
use ductape_models::resolve::Field;
use ductape_models::resolve::KeySource;
use ductape_models::resolve::Layer;
use ductape_models::resolve::Resolved;
use ductape_models::resolve::Settings;
use serde_json::Map;

/// The wire of `<provider>` or `<provider>.<api>`, the names of recordings' files and of fixtures' folders.
///
/// # Panics
/// On any other name.
#[must_use]
pub fn wire_named(name: &str) -> &'static dyn Provider {
    static KNOWN: OnceLock<Vec<(String, &'static dyn Provider)>> = OnceLock::new();
    let known = KNOWN.get_or_init(all_wires);
    let find = |name: &str| known.iter().find(|(known, _)| known == name);
    // Recordings also name wires that cannot be chosen, since their provider has no other: `google.generate`.
    let bare = name.split_once('.').map_or(name, |(provider, _)| provider);
    find(name).or_else(|| find(bare)).expect("a provider with a wire").1
}

/// Finding out takes longer than most decoding.
fn all_wires() -> Vec<(String, &'static dyn Provider)> {
    let apis = || core::iter::once(None).chain(Api::ALL.iter().copied().map(Some));
    let pairs = ProviderId::ALL.iter().flat_map(|id| apis().map(|api| (*id, api)));
    pairs
        .filter_map(|(id, api)| {
            let resolved = Resolved { api, ..resolved(id, "m") };
            let wire = provider(&resolved, &catalog::facts(&resolved)).ok()?;
            let suffix = api.map_or_else(String::new, |api| format!(".{}", api.as_str()));
            Some((format!("{}{suffix}", id.as_str()), wire))
        })
        .collect()
}

/// The parts of a stream that arrives in these chunks.
///
/// # Panics
/// Where they do not have exactly one end, or an event is longer than 8 MiB.
#[must_use]
pub fn stream(wire: &dyn Provider, head: &HttpHead, chunks: &[&[u8]]) -> Vec<StreamPart> {
    let mut reader = StreamReader::new(wire.decoder(head));
    let mut parts = Vec::new();
    for chunk in chunks {
        reader.feed(chunk, &mut parts).unwrap();
    }
    reader.finish(&mut parts);
    check_frame(&parts);
    parts
}

/// Exactly one last part, at the end; the facts about the response before everything else, once.
fn check_frame(parts: &[StreamPart]) {
    let is_last = |part: &StreamPart| matches!(part, StreamPart::Error { .. } | StreamPart::Finish { .. });
    assert_eq!(parts.iter().filter(|part| is_last(part)).count(), 1, "{parts:?}");
    assert!(parts.last().is_some_and(is_last), "{parts:?}");
    let is_start = |part: &StreamPart| matches!(part, StreamPart::ResponseStart { .. });
    assert!(!parts.iter().skip(1).any(is_start), "{parts:?}");
}

/// Everything that a request needs and a call does not say; a custom model's server is a made-up one.
#[must_use]
pub fn resolved(provider: ProviderId, model: &str) -> Resolved {
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

/// A setting as the call itself gives it.
#[must_use]
pub fn field<T>(value: Option<T>) -> Field<T> {
    Field { value, source: Layer::Runtime, shadowed: Vec::new(), adjusted: None }
}
