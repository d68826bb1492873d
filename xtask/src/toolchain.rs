//! Makes sure that Rust can compile to WebAssembly.

use std::path::Path;

use crate::Step;
use crate::run;

/// The one target of the package.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Installs the target where it is missing and rustup can.
pub(crate) fn ensure(root: &Path) -> Step {
    if is_installed(root) {
        return Ok(());
    }
    run::say(&format!("installing the Rust target {TARGET}"));
    let missing = format!(
        "The Rust target {TARGET} is not installed and rustup is not there to install it. \
        Install rustup (https://rustup.rs), or your distribution's package of that target."
    );
    run::run(root, "rustup", &["target", "add", TARGET], &missing)
}

fn is_installed(root: &Path) -> bool {
    let library = run::read(root, "rustc", &["--print", "target-libdir", "--target", TARGET]);
    library.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
