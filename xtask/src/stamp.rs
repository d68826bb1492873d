//! Skips a step whose inputs and outputs are as they were after its last run.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hash;
use std::hash::Hasher;
use std::path::Path;
use std::path::PathBuf;

use crate::Step;
use crate::files;

/// Runs `work` unless the stamp `name` matches: the bytes of every input, the words of `variant` and this program
/// itself are unchanged, and every output is there.
pub(crate) fn unless_fresh(
    root: &Path,
    name: &str,
    variant: &str,
    inputs: &[PathBuf],
    outputs: &[PathBuf],
    work: impl FnOnce() -> Step,
) -> Step {
    let stamp = root.join("target/xtask").join(name);
    let current = digest(variant, inputs);
    let fresh = fs::read_to_string(&stamp).is_ok_and(|last| last == current);
    if fresh && outputs.iter().all(|path| path.exists()) {
        return Ok(());
    }
    work()?;
    files::write(&stamp, current)
}

/// A digest of the words and of every file's path and bytes.
fn digest(variant: &str, inputs: &[PathBuf]) -> String {
    let mut hasher = DefaultHasher::new();
    variant.hash(&mut hasher);
    let program = std::env::current_exe().ok();
    for path in inputs.iter().chain(program.iter()) {
        path.hash(&mut hasher);
        fs::read(path).ok().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
