//! TypeScript to the files that npm publishes: one set of ES modules that share their classes, CommonJS twins, types.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::Step;
use crate::chunks;
use crate::core_module::Core;
use crate::files;
use crate::run;
use crate::stamp;

/// Published name, source.
pub(crate) const ENTRIES: &[(&str, &str)] = &[
    ("index", "pkg/src/entry/inline.ts"),
    ("slim", "pkg/src/slim.ts"),
    ("ai", "pkg/src/ai.ts"),
    ("gateway", "pkg/src/gateway.ts"),
    ("sealing", "pkg/src/sealing.ts"),
    ("testing", "pkg/src/testing/index.ts"),
    ("storage/cached", "pkg/src/storage/cached.ts"),
    ("storage/callback", "pkg/src/storage/callback.ts"),
    ("storage/d1", "pkg/src/storage/d1.ts"),
    ("storage/durable-object", "pkg/src/storage/durable-object.ts"),
    ("storage/file", "pkg/src/storage/file.ts"),
    ("storage/http", "pkg/src/storage/http.ts"),
    ("storage/kv", "pkg/src/storage/kv.ts"),
    ("storage/indexeddb", "pkg/src/storage/indexeddb.ts"),
    ("storage/memory", "pkg/src/storage/memory.ts"),
    ("storage/unstorage", "pkg/src/storage/unstorage.ts"),
    ("storage/web-storage", "pkg/src/storage/web-storage.ts"),
];

/// ES modules only: Workers know nothing else.
pub(crate) const MODULE_ENTRIES: &[(&str, &str)] = &[("edge", "pkg/src/entry/edge.ts")];

/// Node's types are in sight of the one store that runs on Node and of the command line, and of nothing else.
const PROJECTS: &[&str] = &["pkg/tsconfig.json", "pkg/tsconfig.node.json", "pkg/tsconfig.cli.json"];

/// What the command line imports as it was published, at the paths where both its source and its bundle find it.
const BESIDE_COMMAND_LINE: &[&str] = &["index", "sealing", "storage/file", "storage/http"];

/// The module's own declaration, for whoever imports it by name.
const WASM_TYPES: &str = "declare const module: object;\nexport default module;\n";

/// How everything is bundled that programs import.
pub(crate) const LIBRARY: &[&str] = &[
    "--bundle",
    "--outdir=pkg/dist",
    "--platform=neutral",
    "--target=es2022",
    "--charset=ascii",
    "--legal-comments=none",
    "--log-level=warning",
];

/// Where the bundler says what it put into what.
const BUNDLES: &str = "target/xtask/bundles";

/// The published names of entries.
pub(crate) fn names(entries: &[(&'static str, &str)]) -> impl Iterator<Item = &'static str> {
    entries.iter().map(|(name, _)| *name)
}

/// The npm packages with code in `pkg/dist` of the checkout at `root`, sorted, as paths from there: `node_modules/x`.
pub(crate) fn bundled_packages(root: &Path) -> Step<Vec<String>> {
    let mut packages = Vec::new();
    for name in ["esm", "cjs", "cli"] {
        let report = bundler_report(root, name)?;
        let outputs = report["outputs"].as_object().into_iter().flat_map(serde_json::Map::values);
        let inputs = outputs.filter_map(|output| output["inputs"].as_object()).flatten();
        let present = inputs.filter(|(_, part)| part["bytesInOutput"].as_u64() != Some(0));
        packages.extend(present.filter_map(|(path, _)| package_folder(path)));
    }
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// What the bundler said of the modules of one kind.
fn bundler_report(root: &Path, name: &str) -> Step<Value> {
    let path = root.join(BUNDLES).join(name).with_extension("json");
    serde_json::from_str(&files::read_text(&path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// The package that a source file belongs to: `node_modules/@scope/name` of `node_modules/@scope/name/dist/a.js`.
fn package_folder(path: &str) -> Option<String> {
    let start = path.rfind("node_modules/")? + "node_modules/".len();
    let rest = path.get(start..)?;
    let parts = if rest.starts_with('@') { 2 } else { 1 };
    let length = rest.split('/').take(parts).map(|part| part.len() + 1).sum::<usize>() - 1;
    path.get(..start + length).map(str::to_owned)
}

/// Checks types and writes `pkg/dist`, unless nothing changed.
pub(crate) fn build(root: &Path, core: &Core) -> Step {
    let dist = root.join("pkg/dist");
    let mut inputs = files::walk(&root.join("pkg/src"));
    inputs.extend([core.wasm.clone(), core.glue.clone(), core.types.clone(), core.text.clone()]);
    inputs.extend([
        root.join("package-lock.json"),
        root.join("pkg/tsconfig.json"),
        root.join("pkg/tsconfig.node.json"),
        root.join("pkg/tsconfig.cli.json"),
        root.join("pkg/package.json"),
    ]);
    let names = ["index.js", "index.cjs", "edge.js", "index.d.cts", "cli/main.js"];
    let mut outputs: Vec<PathBuf> = names.iter().map(|name| dist.join(name)).collect();
    outputs.extend(["esm", "cjs", "cli"].map(|name| root.join(BUNDLES).join(name).with_extension("json")));
    stamp::unless_fresh(root, "script", "", &inputs, &outputs, || {
        files::remove_folder(&dist)?;
        for project in PROJECTS {
            run::node(root, "typescript/bin/tsc", &["--project", project])?;
        }
        bundle(
            root,
            "esm",
            &[ENTRIES, MODULE_ENTRIES].concat(),
            &["--splitting", "--out-extension:.js=.js"],
        )?;
        chunks::join(root, &bundler_report(root, "esm")?)?;
        bundle(root, "cjs", ENTRIES, &["--out-extension:.js=.cjs"])?;
        command_line(root)?;
        drop_inner_types(&dist)?;
        twin_types(&dist)?;
        files::write(&dist.join("core.wasm.d.ts"), WASM_TYPES)?;
        files::copy(&core.wasm, &dist.join("core.wasm"))
    })
}

fn bundle(root: &Path, format: &str, entries: &[(&str, &str)], more: &[&str]) -> Step {
    let mut arguments: Vec<String> = entries.iter().map(|(name, path)| format!("{name}={path}")).collect();
    arguments.push(format!("--format={format}"));
    arguments.push(format!("--metafile={BUNDLES}/{format}.json"));
    let fixed = [
        "--chunk-names=chunk-[hash]",
        "--inject:pkg/src/text-codec.ts",
        "--external:node:*",
        "--external:./core.wasm?module",
    ];
    arguments.extend(LIBRARY.iter().chain(&fixed).chain(more).map(|&argument| argument.to_owned()));
    run::node(root, "esbuild/bin/esbuild", &arguments)
}

/// The command line: one script for Node alone, which loads the rest of the package when a command needs it.
fn command_line(root: &Path) -> Step {
    let manifest: Value = serde_json::from_str(&files::read_text(&root.join("pkg/package.json"))?)
        .map_err(|error| format!("pkg/package.json: {error}"))?;
    let version = &manifest["version"];
    let mut arguments: Vec<String> =
        BESIDE_COMMAND_LINE.iter().map(|name| format!("--external:../{name}.js")).collect();
    arguments.push(format!("--define:PACKAGE_VERSION={version}"));
    arguments.push(format!("--metafile={BUNDLES}/cli.json"));
    let fixed = [
        "pkg/src/cli/main.ts",
        "--bundle",
        "--outfile=pkg/dist/cli/main.js",
        "--format=esm",
        "--platform=node",
        "--target=node20",
        "--charset=ascii",
        "--legal-comments=none",
        "--log-level=warning",
    ];
    arguments.extend(fixed.map(str::to_owned));
    run::node(root, "esbuild/bin/esbuild", &arguments)
}

/// Declarations that no public one refers to; they name what only this repository declares.
fn drop_inner_types(dist: &Path) -> Step {
    for name in [
        "agents",
        "alarm",
        "inline",
        "keys",
        "media",
        "options",
        "partial-json",
        "plain",
        "rekey",
        "request",
        "scratch",
        "signal",
        "stream",
        "stream-batch",
        "stream-pump",
        "stream-reader",
        "text-codec",
        "tools",
        "transport",
        "utf8",
        "wasm",
    ] {
        files::remove(&dist.join(name).with_extension("d.ts"))?;
    }
    for folder in ["ai", "gateway"] {
        let inner = files::walk(&dist.join(folder));
        let is_public = |path: &PathBuf| path.ends_with("types.d.ts") || path.ends_with("tokens.d.ts");
        inner.into_iter().filter(|path| !is_public(path)).try_for_each(|path| files::remove(&path))?;
    }
    ["entry", "sealing", "gateway/chat", "gateway/responses"]
        .iter()
        .try_for_each(|folder| files::remove_folder(&dist.join(folder)))
}

/// A `.d.cts` beside every `.d.ts`, its imports pointing at its like.
fn twin_types(dist: &Path) -> Step {
    let types: Vec<PathBuf> =
        files::walk(dist).into_iter().filter(|path| path.to_string_lossy().ends_with(".d.ts")).collect();
    for path in types {
        let text = files::read_text(&path)?.replace(".js'", ".cjs'").replace(".js\"", ".cjs\"");
        files::write(&path.with_extension("cts"), text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_file_tells_its_package() {
        let folder = |path| package_folder(path);
        assert_eq!(folder("node_modules/@a/b/dist/c.js").as_deref(), Some("node_modules/@a/b"));
        assert_eq!(
            folder("node_modules/a/node_modules/b/c.js").as_deref(),
            Some("node_modules/a/node_modules/b")
        );
        assert_eq!(folder("pkg/src/index.ts"), None);
    }
}
