//! Our own cases: `tests/fixtures/<provider>/<case>/`. A new folder is a new test; `UPDATE_FIXTURES=1` writes what the
//! code says into the expected files, for review as a diff.
//!
//! `call.json` holds what is asked and `status` and `headers` of the answer; `request.json` the request built from it.
//! `response.json`, `response.txt` or `stream.txt` is the answer's body, `completion.json`, `parts.json` or
//! `error.json` what it decodes to.

use std::path::Path;
use std::path::PathBuf;

use ductape_models::chat::Call;
use ductape_models::chat::StreamPart;
use ductape_models::http::HeaderValue;
use ductape_models::http::HttpHead;
use ductape_models::http::HttpRequest;
use ductape_models::providers::Draft;
use ductape_models::providers::Provider;
use ductape_models::secret::ApiKey;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::drive;

const KEY: &str = "sk-test-0123456789abcdef";

struct Case {
    folder: PathBuf,
    call: Value,
    wire: &'static dyn Provider,
}

#[test]
fn r56_our_own_cases() {
    let mut walked = Vec::new();
    for case in cases() {
        case.check_request();
        case.check_answer();
        walked.push(case.name());
    }
    println!("{} cases: {}", walked.len(), walked.join(", "));
    assert!(walked.len() >= 12, "{walked:?}");
}

fn cases() -> Vec<Case> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
    let folders = folders(&root).into_iter().flat_map(|provider| folders(&provider));
    folders.map(Case::open).collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

impl Case {
    fn open(folder: PathBuf) -> Self {
        let call = serde_json::from_slice(&std::fs::read(folder.join("call.json")).unwrap()).unwrap();
        let provider = folder.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let wire = drive::wire_named(provider);
        Self { folder, call, wire }
    }

    fn name(&self) -> String {
        let mut names = self.folder.components().rev().map(|part| part.as_os_str().to_string_lossy());
        let case = names.next().unwrap();
        format!("{}/{case}", names.next().unwrap())
    }

    fn body(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join(name)).ok()
    }

    fn head(&self) -> HttpHead {
        drive::head(self.call["status"].as_u64().unwrap_or(200), self.call["headers"].as_object())
    }

    /// Compares with the expected file, or writes it.
    fn check(&self, file: &str, actual: &Value) {
        let path = self.folder.join(file);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            let text = serde_json::to_string_pretty(actual).unwrap();
            return std::fs::write(path, format!("{text}\n")).unwrap();
        }
        let expected: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(*actual, expected, "{} {file}", self.name());
    }

    fn check_request(&self) {
        if self.call["call"].is_null() {
            return;
        }
        let mut resolved = drive::resolved(self.wire.id(), self.call["model"].as_str().unwrap());
        drive::set(&mut resolved.settings, &self.call["settings"]);
        resolved.provider_options = self.call["providerOptions"].as_object().cloned().unwrap_or_default();
        let own = self.call["call"]["providerOptions"].as_object().cloned();
        resolved.provider_options.extend(own.unwrap_or_default());
        let mut call = Call::read(&self.call["call"]).unwrap();
        call.stream = self.body("stream.txt").is_some();
        let key = ApiKey::parse("apiKey", KEY).unwrap().0;
        let request = self.wire.encode(&Draft::new(&resolved, &call, Some(&key))).unwrap().request;
        assert!(!format!("{request:?}").contains(KEY));
        self.check("request.json", &shown(&request));
    }

    fn check_answer(&self) {
        if let Some(stream) = self.body("stream.txt") {
            self.check_stream(&stream);
        }
        if let Some(body) = self.body("response.json").or_else(|| self.body("response.txt")) {
            self.check_whole(&body);
        }
    }

    fn check_whole(&self, body: &[u8]) {
        let head = self.head();
        let decoded = if head.is_success() {
            self.wire.decode(&head, body)
        } else {
            Err(self.wire.decode_error(&head, body))
        };
        match decoded {
            Ok(completion) => self.check("completion.json", &serde_json::to_value(completion).unwrap()),
            Err(error) => self.check("error.json", &serde_json::to_value(error.view()).unwrap()),
        }
    }

    fn check_stream(&self, stream: &[u8]) {
        let decode = |chunks: &[&[u8]]| drive::json(&self.parts(chunks));
        let whole = decode(&[stream]);
        self.check("parts.json", &whole);
        for offset in 0..stream.len() {
            let (left, right) = stream.split_at(offset);
            assert_eq!(decode(&[left, right]), whole, "{} at {offset}", self.name());
            // Any truncation: no panic, and never the word of an end that did not come.
            decode(&[left]);
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(decode(&bytes), whole, "{} byte by byte", self.name());
    }

    fn parts(&self, chunks: &[&[u8]]) -> Vec<StreamPart> {
        drive::stream(self.wire, &self.head(), chunks)
    }
}

/// The request as a reviewer reads it; the key's header is only said to be secret.
fn shown(request: &HttpRequest) -> Value {
    let header = |(name, value): &(String, HeaderValue)| match value {
        HeaderValue::Plain(text) => (name.clone(), json!(text)),
        HeaderValue::Secret(_) => (name.clone(), json!("[secret]")),
    };
    let headers: Map<String, Value> = request.headers.iter().map(header).collect();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    json!({"url": request.url, "headers": headers, "body": body})
}
