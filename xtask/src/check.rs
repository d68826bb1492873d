//! Everything that must hold before a change lands: lints, the Rust tests, and the JavaScript suites on every runtime.
//! Ends with one line a suite.

use std::path::Path;

use crate::Step;
use crate::npm;
use crate::run;
use crate::test;

const RUST: &str = "Install Rust: https://rustup.rs";

/// Runs all of it, in the order of what fails fastest.
pub(crate) fn run(root: &Path) -> Step {
    npm::ensure(root)?;
    lint(root)?;
    let mut lines = vec![rust_tests(root)?];
    crate::build(root, false)?;
    customers(root)?;
    let result = test::run(root, &[], &mut lines);
    run::print("");
    lines.iter().for_each(|line| run::print(line));
    result
}

/// Formatting and lints of both languages.
pub(crate) fn lint(root: &Path) -> Step {
    run::run(root, "cargo", &["fmt", "--all", "--check"], RUST)?;
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    run::run(root, "cargo", &clippy, RUST)?;
    run::node(root, "@biomejs/biome/bin/biome", &["check", "--log-level=warn"])
}

/// Types of what stands on the package: the page, the Worker, the tests. They see it as it was built.
fn customers(root: &Path) -> Step {
    ["www", "worker", "tests", "tests/js/edge"]
        .iter()
        .try_for_each(|folder| run::node(root, "typescript/bin/tsc", &["--project", folder]))
}

fn rust_tests(root: &Path) -> Step<String> {
    let mut passed = 0;
    let tests = run::watched(root, "cargo", &["test", "--quiet", "--workspace"], RUST, |line| {
        passed += line.strip_prefix("test result: ok. ").and_then(count).unwrap_or(0);
    });
    tests.map(|()| format!("rust: {passed} passed, 0 failed"))
}

fn count(rest: &str) -> Option<u32> {
    rest.split_once(" passed")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_line_is_counted() {
        assert_eq!(count("12 passed; 0 failed; 0 ignored"), Some(12));
        assert_eq!(count("passed"), None);
    }
}
