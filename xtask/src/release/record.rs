//! `release.json`: what was built of which commit, with which tools. Whoever builds it again needs no more, and can compare.

use std::path::Path;

use base64ct::Base64;
use base64ct::Encoding;
use semver::Version;
use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha512;

use super::git::Commit;
use super::tarball;
use super::tarball::Entry;
use crate::Step;
use crate::files;
use crate::run;

/// npm packages that put bytes into the package.
const BUILDERS: &[&str] = &["binaryen", "esbuild", "typescript"];

/// Everything that goes into the record.
#[derive(Debug)]
pub(super) struct Record<'r> {
    /// The commit that was built.
    pub(super) commit: &'r Commit,
    /// The version of the package.
    pub(super) version: &'r Version,
    /// Where the tarball is.
    pub(super) name: &'r Path,
    /// The tarball.
    pub(super) bytes: &'r [u8],
    /// What is in it.
    pub(super) entries: &'r [Entry],
    /// How each check ended.
    pub(super) checks: &'r [String],
}

impl Record<'_> {
    /// The record as JSON with a line break at its end. Without a time: the same commit gives the same record.
    pub(super) fn text(&self, root: &Path) -> Step<String> {
        let files: Vec<Value> = self
            .entries
            .iter()
            .map(|entry| json!({"path": entry.path, "bytes": entry.bytes, "sha256": entry.sha256}))
            .collect();
        let record = json!({
            "name": "ductape-models",
            "version": self.version.to_string(),
            "commit": self.commit.id,
            "tarball": {
                "file": self.name.file_name().unwrap_or_default().to_string_lossy(),
                "bytes": self.bytes.len(),
                "sha256": tarball::sha256(self.bytes),
                // What `npm view ductape-models dist.integrity` shows.
                "integrity": format!("sha512-{}", Base64::encode_string(&Sha512::digest(self.bytes))),
            },
            "tools": tools(root)?,
            "checks": self.checks,
            "files": files,
        });
        serde_json::to_string_pretty(&record).map(|text| text + "\n").map_err(|error| error.to_string())
    }
}

fn tools(root: &Path) -> Step<Value> {
    let mut tools = serde_json::Map::new();
    for program in ["rustc", "cargo", "node", "npm"] {
        let version =
            run::read(root, program, &["--version"]).ok_or_else(|| format!("{program} has no version"))?;
        tools.insert(program.to_owned(), version.trim().into());
    }
    for name in BUILDERS {
        let text = files::read_text(&root.join("node_modules").join(name).join("package.json"))?;
        let manifest: Value = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        tools.insert((*name).to_owned(), manifest["version"].clone());
    }
    Ok(tools.into())
}
