//! What must hold before a version is published. It publishes nothing: `docs/release.md` says how that is done.

mod audit;
mod changelog;
mod contents;
mod git;
mod licences;
mod manifest;
pub(crate) mod notices;
mod packages;
mod record;
mod tarball;
mod twice;
mod versions;

use std::path::Path;
use std::path::PathBuf;

use semver::Version;
use serde_json::Value;

use crate::Step;
use crate::files;
use crate::npm;
use crate::run;
use crate::toolchain;
use git::Commit;
use packages::Crates;
use tarball::Entry;
use twice::Build;

/// How a check ended that did not fail.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It holds; the text says what was looked at.
    Done(String),
    /// Nobody knows; the text says why.
    NotChecked(String),
}

/// What the checks gave, in their order.
#[derive(Debug, Default)]
struct Report {
    lines: Vec<String>,
    failed: Vec<&'static str>,
    unchecked: Vec<&'static str>,
}

impl Report {
    /// Notes how a check ended; what it found where it succeeded.
    fn note(&mut self, name: &'static str, result: Step<Outcome>) {
        let line = match result {
            Ok(Outcome::Done(text)) => format!("{name}: {text}"),
            Ok(Outcome::NotChecked(reason)) => {
                self.unchecked.push(name);
                format!("{name}: not checked: {reason}")
            }
            Err(message) => {
                self.failed.push(name);
                format!("{name}: FAILED: {message}")
            }
        };
        run::say(&line);
        self.lines.push(line);
    }

    /// Fails where a check failed, or, with `strict`, where one could not be made.
    fn verdict(&self, strict: bool) -> Step {
        let mut bad = self.failed.clone();
        bad.extend(self.unchecked.iter().filter(|_| strict));
        if bad.is_empty() { Ok(()) } else { Err(format!("not fit to be released: {}", bad.join(", "))) }
    }
}

/// Runs every check and leaves the package, its list and its record in `target/release-check`.
pub(crate) fn run(root: &Path, strict: bool) -> Step {
    npm::ensure(root)?;
    toolchain::ensure(root)?;
    let commit = git::head(root)?;
    let out = root.join("target/release-check");
    files::remove_folder(&out)?;
    let mut report = Report::default();
    let version = version(root)?;
    report.note("version", git::not_released(root, &commit, &version.to_string()).map(|()| done(&version)));
    report.note("changelog", section(root, &version, &commit, &out));
    report.note("licences", licences(root));
    report.note("crates", audit::crates(root));
    report.note("npm", audit::npm(root));
    let place = std::env::temp_dir().join(format!("ductape-release-{}", std::process::id()));
    let built = package(root, &commit, &version, &place, &out, &mut report);
    files::remove_folder(&place)?;
    if let Err(message) = built {
        report.note("package", Err(message));
    }
    run::print("");
    report.lines.iter().for_each(|line| run::print(line));
    report.verdict(strict)
}

/// Fails where there are findings, with a line for each.
fn none(what: &str, findings: Vec<String>) -> Step {
    if findings.is_empty() { Ok(()) } else { Err(format!("{what}:\n  {}", findings.join("\n  "))) }
}

fn done(text: impl ToString) -> Outcome {
    Outcome::Done(text.to_string())
}

fn version(root: &Path) -> Step<Version> {
    let crates = Crates::read(root, None)?;
    let package = json(&root.join("pkg/package.json"))?;
    let lock = json(&root.join("package-lock.json"))?;
    versions::agreed(&[
        ("Cargo.toml", crates.version("ductape-models").unwrap_or_default()),
        ("pkg/package.json", package["version"].as_str().unwrap_or_default()),
        ("package-lock.json", lock["packages"]["pkg"]["version"].as_str().unwrap_or_default()),
    ])
}

fn json(path: &Path) -> Step<Value> {
    serde_json::from_str(&files::read_text(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes the version's section, as the notes of the release.
fn section(root: &Path, version: &Version, commit: &Commit, out: &Path) -> Step<Outcome> {
    let sections = changelog::sections(&files::read_text(&root.join("CHANGELOG.md"))?)?;
    let section = changelog::of_release(&sections, version)?;
    let text = changelog::dated(section, version, &commit.date);
    files::write(&out.join("CHANGELOG-section.md"), &text)?;
    let kind = if section.version.is_some() { "its own section" } else { "what is unreleased" };
    Ok(done(format!("{kind}, {} lines", text.lines().count())))
}

fn licences(root: &Path) -> Step<Outcome> {
    let (crates, tools) = (Crates::read(root, None)?.foreign(), packages::installed(root)?);
    licences::check_crates(&crates)?;
    licences::check_tools(&tools)?;
    Ok(done(format!("{} crates and {} npm packages, all on the lists", crates.len(), tools.len())))
}

/// Builds twice, and looks at what came out.
fn package(
    root: &Path,
    commit: &Commit,
    version: &Version,
    place: &Path,
    out: &Path,
    report: &mut Report,
) -> Step {
    let builds = twice::build(root, commit, place)?;
    let [first, _] = &builds;
    let digest = twice::compare(&builds, place);
    let name = first.tarball.file_name().map(PathBuf::from).unwrap_or_default();
    let kept = out.join(name);
    files::copy(&first.tarball, &kept)?;
    let entries = tarball::unpack(&kept, &place.join("unpacked"))?;
    entries
        .iter()
        .for_each(|entry| run::print(&format!("{}  {:>9}  {}", entry.sha256, entry.bytes, entry.path)));
    files::write(&out.join("files.sha256"), tarball::checksums(&entries))?;
    let bytes = files::read(&kept)?;
    let same = |digest: String| format!("two builds, the same {} bytes, sha256 {digest}", bytes.len());
    report.note("reproducible", digest.map(same).map(Outcome::Done));
    report.note("contents", contents(root, version, &place.join("unpacked/package"), &entries, &builds));
    report.note("notices", notices::check(&first.root).map(|()| done(notices::PATH)));
    let record = record::Record {
        commit,
        version,
        name: &kept,
        bytes: &bytes,
        entries: &entries,
        checks: &report.lines,
    };
    files::write(&out.join("release.json"), record.text(root)?)
}

fn contents(
    root: &Path,
    version: &Version,
    folder: &Path,
    entries: &[Entry],
    builds: &[Build; 2],
) -> Step<Outcome> {
    contents::check(entries)?;
    let mut private = toolchain::private_folders(root);
    for build in builds {
        private.push(build.root.display().to_string());
        private.extend(build.cargo_home.iter().map(|home| home.display().to_string()));
    }
    contents::check_bytes(folder, entries, &private)?;
    let manifest = json(&folder.join("package.json"))?;
    manifest::check(&manifest, entries)?;
    if manifest["version"] != version.to_string() {
        return Err(format!("the package calls itself {}", manifest["version"]));
    }
    Ok(done(format!("{} files, all expected, no dependencies", entries.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_checked_fails_a_strict_check_only() {
        let mut report = Report::default();
        report.note("version", Ok(done("0.1.0")));
        report.note("npm", Ok(Outcome::NotChecked("no list".to_owned())));
        assert_eq!(report.verdict(false), Ok(()));
        assert_eq!(report.verdict(true), Err("not fit to be released: npm".to_owned()));
        report.note("contents", Err("x: missing".to_owned()));
        assert_eq!(report.verdict(false), Err("not fit to be released: contents".to_owned()));
        assert_eq!(report.lines[1], "npm: not checked: no list");
    }
}
