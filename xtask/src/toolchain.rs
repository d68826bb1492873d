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

/// Folders whose names say something about who built this: the checkout, cargo's sources, Rust's, the home folder.
/// The longest comes last, as the compiler lets the last match win.
pub(crate) fn private_folders(root: &Path) -> Vec<String> {
    let home = std::env::var("HOME").ok();
    let cargo =
        std::env::var("CARGO_HOME").ok().or_else(|| home.as_ref().map(|home| format!("{home}/.cargo")));
    let sources = cargo.as_deref().map(registries).unwrap_or_default();
    let rust = run::read(root, "rustc", &["--print", "sysroot"]).map(|sysroot| sysroot.trim().to_owned());
    let checkout = Some(root.display().to_string());
    let mut folders: Vec<String> =
        [home, cargo, rust, checkout].into_iter().flatten().chain(sources).collect();
    folders.retain(|folder| folder.len() > 1);
    folders.sort_by_key(String::len);
    folders
}

/// Where cargo unpacked crates, a folder for each registry that it ever asked: which of them serves is its affair.
fn registries(cargo: &str) -> Vec<String> {
    let found = std::fs::read_dir(Path::new(cargo).join("registry/src")).into_iter().flatten().flatten();
    found.map(|entry| entry.path().display().to_string()).collect()
}

fn is_installed(root: &Path) -> bool {
    let library = run::read(root, "rustc", &["--print", "target-libdir", "--target", TARGET]);
    library.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
