//! Runs the JavaScript suites against the packed tarball, each runtime with its own runner.

use std::path::Path;

use crate::Step;
use crate::files;
use crate::pack;
use crate::run;

/// Every runner, by the name that picks it.
const RUNNERS: &[(&str, &str)] = &[
    ("node", "tests/js/run-node.ts"),
    ("workerd", "tests/js/run-workerd.ts"),
    ("browser", "tests/js/run-browser.ts"),
    ("package", "tests/package/run.ts"),
];

/// Runs the named runners, or all.
pub(crate) fn run(root: &Path, names: &[&str]) -> Step {
    if let Some(unknown) = names.iter().find(|name| RUNNERS.iter().all(|(known, _)| known != *name)) {
        return Err(format!("no such runner: {unknown}"));
    }
    let tarball = pack::tarball(root)?;
    let out = root.join("tests/out");
    files::remove_folder(&out)?;
    let mut failed = Vec::new();
    for (name, source) in RUNNERS.iter().filter(|(name, _)| names.is_empty() || names.contains(name)) {
        if one(root, name, source, &tarball).is_err() {
            failed.push(*name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// Node 20 reads no TypeScript, so the runner is stripped of its types first. Packages stay outside.
fn one(root: &Path, name: &str, source: &str, tarball: &Path) -> Step {
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
    let tarball = tarball.display().to_string();
    run::run(root, "node", &[out.as_str(), &tarball], "Install Node.js 20.19 or later: https://nodejs.org")
}
