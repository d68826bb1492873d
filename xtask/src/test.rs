//! Runs the JavaScript suites against the packed tarball, each runtime with its own runner.

use std::path::Path;

use crate::Step;
use crate::files;
use crate::pack;
use crate::run;

/// Every runner, by the name that picks it.
const RUNNERS: &[(&str, &str)] = &[
    ("envelope", "tests/js/run-envelope.mjs"),
    ("storage", "tests/js/storage/run-storage.mjs"),
    ("node", "tests/js/run-node.ts"),
    ("providers", "tests/js/run-providers.ts"),
    ("ai", "tests/js/run-ai.ts"),
    ("gateway", "tests/js/run-gateway.ts"),
    ("samples", "tests/js/run-samples.ts"),
    ("schemas", "tests/js/run-schemas.ts"),
    ("workerd", "tests/js/run-workerd.ts"),
    ("edge-stores", "tests/js/run-edge-stores.ts"),
    ("browser", "tests/js/run-browser.ts"),
    ("page-stores", "tests/js/run-page-stores.ts"),
    ("package", "tests/package/run.ts"),
    ("page", "tests/browser/run.mjs"),
];

/// Runners that only run when they are named: they build things that take long.
const OPT_IN: &[(&str, &str)] = &[("llama", "tests/llama/run.ts")];

const NODE: &str = "Install Node.js 20.19 or later: https://nodejs.org";

/// Runs the named runners, or all, and adds their closing lines to `lines`.
pub(crate) fn run(root: &Path, names: &[&str], lines: &mut Vec<String>) -> Step {
    let known = || RUNNERS.iter().chain(OPT_IN);
    if let Some(unknown) = names.iter().find(|name| known().all(|(known, _)| known != *name)) {
        return Err(format!("no such runner: {unknown}"));
    }
    let tarball = pack::tarball(root)?;
    files::remove_folder(&root.join("tests/out"))?;
    let mut failed = Vec::new();
    let all = RUNNERS.iter().filter(|_| names.is_empty());
    for (name, source) in all.chain(known().filter(|(name, _)| names.contains(name))) {
        if let Err(message) = one(root, name, source, &tarball, lines) {
            run::say(&format!("{name}: {message}"));
            failed.push(*name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn one(root: &Path, name: &str, source: &str, tarball: &Path, lines: &mut Vec<String>) -> Step {
    let script = if source.ends_with(".ts") { stripped(root, name, source)? } else { source.to_owned() };
    let tarball = tarball.display().to_string();
    let before = lines.len();
    run::watched(root, "node", &[&script, &tarball], NODE, |line| {
        if is_closing(line) {
            lines.push(line.to_owned());
        }
    })?;
    if lines.len() > before {
        Ok(())
    } else {
        Err("it ended without saying how many tests it ran".to_owned())
    }
}

/// Node 20 reads no TypeScript, so the runner is stripped of its types first. Packages stay outside.
fn stripped(root: &Path, name: &str, source: &str) -> Step<String> {
    let out = format!("tests/out/{name}.mjs");
    let arguments = [
        source.to_owned(),
        "--bundle".to_owned(),
        "--packages=external".to_owned(),
        "--format=esm".to_owned(),
        "--platform=node".to_owned(),
        "--target=node20".to_owned(),
        "--log-level=warning".to_owned(),
        format!("--outfile={out}"),
    ];
    run::node(root, "esbuild/bin/esbuild", &arguments)?;
    Ok(out)
}

/// `name: 61 passed, 0 failed`
fn is_closing(line: &str) -> bool {
    let counts = line.split_once(": ").and_then(|(_, counts)| counts.split_once(" passed, "));
    counts.is_some_and(|(passed, failed)| passed.parse::<u32>().is_ok() && failed.ends_with(" failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_line_is_known() {
        assert!(is_closing("node-esm: 61 passed, 0 failed"));
        assert!(!is_closing("node-esm: starting") && !is_closing("61 passed, 0 failed"));
    }
}
