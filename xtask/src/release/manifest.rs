//! What the published `package.json` promises: no dependencies, no scripts at installation, only files that are there.

use serde_json::Value;

use super::tarball::Entry;
use crate::Step;

/// Fields that would make npm install something beside the package.
const DEPENDENCIES: &[&str] = &[
    "bundleDependencies",
    "bundledDependencies",
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
];

/// Scripts that npm runs on the machine of whoever installs the package.
const INSTALL_SCRIPTS: &[&str] =
    &["install", "postinstall", "postprepare", "preinstall", "prepare", "preprepare"];

/// Fields with paths of the package in them.
const PATHS: &[&str] = &["bin", "exports", "main", "module", "types"];

/// Checks the manifest against the files beside it.
pub(super) fn check(manifest: &Value, entries: &[Entry]) -> Step {
    let filled = |value: &Value| match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Null => false,
        _ => true,
    };
    if let Some(field) = DEPENDENCIES.iter().find(|&&field| filled(&manifest[field])) {
        return Err(format!("package.json has {field}; the package has no dependency at run time"));
    }
    if let Some(script) = INSTALL_SCRIPTS.iter().find(|&&script| filled(&manifest["scripts"][script])) {
        return Err(format!("package.json runs a script at installation: {script}"));
    }
    let mut paths = Vec::new();
    PATHS.iter().for_each(|&field| collect(&manifest[field], &mut paths));
    match paths.iter().find(|path| !entries.iter().any(|entry| matches(path, &entry.path))) {
        None => Ok(()),
        Some(path) => Err(format!("package.json names {path}, which is not in the package")),
    }
}

/// Every path below `value`.
fn collect<'v>(value: &'v Value, paths: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| collect(value, paths)),
        Value::String(path) => paths.push(path),
        _ => {}
    }
}

/// Whether `path`, which may have one `*` in it, means the file `name`.
fn matches(path: &str, name: &str) -> bool {
    let path = path.strip_prefix("./").unwrap_or(path);
    match path.split_once('*') {
        None => path == name,
        Some((before, after)) => {
            name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(manifest: &Value) -> Step {
        let entry = |path: &str| Entry { path: path.to_owned(), bytes: 0, sha256: String::new() };
        check(manifest, &["package.json", "dist/index.js", "dist/storage/kv.js"].map(entry))
    }

    #[test]
    fn dependencies_and_scripts_of_installation_are_refused() {
        assert_eq!(checked(&json!({"dependencies": {}, "devDependencies": {"a": "1"}})), Ok(()));
        for field in ["dependencies", "peerDependencies", "optionalDependencies"] {
            assert!(checked(&json!({field: {"a": "1"}})).unwrap_err().contains(field));
        }
        assert!(checked(&json!({"bundleDependencies": true})).is_err());
        assert!(checked(&json!({"scripts": {"postinstall": "node x"}})).is_err());
        assert_eq!(checked(&json!({"scripts": {"test": "node x"}})), Ok(()));
    }

    #[test]
    fn what_the_manifest_names_is_there() {
        let exports =
            json!({".": {"default": "./dist/index.js"}, "./storage/*": "./dist/storage/*.js", "./x": null});
        assert_eq!(checked(&json!({"exports": exports, "main": "dist/index.js"})), Ok(()));
        for missing in ["./dist/other.js", "./dist/storage/*.cjs", "./dist/index*.js"] {
            let message = checked(&json!({"exports": {".": {"types": missing}}})).unwrap_err();
            assert!(message.contains(missing), "{message}");
        }
    }
}
