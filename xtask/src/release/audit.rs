//! Known weaknesses of what the package is made of and built with. The lists are asked where they can be reached; a list
//! that cannot is named, so that nobody takes silence for a clean answer.

use std::path::Path;

use serde_json::Value;

use super::Outcome;
use crate::Step;
use crate::run;

/// npm's own patience is minutes.
const NPM: &[&str] = &["audit", "--json", "--fetch-retries=0", "--fetch-timeout=30000"];

/// Crates of the lock file, tests and tools included, against the RustSec database, by `cargo audit`.
pub(super) fn crates(root: &Path) -> Step<Outcome> {
    if run::read(root, "cargo", &["audit", "--version"]).is_none() {
        return Ok(unchecked("cargo-audit is not installed (cargo install cargo-audit --locked)"));
    }
    let (output, said) = run::either(root, "cargo", &["audit", "--json", "--quiet"])?;
    match serde_json::from_str(&output) {
        Ok(report) => of_crates(&report),
        Err(_) => Ok(unchecked(&format!("the RustSec database cannot be read: {}", first_line(&said)))),
    }
}

/// Installed npm packages against the registry's list, by `npm audit`.
pub(super) fn npm(root: &Path) -> Step<Outcome> {
    let (output, said) = run::either(root, "npm", NPM)?;
    match serde_json::from_str(&output) {
        Ok(report) => of_npm(&report),
        Err(_) => Ok(unchecked(&format!("npm audit gives no answer: {}", first_line(&said)))),
    }
}

fn unchecked(reason: &str) -> Outcome {
    Outcome::NotChecked(reason.to_owned())
}

fn of_crates(report: &Value) -> Step<Outcome> {
    let Some(found) = report["vulnerabilities"]["list"].as_array() else {
        return Ok(unchecked("cargo audit answers in an unknown form"));
    };
    let named = |finding: &Value| {
        let (package, advisory) = (&finding["package"], &finding["advisory"]);
        let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let id = word(&advisory["id"]);
        format!("{} {}: {id} {}", word(&package["name"]), word(&package["version"]), word(&advisory["title"]))
    };
    if !found.is_empty() {
        return Err(findings(found.iter().map(named).collect()));
    }
    let warnings = report["warnings"].as_object().into_iter().flat_map(serde_json::Map::iter);
    let warnings: Vec<String> = warnings
        .flat_map(|(kind, list)| list.as_array().into_iter().flatten().map(move |one| (kind, one)))
        .map(|(kind, one)| format!("; {kind}: {}", one["package"]["name"].as_str().unwrap_or("?")))
        .collect();
    let count = &report["lockfile"]["dependency-count"];
    Ok(Outcome::Done(format!("{count} crates, no known weakness{}", warnings.concat())))
}

fn of_npm(report: &Value) -> Step<Outcome> {
    let Some(total) = report["metadata"]["vulnerabilities"]["total"].as_u64() else {
        let reason = report["message"].as_str().or_else(|| report["error"]["summary"].as_str());
        return Ok(unchecked(&format!(
            "the registry has no list: {}",
            status(reason.unwrap_or("no answer"))
        )));
    };
    if total > 0 {
        let found = report["vulnerabilities"].as_object().into_iter().flatten();
        let severity = |finding: &Value| finding["severity"].as_str().unwrap_or("?").to_owned();
        return Err(findings(
            found.map(|(name, finding)| format!("{name}: {}", severity(finding))).collect(),
        ));
    }
    let count = &report["metadata"]["dependencies"]["total"];
    Ok(Outcome::Done(format!("{count} npm packages, no known weakness")))
}

fn findings(lines: Vec<String>) -> String {
    format!("known weaknesses:\n  {}", lines.join("\n  "))
}

/// `405 Method Not Allowed` of `405 Method Not Allowed - POST https://…`.
fn status(message: &str) -> &str {
    message.split(" - ").next().unwrap_or(message)
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_weak_crate_fails_and_a_warning_is_told() {
        let weak = json!({"advisory": {"id": "RUSTSEC-2020-0071", "title": "Segfault"}, "package": {"name": "time", "version": "0.1.0"}});
        let report = |list: Value, warnings: Value| json!({"lockfile": {"dependency-count": 7}, "vulnerabilities": {"list": list}, "warnings": warnings});
        let message = of_crates(&report(json!([weak]), json!({}))).unwrap_err();
        assert!(message.contains("time 0.1.0: RUSTSEC-2020-0071 Segfault"), "{message}");
        let warned = report(json!([]), json!({"yanked": [{"package": {"name": "a"}}]}));
        assert_eq!(
            of_crates(&warned).unwrap(),
            Outcome::Done("7 crates, no known weakness; yanked: a".to_owned())
        );
        assert!(matches!(of_crates(&json!({})), Ok(Outcome::NotChecked(_))));
    }

    #[test]
    fn a_weak_npm_package_fails_and_a_refusal_is_told() {
        let report = json!({"auditReportVersion": 2, "vulnerabilities": {"x": {"severity": "high"}},
            "metadata": {"vulnerabilities": {"total": 1}, "dependencies": {"total": 9}}});
        assert!(of_npm(&report).unwrap_err().contains("x: high"));
        let clean = json!({"metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 9}}});
        assert_eq!(of_npm(&clean).unwrap(), Outcome::Done("9 npm packages, no known weakness".to_owned()));
        let refused = json!({"message": "405 Method Not Allowed - POST https://registry.example/x", "error": {"summary": ""}});
        let told = Outcome::NotChecked("the registry has no list: 405 Method Not Allowed".to_owned());
        assert_eq!(of_npm(&refused).unwrap(), told);
    }
}
