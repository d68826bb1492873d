//! TypeScript to the files that npm publishes: one set of ES modules that share their classes, CommonJS twins, types.

use std::path::Path;
use std::path::PathBuf;

use crate::Step;
use crate::core_module::Core;
use crate::files;
use crate::run;
use crate::stamp;

/// Published name, source.
const ENTRIES: &[(&str, &str)] = &[
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
const MODULE_ENTRIES: &[(&str, &str)] = &[("edge", "pkg/src/entry/edge.ts")];

/// Node's types are in sight of the one store that runs on Node, and of nothing else.
const PROJECTS: &[&str] = &["pkg/tsconfig.json", "pkg/tsconfig.node.json"];

/// The module's own declaration, for whoever imports it by name.
const WASM_TYPES: &str = "declare const module: object;\nexport default module;\n";

/// Checks types and writes `pkg/dist`, unless nothing changed.
pub(crate) fn build(root: &Path, core: &Core) -> Step {
    let dist = root.join("pkg/dist");
    let mut inputs = files::walk(&root.join("pkg/src"));
    inputs.extend([core.wasm.clone(), core.glue.clone(), core.types.clone(), core.text.clone()]);
    inputs.extend([
        root.join("package-lock.json"),
        root.join("pkg/tsconfig.json"),
        root.join("pkg/tsconfig.node.json"),
    ]);
    let outputs =
        [dist.join("index.js"), dist.join("index.cjs"), dist.join("edge.js"), dist.join("index.d.cts")];
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
        bundle(root, "cjs", ENTRIES, &["--out-extension:.js=.cjs"])?;
        drop_inner_types(&dist)?;
        twin_types(&dist)?;
        files::write(&dist.join("core.wasm.d.ts"), WASM_TYPES)?;
        files::copy(&core.wasm, &dist.join("core.wasm"))
    })
}

fn bundle(root: &Path, format: &str, entries: &[(&str, &str)], more: &[&str]) -> Step {
    let mut arguments: Vec<String> = entries.iter().map(|(name, path)| format!("{name}={path}")).collect();
    arguments.push(format!("--format={format}"));
    let fixed = [
        "--bundle",
        "--outdir=pkg/dist",
        "--chunk-names=chunk-[hash]",
        "--platform=neutral",
        "--target=es2022",
        "--charset=ascii",
        "--external:node:*",
        "--external:./core.wasm?module",
        "--legal-comments=none",
        "--log-level=warning",
    ];
    arguments.extend(fixed.iter().chain(more).map(|&argument| argument.to_owned()));
    run::node(root, "esbuild/bin/esbuild", &arguments)
}

/// Declarations that no public one refers to; they name what only this repository declares.
fn drop_inner_types(dist: &Path) -> Step {
    for name in [
        "agents", "inline", "keys", "media", "options", "plain", "rekey", "request", "stream", "tools",
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
