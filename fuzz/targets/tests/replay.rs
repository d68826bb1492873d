//! Every input of the corpora through its target, and the corpora themselves: `UPDATE_CORPUS=1` takes the small ones of
//! our own fixtures anew.
#![allow(clippy::unwrap_used, reason = "a file that cannot be read should fail the test")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use fuzz_targets::MAX_INPUT;
use fuzz_targets::TARGETS;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Longest file taken from the fixtures, in bytes.
const MAX_FIXTURE: usize = 3072;

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).to_path_buf()
}

fn corpus(target: &str) -> PathBuf {
    root().join("fuzz/corpus").join(target)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn r56_every_input_of_the_corpora_is_read() {
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        update();
    }
    for target in TARGETS {
        let files: Vec<_> =
            entries(&corpus(target.name)).iter().map(|path| fs::read(path).unwrap()).collect();
        let inputs: Vec<_> = files.into_iter().chain((target.seeds)()).collect();
        assert!(!inputs.is_empty(), "{} has no corpus", target.name);
        for input in inputs {
            assert!(input.len() <= MAX_INPUT, "{}", target.name);
            (target.run)(&input);
            (0..input.len()).step_by(1 + input.len() / 64).for_each(|end| (target.run)(&input[..end]));
        }
    }
}

#[test]
fn every_target_has_a_libfuzzer_binary_and_nothing_else_has() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let mut names = Vec::new();
    for path in entries(&root().join("fuzz/fuzz_targets")) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(fs::read_to_string(&path).unwrap().contains(&format!("run(\"{name}\", bytes)")), "{name}");
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
        names.push(name);
    }
    let targets: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, targets);
    for folder in entries(&root().join("fuzz/corpus")) {
        assert!(targets.contains(&folder.file_name().unwrap().to_str().unwrap()), "{}", folder.display());
    }
}

#[test]
fn r62_no_corpus_holds_a_key_of_anybody() {
    for path in TARGETS.iter().flat_map(|target| entries(&corpus(target.name))) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for mark in ["sk-ant-", "sk-proj-", "AIza", "lmk1.", "Bearer "] {
            assert!(!text.contains(mark), "{} holds {mark}", path.display());
        }
    }
}

fn update() {
    for provider in entries(&root().join("tests/fixtures")) {
        let name = provider.file_name().unwrap().to_str().unwrap().to_owned();
        for case in entries(&provider) {
            let file = |file: &str| fs::read(case.join(file)).ok().filter(|bytes| bytes.len() <= MAX_FIXTURE);
            let keep = |target: &str, bytes: &[u8]| {
                let case = case.file_name().unwrap().to_str().unwrap();
                fs::create_dir_all(corpus(target)).unwrap();
                fs::write(corpus(target).join(format!("{name}.{case}")), bytes).unwrap();
            };
            if let Some(stream) = file("stream.txt") {
                keep(&format!("stream_{}", name.replace('.', "_")), &stream);
            }
            let body = file("response.json").or_else(|| file("response.txt"));
            match (body, case.join("error.json").exists()) {
                (Some(body), true) => keep("error_body", &body),
                (Some(body), false) => keep("answer", &body),
                _ => {}
            }
            if let Some(call) = file("call.json").and_then(|call| as_options(&name, &call)) {
                keep("call_options", call.to_string().as_bytes());
            }
        }
    }
    for path in entries(&root().join("tests/vectors/seal")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let (_, envelope) = text.split_once("\n\n").unwrap();
        if envelope.len() <= 512 && !name.starts_with("opens") && !name.starts_with("tampered") {
            fs::create_dir_all(corpus("envelope")).unwrap();
            fs::write(corpus("envelope").join(name), envelope.strip_suffix('\n').unwrap()).unwrap();
        }
    }
}

/// A conformance case as the options of a call with an inline model.
fn as_options(provider: &str, call: &[u8]) -> Option<Value> {
    let case: Value = serde_json::from_slice(call).unwrap();
    let (name, api) = provider.split_once('.').unwrap_or((provider, ""));
    let mut model = Map::new();
    model.insert("provider".to_owned(), json!(name));
    model.insert("model".to_owned(), case["model"].clone());
    model.insert("apiKey".to_owned(), json!("test-api-key-0123456789"));
    if !api.is_empty() {
        model.insert("api".to_owned(), json!(api));
    }
    if name == "custom" {
        model.insert("baseUrl".to_owned(), json!("https://llm.example/v1"));
    }
    let mut options = case["call"].as_object()?.clone();
    options.insert("product".to_owned(), json!("shop"));
    options.insert("env".to_owned(), json!("prd"));
    options.insert("model".to_owned(), model.into());
    if case["settings"].is_object() {
        options.insert("modelConfig".to_owned(), case["settings"].clone());
    }
    if case["providerOptions"].is_object() {
        options.insert("providerOptions".to_owned(), case["providerOptions"].clone());
    }
    Some(options.into())
}
