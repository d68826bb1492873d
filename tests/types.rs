//! What TypeScript says must be what Rust says: the unions that callers switch on, compared name by name.
#![allow(clippy::unwrap_used, reason = "a file that cannot be read should fail the test")]

use std::collections::BTreeSet;
use std::fs;

use ductape_models::ErrorKind;
use ductape_models::client::AuditAction;
use ductape_models::model::Api;
use ductape_models::model::ProviderId;

/// Codes of the JavaScript side: without WebAssembly no Rust runs that could report them.
const JS_ONLY: &[&str] = &["wasm_blocked", "wasm_unavailable"];

#[test]
fn the_error_codes_are_the_same_on_both_sides() {
    let rust: BTreeSet<_> =
        ErrorKind::ALL.iter().map(|kind| kind.code()).chain(JS_ONLY.iter().copied()).collect();
    let text = types();
    assert_eq!(union(&text, "ErrorCode"), rust);
}

#[test]
fn the_providers_are_the_same_on_both_sides() {
    let rust: BTreeSet<_> = ProviderId::ALL.iter().map(|id| id.as_str()).collect();
    let text = types();
    assert_eq!(union(&text, "ProviderId"), rust);
}

#[test]
fn the_apis_are_the_same_on_both_sides() {
    let rust: BTreeSet<_> = Api::ALL.iter().map(|api| api.as_str()).collect();
    let text = types();
    assert_eq!(union(&text, "Api"), rust);
}

#[test]
fn the_audit_actions_are_the_same_on_both_sides() {
    let rust: BTreeSet<_> = AuditAction::ALL.iter().map(|action| action.as_str()).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg/src/event-types.ts");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(union(&text, "AuditAction"), rust);
}

fn types() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/pkg/src/types.ts")).unwrap()
}

/// The members of an exported union of string literals.
fn union<'t>(text: &'t str, name: &str) -> BTreeSet<&'t str> {
    let start = text.find(&format!("export type {name} =")).unwrap();
    let body = text[start..].split(';').next().unwrap();
    body.split('\'').skip(1).step_by(2).collect()
}
