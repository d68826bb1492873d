//! Reads, writes and lists files with errors that name the path.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::Step;

/// The bytes of `path`.
pub(crate) fn read(path: &Path) -> Step<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The text of `path`.
pub(crate) fn read_text(path: &Path) -> Step<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes `path`, making its folder where needed.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Step {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies one file.
pub(crate) fn copy(from: &Path, to: &Path) -> Step {
    write(to, read(from)?)
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Step {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Removes a folder with all it holds, where it is there.
pub(crate) fn remove_folder(path: &Path) -> Step {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Removes a file.
pub(crate) fn remove(path: &Path) -> Step {
    fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Every file below `folder`, sorted; nothing where it is absent.
pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
