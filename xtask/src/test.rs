//! Runs the JavaScript suites against the packed tarball, each runtime with its own runner.

use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use crate::Step;
use crate::files;
use crate::pack;
use crate::run;

/// Every runner, by the name that picks it. The last are started first: they take longest, up to two minutes.
const RUNNERS: &[(&str, &str)] = &[
    ("envelope", "tests/js/run-envelope.mjs"),
    ("opentelemetry", "tests/js/run-opentelemetry.ts"),
    ("schemas", "tests/js/run-schemas.ts"),
    ("providers", "tests/js/run-providers.ts"),
    ("ai", "tests/js/run-ai.ts"),
    ("samples", "tests/js/run-samples.ts"),
    ("workerd", "tests/js/run-workerd.ts"),
    ("worker", "tests/js/run-worker.ts"),
    ("gateway", "tests/js/run-gateway.ts"),
    ("browser", "tests/js/run-browser.ts"),
    ("package", "tests/package/run.ts"),
    ("cli", "tests/js/cli/run.ts"),
    ("edge-stores", "tests/js/run-edge-stores.ts"),
    ("page", "tests/browser/run.mjs"),
    ("node", "tests/js/run-node.ts"),
    ("storage", "tests/js/storage/run-storage.mjs"),
    ("page-stores", "tests/js/run-page-stores.ts"),
];

/// Runners that only run when they are named: they build things that take long.
const OPT_IN: &[(&str, &str)] = &[
    ("llama", "tests/llama/run.ts"),
    ("everywhere", "tests/everywhere/run.ts"),
    ("wrangler", "tests/js/run-wrangler.ts"),
];

/// Runners that open Chromium or Firefox.
const IN_BROWSERS: &[&str] = &["browser", "page-stores", "page"];

const NODE: &str = "Install Node.js 20.19 or later: https://nodejs.org";

/// A runner, and what came of it.
struct Ran {
    name: &'static str,
    lines: Vec<String>,
    end: Step,
}

/// Runs the named runners, or all, and adds their closing lines to `lines`.
pub(crate) fn run(root: &Path, names: &[&str], lines: &mut Vec<String>) -> Step {
    let known = || RUNNERS.iter().chain(OPT_IN);
    if let Some(unknown) = names.iter().find(|name| known().all(|(known, _)| known != *name)) {
        let names: Vec<&str> = known().map(|(name, _)| *name).collect();
        return Err(format!("no such runner: {unknown}; there are {}", names.join(", ")));
    }
    let tarball = pack::tarball(root)?;
    files::remove_folder(&root.join("tests/out"))?;
    let all = RUNNERS.iter().filter(|_| names.is_empty());
    let chosen: Vec<_> = all.chain(known().filter(|(name, _)| names.contains(name))).collect();
    if chosen.iter().any(|(name, _)| IN_BROWSERS.contains(name)) {
        // What a runner lacks, it says itself.
        let _ = run::run(root, "node", &["tests/browser/install.mjs"], NODE);
    }
    let mut failed = Vec::new();
    for Ran { name, lines: closing, end } in side_by_side(root, &chosen, &tarball) {
        lines.extend(closing);
        if let Err(message) = end {
            run::say(&format!("{name}: {message}"));
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// Runs them side by side, the last first; what came of them is in the order of `chosen`. As many as there are processors and no
/// more than two: browsers and runtimes bring threads of their own, and a third takes a tenth off at most.
fn side_by_side(root: &Path, chosen: &[&(&'static str, &str)], tarball: &Path) -> Vec<Ran> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(2);
    let left = Mutex::new(chosen.iter().enumerate().collect::<Vec<_>>());
    let done = Mutex::new(Vec::new());
    let work = || {
        let next = || left.lock().ok().and_then(|mut left| left.pop());
        while let Some((place, (name, source))) = next() {
            let ran = one(root, name, source, tarball);
            if let Ok(mut done) = done.lock() {
                done.push((place, ran));
            }
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, ran)| ran).collect()
}

/// Runs one, and shows what it says when it ends.
fn one(root: &Path, name: &'static str, source: &str, tarball: &Path) -> Ran {
    let from = Instant::now();
    let (output, mut end) =
        told(root, name, source, tarball).unwrap_or_else(|error| (String::new(), Err(error)));
    let lines: Vec<String> = output.lines().filter(|line| is_closing(line)).map(str::to_owned).collect();
    if end.is_ok() && lines.is_empty() {
        end = Err("it ended without saying how many tests it ran".to_owned());
    }
    run::print(&format!("{output}{name}: took {} s", from.elapsed().as_secs()));
    Ran { name, lines, end }
}

fn told(root: &Path, name: &str, source: &str, tarball: &Path) -> Step<(String, Step)> {
    let script = if source.ends_with(".ts") { stripped(root, name, source)? } else { source.to_owned() };
    run::captured(root, "node", &[script, tarball.display().to_string()], NODE)
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
