//! Everything that reads what others wrote, as functions of bytes. Each also checks what must hold of whatever was read;
//! a breach panics. libFuzzer, `npm run prove` and plain `cargo test` call the same functions.

mod address;
mod keys;
mod options;
mod records;
mod scene;
mod wire;

/// Longest input, in bytes: longer ones are passed over. It is the cap of a sealed key, the longest of the short texts.
pub const MAX_INPUT: usize = 8192;

/// A reader under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, also of its corpus in `fuzz/corpus`.
    pub name: &'static str,
    /// Reads the bytes and checks what came of it.
    pub run: fn(&[u8]),
    /// Good inputs that have to be made afresh, because they are sealed or signed.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run, seeds: Vec::new }
}

/// Every target.
pub const TARGETS: &[Target] = &[
    target("answer", wire::answer),
    target("base_url", address::base_url),
    target("call_options", options::call),
    target("client_options", options::client),
    Target { name: "envelope", run: keys::envelope, seeds: keys::envelopes },
    target("error_body", wire::error_body),
    target("model_input", options::model_input),
    target("model_patch", options::model_patch),
    Target { name: "product_key", run: keys::product_key, seeds: keys::product_keys },
    Target { name: "record_json", run: records::json, seeds: records::jsons },
    Target { name: "record_text", run: records::text, seeds: records::texts },
    target("sse", wire::sse),
    target("stream_anthropic", |bytes| wire::stream("anthropic", bytes)),
    target("stream_cohere", |bytes| wire::stream("cohere", bytes)),
    target("stream_custom", |bytes| wire::stream("custom", bytes)),
    target("stream_custom_messages", |bytes| wire::stream("custom.messages", bytes)),
    target("stream_custom_responses", |bytes| wire::stream("custom.responses", bytes)),
    target("stream_google", |bytes| wire::stream("google", bytes)),
    target("stream_openai", |bytes| wire::stream("openai", bytes)),
    target("stream_openai_responses", |bytes| wire::stream("openai.responses", bytes)),
];

/// Runs one target by its name, for libFuzzer.
///
/// # Panics
/// On an unknown name, and where the target finds something.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    assert!(target.is_some(), "no such target");
    if let Some(target) = target.filter(|_| bytes.len() <= MAX_INPUT) {
        (target.run)(bytes);
    }
}
