//! The one build script: `cargo xtask build | check | count | lint | notices | npm | pack | prove | release | size | test`.
//! It knows the order of the steps; each step knows its own tools.

mod check;
mod chunks;
mod core_module;
mod count;
mod escape;
mod files;
mod glue;
mod likeness;
mod npm;
mod pack;
mod panics;
mod prove;
mod release;
mod reorder;
mod run;
mod script;
mod size;
mod stamp;
mod test;
mod toolchain;

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

/// The result of a step; the text says what to do about it.
type Step<T = ()> = Result<T, String>;

const HELP: &str = "cargo xtask build [--dev]            the npm package, into pkg/dist
cargo xtask size [--json]            what it weighs; fails above the limit
cargo xtask pack [--in CHECKOUT]     the package as a tarball, into target/pack; of another checkout with --in
cargo xtask check                    every lint and every test
cargo xtask count [NAME]             instructions of the core's work, by callgrind
cargo xtask lint                     formatting and lints of both languages
cargo xtask test [NAME]...           the JavaScript suites, all without a name; a wrong name lists them
cargo xtask prove [--long] [--seed N] [--only NAME]... [--list]   campaigns with figures to reach, about ten minutes
cargo xtask release [--strict]       what must hold before a version is published; --strict: nothing unchecked
cargo xtask notices                  whose code is in the package, into pkg/THIRD-PARTY.md
cargo xtask npm                      the pinned JavaScript tools, into node_modules";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&root(), &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            run::say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn dispatch(root: &Path, arguments: &[String]) -> Step {
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let names: Vec<&str> =
        arguments.iter().skip(1).map(String::as_str).filter(|name| !name.starts_with('-')).collect();
    match arguments.first().map(String::as_str) {
        Some("build") => build(root, has("--dev")),
        Some("size") => build(root, false).and_then(|()| size::report(root, has("--json"))),
        Some("pack") => pack(&elsewhere(arguments).unwrap_or_else(|| root.to_path_buf())),
        Some("check") => check::run(root),
        Some("count") => count::run(root, names.first().copied()),
        Some("lint") => npm::ensure(root).and_then(|()| check::lint(root)),
        Some("test") => build(root, false).and_then(|()| test::run(root, &names, &mut Vec::new())),
        Some("prove") => prove::run(root, &arguments[1..]),
        Some("release") => release::run(root, has("--strict")),
        Some("notices") => notices(root),
        Some("npm") => npm::ensure(root),
        _ => Err(format!("no such task\n{HELP}")),
    }
}

/// The checkout named after `--in`.
fn elsewhere(arguments: &[String]) -> Option<PathBuf> {
    let flag = arguments.iter().position(|argument| argument == "--in")?;
    arguments.get(flag + 1).map(PathBuf::from)
}

fn pack(root: &Path) -> Step {
    build(root, false)?;
    pack::tarball(root).map(|_| ())
}

fn notices(root: &Path) -> Step {
    build(root, false)?;
    files::write(&root.join(release::notices::PATH), release::notices::render(root)?)
}

fn build(root: &Path, dev: bool) -> Step {
    toolchain::ensure(root)?;
    npm::ensure(root)?;
    let core = core_module::build(root, dev)?;
    script::build(root, &core)
}
