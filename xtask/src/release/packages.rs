//! A package of someone else, from whichever registry, and what it says of its licence.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::Step;
use crate::files;
use crate::run;
use crate::toolchain;

/// A crate or an npm package.
#[derive(Debug, Clone)]
pub(super) struct Package {
    /// Its name in its registry.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// Its licence as an SPDX expression, where it states one.
    pub(super) licence: Option<String>,
    /// Who wrote it, without addresses.
    pub(super) authors: Vec<String>,
    /// Where its files are.
    pub(super) folder: PathBuf,
}

/// What cargo knows of this workspace.
#[derive(Debug)]
pub(super) struct Crates(Value);

impl Crates {
    /// Asks cargo, for one target or for all; fails where the lock file would have to change.
    pub(super) fn read(root: &Path, target: Option<&str>) -> Step<Self> {
        let mut arguments = vec!["metadata", "--format-version", "1", "--locked"];
        if let Some(target) = target {
            arguments.extend(["--filter-platform", target]);
        }
        let text =
            run::read(root, "cargo", &arguments).ok_or("cargo metadata failed: is Cargo.lock current?")?;
        serde_json::from_str(&text).map(Self).map_err(|error| format!("cargo metadata: {error}"))
    }

    /// Every crate that is not of this workspace.
    pub(super) fn foreign(&self) -> Vec<Package> {
        self.packages().filter(|package| !package["source"].is_null()).map(package_of_crate).collect()
    }

    /// Every foreign crate whose code can end in the library `name`: macros run in the compiler and stay there.
    pub(super) fn linked(&self, name: &str) -> Vec<Package> {
        let start = self.packages().find(|package| package["name"] == name);
        let mut found: Vec<&Value> = start.into_iter().collect();
        let mut next = 0;
        while let Some(package) = found.get(next).copied() {
            for dependency in self.dependencies(&package["id"]) {
                if !found.contains(&dependency) && !is_macro(dependency) {
                    found.push(dependency);
                }
            }
            next += 1;
        }
        let foreign = found.into_iter().filter(|package| !package["source"].is_null());
        let mut packages: Vec<Package> = foreign.map(package_of_crate).collect();
        packages.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
        packages
    }

    /// The version of a crate of this workspace.
    pub(super) fn version(&self, name: &str) -> Option<&str> {
        self.packages().find(|package| package["name"] == name)?["version"].as_str()
    }

    fn packages(&self) -> impl Iterator<Item = &Value> {
        self.0["packages"].as_array().into_iter().flatten()
    }

    /// What the crate uses when it runs: neither in its tests nor while it is built.
    fn dependencies(&self, id: &Value) -> Vec<&Value> {
        let nodes = self.0["resolve"]["nodes"].as_array();
        let node = nodes.into_iter().flatten().find(|node| node["id"] == *id);
        let all = node.and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let is_normal = |dependency: &&Value| {
            let kinds = dependency["dep_kinds"].as_array();
            kinds.into_iter().flatten().any(|kind| kind["kind"].is_null())
        };
        let ids: Vec<&Value> = all.filter(is_normal).map(|dependency| &dependency["pkg"]).collect();
        self.packages().filter(|package| ids.contains(&&package["id"])).collect()
    }
}

fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    let kinds = targets.filter_map(|target| target["kind"].as_array()).flatten();
    kinds.into_iter().any(|kind| kind == "proc-macro")
}

fn package_of_crate(package: &Value) -> Package {
    let word = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
    let authors = package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Package {
        name: word("name"),
        version: word("version"),
        licence: package["license"].as_str().map(str::to_owned),
        authors: authors.map(without_address).collect(),
        folder: Path::new(&word("manifest_path")).parent().map(Path::to_path_buf).unwrap_or_default(),
    }
}

/// The crates in the module.
pub(super) fn in_module(root: &Path) -> Step<Vec<Package>> {
    Ok(Crates::read(root, Some(toolchain::TARGET))?.linked("ductape-models"))
}

/// Every npm package that is installed, and is not of this workspace.
pub(super) fn installed(root: &Path) -> Step<Vec<Package>> {
    let text = files::read_text(&root.join("node_modules/.package-lock.json"))?;
    let lock: Value = serde_json::from_str(&text).map_err(|error| format!("node_modules: {error}"))?;
    let entries = lock["packages"].as_object().into_iter().flatten();
    let foreign = entries.filter(|(path, entry)| path.contains("node_modules/") && entry["link"] != true);
    foreign.map(|(path, _)| npm_package(&root.join(path))).collect()
}

/// The npm package in `folder`.
pub(super) fn npm_package(folder: &Path) -> Step<Package> {
    let text = files::read_text(&folder.join("package.json"))?;
    let manifest: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", folder.display()))?;
    let author = manifest["author"].as_str().or_else(|| manifest["author"]["name"].as_str());
    Ok(Package {
        name: manifest["name"].as_str().unwrap_or_default().to_owned(),
        version: manifest["version"].as_str().unwrap_or_default().to_owned(),
        licence: manifest["license"].as_str().map(str::to_owned),
        authors: author.into_iter().map(without_address).collect(),
        folder: folder.to_path_buf(),
    })
}

/// `Jane Doe` of `Jane Doe <jane@example.com> (https://example.com)`.
fn without_address(author: &str) -> String {
    author.split(['<', '(']).next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_runs_is_linked() {
        let package = |name: &str, kind: &str, source: Value| {
            json!({"name": name, "id": name, "version": "1.0.0", "source": source, "license": "MIT", "authors": ["J D <j@example.com>"],
                "manifest_path": format!("/x/{name}/Cargo.toml"), "targets": [{"kind": [kind]}]})
        };
        let edge = |name: &str, kind: Value| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [
                package("ours", "lib", Value::Null),
                package("used", "lib", json!("registry")),
                package("beneath", "lib", json!("registry")),
                package("derive", "proc-macro", json!("registry")),
                package("syntax", "lib", json!("registry")),
                package("testing", "lib", json!("registry")),
            ],
            "resolve": {"nodes": [
                {"id": "ours", "deps": [edge("used", Value::Null), edge("derive", Value::Null), edge("testing", json!("dev"))]},
                {"id": "used", "deps": [edge("beneath", Value::Null)]},
                {"id": "beneath", "deps": [edge("used", Value::Null)]},
                {"id": "derive", "deps": [edge("syntax", Value::Null)]},
            ]},
        });
        let crates = Crates(metadata);
        let names = |list: Vec<Package>| list.into_iter().map(|package| package.name).collect::<Vec<_>>();
        assert_eq!(names(crates.linked("ours")), ["beneath", "used"]);
        assert_eq!(names(crates.foreign()).len(), 5);
        assert_eq!(crates.version("ours"), Some("1.0.0"));
        assert_eq!(crates.foreign()[0].authors, ["J D"]);
    }
}
