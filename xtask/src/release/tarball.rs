//! What is in a tarball: every file with its size and its SHA-256.

use std::path::Path;

use sha2::Digest;
use sha2::Sha256;

use crate::Step;
use crate::files;
use crate::run;

/// One file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path in the package, with slashes: `dist/index.js`.
    pub(super) path: String,
    /// Its length in bytes.
    pub(super) bytes: usize,
    /// SHA-256 in hexadecimal.
    pub(super) sha256: String,
}

/// Unpacks `tarball` into `folder` and lists its files, sorted by path.
pub(super) fn unpack(tarball: &Path, folder: &Path) -> Step<Vec<Entry>> {
    files::remove_folder(folder)?;
    files::make_folder(folder)?;
    let (from, to) = (tarball.display().to_string(), folder.display().to_string());
    run::run(folder, "tar", &["-xzf", &from, "-C", &to], "Install tar")?;
    list(&folder.join("package"))
}

fn list(folder: &Path) -> Step<Vec<Entry>> {
    let mut entries = Vec::new();
    for path in files::walk(folder) {
        let bytes = files::read(&path)?;
        let inner = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        entries.push(Entry { path: inner, bytes: bytes.len(), sha256: sha256(&bytes) });
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The list in the form that `sha256sum --check` reads.
pub(super) fn checksums(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("{}  {}\n", entry.sha256, entry.path)).collect()
}

/// One line for each file that only one of two packages has, or that has other bytes in the other.
pub(super) fn differences(first: &[Entry], second: &[Entry]) -> Vec<String> {
    let find = |list: &[Entry], path: &str| list.iter().find(|entry| entry.path == path).cloned();
    let mut lines: Vec<String> = first
        .iter()
        .filter_map(|one| match find(second, &one.path) {
            None => Some(format!("{}: only in the first", one.path)),
            Some(other) if other == *one => None,
            Some(other) => {
                Some(format!("{}: {} and {} bytes, not the same", one.path, one.bytes, other.bytes))
            }
        })
        .collect();
    let added = second.iter().filter(|other| find(first, &other.path).is_none());
    lines.extend(added.map(|other| format!("{}: only in the second", other.path)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, text: &str) -> Entry {
        Entry { path: path.to_owned(), bytes: text.len(), sha256: sha256(text.as_bytes()) }
    }

    #[test]
    fn the_digest_is_the_published_one() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        let first = [entry("a", "1"), entry("b", "1"), entry("c", "1")];
        let second = [entry("a", "1"), entry("b", "22"), entry("d", "1")];
        let lines = differences(&first, &second);
        assert_eq!(
            lines,
            ["b: 1 and 2 bytes, not the same", "c: only in the first", "d: only in the second"]
        );
        assert!(differences(&first, &first).is_empty());
    }

    #[test]
    fn checksums_have_two_spaces() {
        let text = checksums(&[entry("dist/a.js", "abc")]);
        assert!(text.ends_with("15ad  dist/a.js\n"), "{text}");
    }
}
