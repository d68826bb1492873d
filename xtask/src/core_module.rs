//! Rust to an optimized WebAssembly module, its glue, and its text form.

use std::path::Path;
use std::path::PathBuf;

use wasm_bindgen_cli_support::Bindgen;

use crate::Step;
use crate::escape;
use crate::files;
use crate::glue;
use crate::panics;
use crate::reorder;
use crate::run;
use crate::stamp;
use crate::toolchain;

/// What this step leaves behind, in `pkg/wasm`.
#[derive(Debug)]
pub(crate) struct Core {
    /// The module.
    pub(crate) wasm: PathBuf,
    /// Its glue, as an ES module that exports `instantiate`.
    pub(crate) glue: PathBuf,
    /// The glue's types.
    pub(crate) types: PathBuf,
    /// The module's bytes as a string constant.
    pub(crate) text: PathBuf,
}

/// What Rust emits today; an older optimizer or runtime than these is not supported.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Nothing of ours lives below address 1024: the stack comes first and grows down towards it. A function with one caller
/// stays on its own, and so do repeated expressions: more bytes raw, fewer when compressed (decision 13).
const OPTIMIZE: &[&str] = &[
    "-Oz",
    "--one-caller-inline-max-function-size=1",
    "--skip-pass=local-cse",
    "--low-memory-unused",
    "--strip-debug",
    "--strip-producers",
];

/// Loops in place of unrolled rounds: 20 kB less for some microseconds.
const CIPHERS: &[&str] = &["sha2_backend_soft=\"compact\"", "aes_backend_soft=\"compact\""];

/// Compiles, binds, optimizes and encodes, each only where its input changed.
pub(crate) fn build(root: &Path, dev: bool) -> Step<Core> {
    compile(root)?;
    let folder = root.join("pkg/wasm");
    let core = Core {
        wasm: folder.join("core.wasm"),
        glue: folder.join("core.js"),
        types: folder.join("core.d.ts"),
        text: folder.join("text.js"),
    };
    let inputs = [raw(root), root.join("package-lock.json")];
    let outputs = [core.wasm.clone(), core.glue.clone(), core.types.clone(), core.text.clone()];
    let variant = format!("dev={dev} {FEATURES:?} {OPTIMIZE:?} by likeness");
    stamp::unless_fresh(root, "core", &variant, &inputs, &outputs, || {
        bind(root, &core)?;
        if !dev {
            optimize(root, &core.wasm)?;
        }
        check_paths(root, &core.wasm)?;
        escape::write(&core.wasm, &core.text)
    })?;
    Ok(core)
}

fn raw(root: &Path) -> PathBuf {
    root.join("target").join(toolchain::TARGET).join("release/ductape_models.wasm")
}

fn compile(root: &Path) -> Step {
    let flags = format!("target.{}.rustflags={:?}", toolchain::TARGET, flags(root));
    let mut arguments =
        vec!["build", "--release", "--lib", "--package", "ductape-models", "--target", toolchain::TARGET];
    arguments.extend(["--config", &flags]);
    run::run(root, "cargo", &arguments, "Install Rust: https://rustup.rs")
}

/// Small ciphers (each crate documents its setting), and no path of this machine in what is published.
fn flags(root: &Path) -> Vec<String> {
    let mut flags: Vec<String> = CIPHERS.iter().map(|cfg| format!("--cfg={cfg}")).collect();
    flags.extend(
        toolchain::private_folders(root).iter().map(|folder| format!("--remap-path-prefix={folder}=")),
    );
    flags
}

/// Fails where the module names a folder of this machine.
fn check_paths(root: &Path, wasm: &Path) -> Step {
    let bytes = files::read(wasm)?;
    let names = |folder: &String| bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
    match toolchain::private_folders(root).iter().find(|folder| names(folder)) {
        None => Ok(()),
        Some(_) => Err("the module names a folder of this machine".to_owned()),
    }
}

fn bind(root: &Path, core: &Core) -> Step {
    let mut bindgen = Bindgen::new();
    let mut output = bindgen
        .input_path(raw(root))
        .out_name("core")
        .web(true)
        .map_err(|error| format!("{error:#}"))?
        .omit_default_module_path(true)
        .typescript(true)
        .generate_output()
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    files::write(&core.glue, glue::as_factory(output.js())?)?;
    files::write(&core.types, glue::factory_types(output.ts().unwrap_or_default()))?;
    let module = output.wasm_mut();
    panics::silence(module);
    files::write(&core.wasm, module.emit_wasm())
}

fn optimize(root: &Path, wasm: &Path) -> Step {
    let path = wasm.to_string_lossy();
    let mut arguments = vec![&*path, "-o", &*path];
    arguments.extend(OPTIMIZE);
    arguments.extend(FEATURES);
    run::node(root, "binaryen/bin/wasm-opt", &arguments)?;
    files::write(wasm, reorder::by_likeness(&files::read(wasm)?)?)
}
