//! What may be in the package, and what must be. Everything else is a mistake: a source map, a test, a file that an editor left.

use std::path::Path;

use super::tarball::Entry;
use crate::Step;
use crate::files;
use crate::script;

/// Files that the package has beside what is built for an entry.
const FIXED: &[&str] = &[
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "THIRD-PARTY.md",
    "dist/cli/main.js",
    "dist/core.wasm",
    "dist/core.wasm.d.ts",
    "package.json",
];

/// Folders of `dist` that hold declarations.
const TYPES: &[&str] = &["", "ai/", "gateway/", "storage/", "storage/file/", "storage/http/", "testing/"];

/// What a file that points at its source map has in it.
const SOURCE_MAP: &[u8] = b"sourceMappingURL";

/// Fails with a line for each file that should not be there, or is not.
pub(super) fn check(entries: &[Entry]) -> Step {
    let mut lines: Vec<String> = entries
        .iter()
        .filter(|entry| !may_be(&entry.path))
        .map(|entry| format!("{}: nobody expects it in the package", entry.path))
        .collect();
    let is_there = |path: &String| entries.iter().any(|entry| entry.path == *path);
    lines.extend(expected().iter().filter(|path| !is_there(path)).map(|path| format!("{path}: missing")));
    super::none("contents", lines)
}

/// Fails where a file of the unpacked package names one of `folders`, or a source map.
pub(super) fn check_bytes(package: &Path, entries: &[Entry], folders: &[String]) -> Step {
    let mut lines = Vec::new();
    for entry in entries {
        let bytes = files::read(&package.join(&entry.path))?;
        let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        if has(SOURCE_MAP) {
            lines.push(format!("{}: it names a source map", entry.path));
        }
        if folders.iter().any(|folder| has(folder.as_bytes())) {
            lines.push(format!("{}: it names a folder of the machine that built it", entry.path));
        }
    }
    super::none("contents", lines)
}

/// Every file that must be there.
fn expected() -> Vec<String> {
    let modules = script::names(script::ENTRIES).chain(script::names(script::MODULE_ENTRIES));
    let mut paths: Vec<String> = modules.map(|name| format!("dist/{name}.js")).collect();
    paths.extend(script::names(script::ENTRIES).map(|name| format!("dist/{name}.cjs")));
    paths.extend(FIXED.iter().map(|&path| path.to_owned()));
    paths
}

fn may_be(path: &str) -> bool {
    is_types(path) || is_chunk(path) || expected().iter().any(|known| known == path)
}

/// Code that several modules share: `dist/chunk-46PWFIZX.js`.
fn is_chunk(path: &str) -> bool {
    let hash = path.strip_prefix("dist/chunk-").and_then(|rest| rest.strip_suffix(".js"));
    hash.is_some_and(|hash| {
        hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// A declaration, for either kind of module, in one of the folders that have some.
fn is_types(path: &str) -> bool {
    let stem = path.strip_suffix(".d.ts").or_else(|| path.strip_suffix(".d.cts"));
    let Some(stem) = stem.and_then(|stem| stem.strip_prefix("dist/")) else { return false };
    let (folder, name) = stem.split_at(stem.rfind('/').map_or(0, |slash| slash + 1));
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    TYPES.contains(&folder) && !name.is_empty() && name.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(paths: &[String]) -> Vec<Entry> {
        let entry = |path: &String| Entry { path: path.clone(), bytes: 0, sha256: String::new() };
        paths.iter().map(entry).collect()
    }

    #[test]
    fn the_package_as_it_is_built_passes() {
        let mut paths = expected();
        paths.extend(
            ["dist/chunk-46PWFIZX.js", "dist/types.d.cts", "dist/storage/file/lock.d.ts"].map(str::to_owned),
        );
        assert_eq!(check(&entries(&paths)), Ok(()));
    }

    #[test]
    fn what_nobody_expects_is_named() {
        for path in [
            "dist/index.js.map",
            "dist/index.d.ts.map",
            "src/index.ts",
            "dist/storage/kv.test.d.ts",
            "dist/chunk-46pwfizx.js",
            "dist/chunk-46PWFIZX.cjs",
            "dist/other/types.d.ts",
            "dist/edge.cjs",
            ".npmrc",
            "dist/cli/main.d.ts",
        ] {
            let mut paths = expected();
            paths.push(path.to_owned());
            let message = check(&entries(&paths)).unwrap_err();
            assert!(message.contains(&format!("{path}: nobody")), "{message}");
        }
    }

    #[test]
    fn source_maps_and_folders_of_the_machine_are_found() {
        let folder = std::env::temp_dir().join(format!("xtask-contents-{}", std::process::id()));
        let checked = |text: &str| {
            files::write(&folder.join("dist/index.js"), text).unwrap();
            check_bytes(&folder, &entries(&["dist/index.js".to_owned()]), &["/home/ada".to_owned()])
        };
        assert_eq!(checked("const home = '/home/bob';"), Ok(()));
        assert!(checked("throw '/home/ada/src/lib.rs'").unwrap_err().contains("a folder of the machine"));
        assert!(checked("//# sourceMappingURL=index.js.map").unwrap_err().contains("a source map"));
        files::remove_folder(&folder).unwrap();
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut paths = expected();
        paths.retain(|path| path != "dist/core.wasm" && path != "THIRD-PARTY.md");
        let message = check(&entries(&paths)).unwrap_err();
        assert!(message.contains("dist/core.wasm: missing") && message.contains("THIRD-PARTY.md: missing"));
    }
}
