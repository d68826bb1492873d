//! The house rules that a compiler does not check: who may import whom, and what every file looks like.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a file that cannot be read should fail the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Each module of the core and the modules it may import. `bindings` may import everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("agent", &["chat", "crypto", "error", "model", "reader", "resolve", "secret", "warning"]),
    ("base_url", &["error"]),
    ("catalog", &["chat", "error", "model", "reader", "resolve", "warning"]),
    ("chat", &["error", "json", "reader", "warning"]),
    (
        "client",
        &[
            "agent",
            "base_url",
            "catalog",
            "chat",
            "crypto",
            "error",
            "http",
            "json",
            "model",
            "providers",
            "reader",
            "resolve",
            "secret",
            "sse",
            "warning",
        ],
    ),
    ("crypto", &["error", "secret"]),
    ("error", &[]),
    ("http", &["error", "secret"]),
    ("json", &[]),
    ("model", &["base_url", "crypto", "error", "reader", "secret", "warning"]),
    (
        "providers",
        &[
            "base_url", "catalog", "chat", "error", "http", "json", "model", "resolve", "secret", "sse",
            "warning",
        ],
    ),
    ("reader", &["error"]),
    ("resolve", &["base_url", "crypto", "error", "model", "reader", "secret", "warning"]),
    ("secret", &["error"]),
    ("sse", &["error"]),
    ("warning", &[]),
];

/// Words that belong to the JavaScript side of the border.
const JS_CRATES: &[&str] =
    &["wasm_bindgen", "js_sys", "web_sys", "gloo_net", "serde_wasm_bindgen", "getrandom"];

#[test]
fn imports_point_down() {
    let allowed: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in core_files() {
        let module = module_of(&path);
        let Some(allowed) = allowed.get(module.as_str()) else { continue };
        for target in imports(&text) {
            if target != module && !allowed.contains(&target.as_str()) {
                wrong.push(format!("{} imports {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_a_place_in_the_table() {
    let named: Vec<_> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    for (path, _) in core_files() {
        let module = module_of(&path);
        assert!(module == "lib" || named.contains(&module.as_str()), "{module} has no row in MAY_IMPORT");
    }
}

#[test]
fn providers_share_a_wire_and_nothing_else() {
    for (path, text) in core_files() {
        let Some(own) = provider_of(&path) else { continue };
        for line in text.lines() {
            let Some(rest) = line.trim().strip_prefix("use crate::providers::") else { continue };
            let target = rest.split("::").next().unwrap().trim_end_matches(';');
            let shared =
                target == own || target == "chat_completions" || target.starts_with(char::is_uppercase);
            assert!(
                shared || target.chars().all(|c| c.is_lowercase() || c == '_') && !is_provider(target),
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_bindings_know_javascript() {
    for (path, text) in core_files() {
        for word in JS_CRATES {
            assert!(!code_of(&text).contains(&format!("{word}::")), "{} mentions {word}", path.display());
        }
    }
}

#[test]
fn the_core_reads_no_clock_no_environment_and_no_files() {
    let doors = [
        "std::env",
        "std::fs",
        "std::net",
        "std::thread",
        "SystemTime::now",
        "Instant::now",
        "println!",
        "static mut",
    ];
    for (path, text) in core_files() {
        for door in doors {
            assert!(!code_of(&text).contains(door), "{} uses {door}", path.display());
        }
    }
}

#[test]
fn resolution_never_opens_a_key() {
    for (path, text) in core_files() {
        let module = module_of(&path);
        if ["resolve", "catalog", "model", "providers"].contains(&module.as_str()) {
            assert!(!code_of(&text).contains("crypto::open"), "{} opens keys", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_imports_one_path_a_line() {
    for (path, text) in rust_files(Path::new("src")).into_iter().chain(rust_files(Path::new("tests"))) {
        assert!(text.starts_with("//!"), "{} does not open with a //! paragraph", path.display());
        let grouped = text.lines().find(|line| line.trim_start().starts_with("use crate::{"));
        assert!(grouped.is_none(), "{}: {}", path.display(), grouped.unwrap_or_default());
    }
}

#[test]
fn files_hold_one_idea() {
    for (path, text) in rust_files(Path::new("src")) {
        let lines = code_of(&text).lines().count();
        assert!(lines <= 500, "{} has {lines} lines without its tests", path.display());
    }
}

fn core_files() -> Vec<(PathBuf, String)> {
    let files = rust_files(Path::new("src"));
    files.into_iter().filter(|(path, _)| !path.starts_with("src/bindings")).collect()
}

fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The first path segment below `src`, without its extension.
fn module_of(path: &Path) -> String {
    let segment = path.components().nth(1).unwrap();
    segment.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn provider_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix("src/providers").ok()?;
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    is_provider(&first).then_some(first)
}

fn is_provider(name: &str) -> bool {
    ["anthropic", "cohere", "custom", "google", "openai"].contains(&name)
}

/// The file up to its unit tests.
fn code_of(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap()
}

/// Modules named by `crate::…` paths in code, tests left out.
fn imports(text: &str) -> Vec<String> {
    let code = code_of(text).lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in code {
        for rest in line.split("crate::").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.starts_with(char::is_uppercase) {
                found.push(name);
            }
        }
    }
    found
}
