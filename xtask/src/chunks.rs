//! Small modules that several entries share, in one file instead of one each. The bundler makes a file for every set of
//! entries that share something, and the main entry needs six of them: a page asks for each in turn, and Node spends a
//! millisecond on finding, reading and compiling one.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::Step;
use crate::files;
use crate::run;
use crate::script;

/// What the chunk with the main entry's own code holds, and no other.
const MAIN: &str = "pkg/src/client.ts";
const ENTRY: &str = "target/xtask/bundles/shared.mjs";

/// Joins what the main chunk imports, directly or not. `report` is the bundler's own about `pkg/dist`.
pub(crate) fn join(root: &Path, report: &Value) -> Step {
    let shared = shared(report)?;
    let folder = root.join("pkg/dist");
    files::write(&root.join(ENTRY), entry(&folder, report, &shared)?)?;
    let old: Vec<PathBuf> = shared.iter().map(|path| root.join(path)).collect();
    let before: BTreeSet<PathBuf> = scripts(&folder).collect();
    bundle(root)?;
    let made =
        scripts(&folder).find(|path| !before.contains(path)).ok_or("the shared chunk was not written")?;
    old.iter().try_for_each(|path| files::remove(path))?;
    let names: Vec<&str> = shared.iter().map(|path| name(path)).collect();
    let made = made.to_string_lossy().into_owned();
    scripts(&folder).try_for_each(|path| {
        let text = files::read_text(&path)?;
        let renamed = renamed(&text, &names, name(&made));
        if renamed == text { Ok(()) } else { files::write(&path, renamed) }
    })
}

fn scripts(folder: &Path) -> impl Iterator<Item = PathBuf> {
    files::walk(folder).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "js"))
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The chunks that the main one imports, by their paths in the report.
fn shared(report: &Value) -> Step<BTreeSet<String>> {
    let outputs = report["outputs"].as_object().ok_or("the bundler's report has no outputs")?;
    let is_main = |output: &Value| output["entryPoint"].is_null() && output["inputs"].get(MAIN).is_some();
    let (main, _) = outputs.iter().find(|(_, output)| is_main(output)).ok_or("no chunk holds the client")?;
    let (mut found, mut open) = (BTreeSet::new(), vec![main.clone()]);
    while let Some(path) = open.pop() {
        let imports = outputs.get(&path).and_then(|output| output["imports"].as_array());
        for import in imports.into_iter().flatten().filter(|import| import["external"] != true) {
            let path = import["path"].as_str().unwrap_or_default().to_owned();
            if found.insert(path.clone()) {
                open.push(path);
            }
        }
    }
    if found.is_empty() { Err("the main chunk shares nothing".to_owned()) } else { Ok(found) }
}

/// A module that exports all that they do. A name of two of them would have to be one thing.
fn entry(folder: &Path, report: &Value, shared: &BTreeSet<String>) -> Step<String> {
    let (mut seen, mut text) = (BTreeSet::new(), String::new());
    for path in shared {
        let exports = report["outputs"][path]["exports"].as_array();
        let exports: Vec<&str> = exports.into_iter().flatten().filter_map(Value::as_str).collect();
        if let Some(twice) = exports.iter().find(|export| !seen.insert((**export).to_owned())) {
            return Err(format!("two shared chunks export {twice}: give one of them another name"));
        }
        let file = folder.join(name(path));
        text.push_str(&format!("export {{ {} }} from {:?};\n", exports.join(", "), file.to_string_lossy()));
    }
    Ok(text)
}

fn bundle(root: &Path) -> Step {
    let own = [ENTRY, "--format=esm", "--entry-names=chunk-[hash]"];
    run::node(root, "esbuild/bin/esbuild", &[&own, script::LIBRARY].concat())
}

/// `text` with imports of `old` files from the one `new` file. An import for its effects alone is needed once.
fn renamed(text: &str, old: &[&str], new: &str) -> String {
    let text = old.iter().fold(text.to_owned(), |text, old| text.replace(old, new));
    let mut seen = BTreeSet::new();
    let is_first = |line: &&str| !line.starts_with("import \"") || seen.insert(line.to_string());
    text.split_inclusive('\n').filter(is_first).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({"outputs": {
            "pkg/dist/slim.js": {"entryPoint": "pkg/src/slim.ts", "inputs": {}, "imports": [{"path": "pkg/dist/chunk-M.js"}]},
            "pkg/dist/chunk-M.js": {"inputs": {MAIN: {}}, "imports": [
                {"path": "pkg/dist/chunk-A.js"}, {"path": "node:fs", "external": true},
            ]},
            "pkg/dist/chunk-A.js": {"inputs": {}, "exports": ["a"], "imports": [{"path": "pkg/dist/chunk-B.js"}]},
            "pkg/dist/chunk-B.js": {"inputs": {}, "exports": ["b"], "imports": []},
            "pkg/dist/chunk-C.js": {"inputs": {}, "exports": ["c"], "imports": []},
        }})
    }

    #[test]
    fn what_the_main_chunk_imports_is_joined() {
        let shared = shared(&report()).unwrap();
        assert_eq!(Vec::from_iter(&shared), ["pkg/dist/chunk-A.js", "pkg/dist/chunk-B.js"]);
        let text = entry(Path::new("/d"), &report(), &shared).unwrap();
        assert_eq!(text, "export { a } from \"/d/chunk-A.js\";\nexport { b } from \"/d/chunk-B.js\";\n");
    }

    #[test]
    fn two_things_of_one_name_are_refused() {
        let mut report = report();
        report["outputs"]["pkg/dist/chunk-B.js"]["exports"] = json!(["a"]);
        let shared = shared(&report).unwrap();
        assert!(entry(Path::new("/d"), &report, &shared).unwrap_err().contains("export a"));
        assert!(super::shared(&json!({"outputs": {}})).is_err());
    }

    #[test]
    fn imports_name_the_new_file_and_effects_once() {
        let text = "import \"./chunk-A.js\";\nimport {\n  b\n} from \"./chunk-B.js\";\nimport \"./chunk-B.js\";\nlet c;\n";
        let new = renamed(text, &["chunk-A.js", "chunk-B.js"], "chunk-N.js");
        assert_eq!(new, "import \"./chunk-N.js\";\nimport {\n  b\n} from \"./chunk-N.js\";\nlet c;\n");
    }
}
