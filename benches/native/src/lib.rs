//! What is measured of the core without JavaScript: by time with criterion, by instructions with callgrind. It knows
//! neither.

mod calls;
mod events;

use ductape_models::ApiKey;
use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::chat::Call;
use ductape_models::chat::StreamPart;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::context;
use ductape_models::crypto::open;
use ductape_models::crypto::product_key_from_bytes;
use ductape_models::crypto::seal;
use ductape_models::http::HttpHead;
use ductape_models::model::ProviderId;
use ductape_models::providers::Draft;
use ductape_models::providers::Provider;
use ductape_models::providers::StreamReader;
use ductape_models::resolve::Resolved;
use serde_json::Value;
use serde_json::json;
use testkit::wires::field;
use testkit::wires::resolved;
use testkit::wires::wire_named;

pub use events::DELTAS;

const SECRET: &str = "sk-bench-0123456789abcdef";
/// What one read of a connection brings at most.
const CHUNK: usize = 16384;
const WIRES: [(&str, ProviderId, &str); 5] = [
    ("anthropic", ProviderId::Anthropic, "claude-sonnet-5-5"),
    ("cohere", ProviderId::Cohere, "command-a-03-2025"),
    ("google", ProviderId::Google, "gemini-3.8-flash"),
    ("openai.chat", ProviderId::Openai, "gpt-4.1"),
    ("openai.responses", ProviderId::Openai, "gpt-5"),
];

/// Something to do over and over. It answers with a count that proves it was done.
pub type Work = Box<dyn Fn() -> Result<usize>>;

/// Every work by its name, with the count that it has to answer with; `None` where any count above zero will do.
///
/// # Errors
/// Where the core refuses what is prepared: a defect here.
pub fn works() -> Result<Vec<(String, Option<usize>, Work)>> {
    let mut all: Vec<(String, Option<usize>, Work)> = Vec::new();
    for (name, _, _) in WIRES {
        all.push((format!("decode a stream of {DELTAS} deltas, {name}"), Some(DELTAS), decoding(name)));
    }
    for (name, provider, model) in WIRES {
        let prompt = json!({"prompt": "Hello"});
        all.push((format!("build a small call, {name}"), None, building(name, provider, model, &prompt)?));
    }
    let long = json!({"messages": long_conversation()});
    all.push((
        "build a call of 200 kB, openai.chat".to_owned(),
        None,
        building("openai.chat", ProviderId::Openai, "gpt-4.1", &long)?,
    ));
    all.push(("answer a small call, openai.chat, settings in hand".to_owned(), None, calls::in_hand()));
    all.push(("answer a small call, openai.chat, by tag".to_owned(), None, calls::by_tag()?));
    all.push(("seal one key".to_owned(), None, sealing()?));
    all.push(("open one key".to_owned(), Some(SECRET.len()), opening()?));
    Ok(all)
}

/// Runs it once.
///
/// # Errors
/// Where it fails, or does something else than it should.
pub fn checked(name: &str, expected: Option<usize>, work: &Work) -> Result<()> {
    let count = work()?;
    if expected.map_or(count > 0, |expected| expected == count) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Internal, format!("{name} counted {count}, not {expected:?}")))
}

fn decoding(wire: &str) -> Work {
    let bytes = events::stream(wire).into_bytes();
    let provider = wire_named(wire);
    Box::new(move || decode(provider, &bytes))
}

fn decode(provider: &dyn Provider, bytes: &[u8]) -> Result<usize> {
    let head = HttpHead { status: 200, ..HttpHead::default() };
    let mut reader = StreamReader::new(provider.decoder(&head));
    let (mut parts, mut deltas) = (Vec::new(), 0);
    for chunk in bytes.chunks(CHUNK) {
        reader.feed(chunk, &mut parts)?;
        deltas += count(&mut parts);
    }
    reader.finish(&mut parts);
    Ok(deltas + count(&mut parts))
}

/// Empties the parts as their reader would.
fn count(parts: &mut Vec<StreamPart>) -> usize {
    let is_text = |part: &StreamPart| matches!(part, StreamPart::TextDelta { .. });
    parts.drain(..).filter(is_text).count()
}

fn building(wire: &str, provider: ProviderId, model: &str, options: &Value) -> Result<Work> {
    let mut resolved: Resolved = resolved(provider, model);
    resolved.settings.max_tokens = field(Some(1000));
    let (key, _) = ApiKey::parse("apiKey", SECRET)?;
    let wire = wire_named(wire);
    let options = options.clone();
    Ok(Box::new(move || {
        let call = Call::read(&options)?;
        Ok(wire.encode(&Draft::new(&resolved, &call, Some(&key)))?.request.body.len())
    }))
}

fn long_conversation() -> Vec<Value> {
    let content =
        "The order 4711 was shipped on Monday; \"express\" was paid for.\nIt is on its way to Łódź. "
            .repeat(10);
    let role = |at: usize| if at.is_multiple_of(2) { "user" } else { "assistant" };
    (0..201).map(|at| json!({"role": role(at), "content": content})).collect()
}

fn sealing() -> Result<Work> {
    let (ring, place, key) = secrets()?;
    Ok(Box::new(move || Ok(seal(&ring, [7; 24], &place, &key)?.as_str().len())))
}

fn opening() -> Result<Work> {
    let (ring, place, key) = secrets()?;
    let sealed = seal(&ring, [7; 24], &place, &key)?;
    Ok(Box::new(move || Ok(open(&ring, &sealed, &place)?.expose().len())))
}

fn secrets() -> Result<(Keyring, Vec<u8>, ApiKey)> {
    let bytes: [u8; 32] = core::array::from_fn(|at| 255 - u8::try_from(at).unwrap_or_default());
    let ring = Keyring::new(product_key_from_bytes("privateKey", &bytes)?, vec![])?;
    let (key, _) = ApiKey::parse("apiKey", SECRET)?;
    Ok((ring, context(&["api-key", "shop", "bench", "prd"]), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_do_what_they_should() {
        for (name, expected, work) in works().unwrap() {
            checked(&name, expected, &work).unwrap();
        }
    }
}
