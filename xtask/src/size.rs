//! What the package weighs, by entry point, and the limit.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::Step;
use crate::files;
use crate::run;
use crate::script;

/// Most bytes of module and script together, as a browser downloads them.
const LIMIT_GZIP: u64 = 120_000;

/// Where programs that import one entry each are written and bundled.
const FOLDER: &str = "target/xtask/size";

/// Reads paths from its arguments and prints `[raw, gzip, brotli]` for each; Node has both compressors built in.
const MEASURE: &str = "const z=require('node:zlib'),fs=require('node:fs');console.log(JSON.stringify(process.argv.slice(1)\
    .map(p=>{const b=fs.readFileSync(p);return [b.length,z.gzipSync(b,{level:9}).length,z.brotliCompressSync(b).length]})))";

/// The module, or a program that uses all of one entry.
#[derive(Debug)]
struct Row {
    /// `core.wasm`, or what the program imports: `.`, `./storage/kv`.
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the sizes and fails above the limit.
pub(crate) fn report(root: &Path, as_json: bool) -> Step {
    let rows = rows(root)?;
    let gzip = |name: &str| rows.iter().find(|row| row.name == name).map_or(u64::MAX, |row| row.gzip);
    let total = gzip("core.wasm").saturating_add(gzip("./slim"));
    let text = if as_json { json(&rows, total) } else { table(&rows, total) };
    run::print(&text);
    let largest = total.max(gzip("."));
    if largest <= LIMIT_GZIP { Ok(()) } else { Err(format!("{largest} bytes of gzip exceed {LIMIT_GZIP}")) }
}

fn table(rows: &[Row], total: u64) -> String {
    let mut lines = vec![format!("{:<38}{:>10}{:>10}{:>10}", "bytes, minified", "raw", "gzip", "brotli")];
    lines.extend(rows.iter().map(|row| {
        let name = if row.name == "." { ". (module inside)" } else { &row.name };
        format!("{name:<38}{:>10}{:>10}{:>10}", row.raw, row.gzip, row.brotli)
    }));
    lines.push(format!("core.wasm and ./slim, gzip: {total} of at most {LIMIT_GZIP}"));
    lines.join("\n")
}

fn json(rows: &[Row], total: u64) -> String {
    let size = |row: &Row| json!({"raw": row.raw, "gzip": row.gzip, "brotli": row.brotli});
    let (module, entries): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.name == "core.wasm");
    let entries: Map<String, Value> = entries.iter().map(|row| (row.name.clone(), size(row))).collect();
    let module = module.first().map(|row| size(row));
    json!({"wasm": module, "entries": entries, "wasmAndScriptGzip": total, "limitGzip": LIMIT_GZIP})
        .to_string()
}

fn rows(root: &Path) -> Step<Vec<Row>> {
    let entries: Vec<&str> = script::names(script::ENTRIES).collect();
    let mut names = vec!["core.wasm".to_owned()];
    names.extend(entries.iter().map(|entry| subpath(entry)));
    let mut paths = vec![root.join("pkg/dist/core.wasm")];
    paths.extend(bundled(root, &entries)?);
    let sizes = measure(root, &paths)?;
    let row = |(name, size): (String, &Value)| {
        let bytes = |place: usize| size[place].as_u64().ok_or_else(|| format!("cannot measure {name}"));
        Ok(Row { raw: bytes(0)?, gzip: bytes(1)?, brotli: bytes(2)?, name })
    };
    names.into_iter().zip(&sizes).map(row).collect()
}

/// What an application imports after the package's name.
fn subpath(entry: &str) -> String {
    if entry == "index" { ".".to_owned() } else { format!("./{entry}") }
}

/// For each entry a program that hands on all of it, as an application's bundler would ship that.
fn bundled(root: &Path, entries: &[&str]) -> Step<Vec<PathBuf>> {
    let folder = root.join(FOLDER);
    files::remove_folder(&folder)?;
    let mut arguments = Vec::new();
    for entry in entries {
        let program = format!("{FOLDER}/from/{entry}.mjs");
        let import = format!("ductape-models{}", subpath(entry).trim_start_matches('.'));
        files::write(&root.join(&program), format!("export * from '{import}';\n"))?;
        arguments.push(format!("{entry}={program}"));
    }
    let fixed = [
        "--bundle",
        "--minify",
        "--format=esm",
        "--platform=neutral",
        "--external:node:*",
        "--log-level=warning",
    ];
    arguments.extend(fixed.map(str::to_owned));
    arguments.push(format!("--outdir={FOLDER}"));
    run::node(root, "esbuild/bin/esbuild", &arguments)?;
    Ok(entries.iter().map(|entry| folder.join(format!("{entry}.js"))).collect())
}

fn measure(root: &Path, paths: &[PathBuf]) -> Step<Vec<Value>> {
    let mut arguments = vec!["-e".to_owned(), MEASURE.to_owned(), "--".to_owned()];
    arguments.extend(paths.iter().map(|path| path.display().to_string()));
    let text = run::read(root, "node", &arguments).ok_or("cannot measure: node failed")?;
    let rows: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    rows.as_array().cloned().ok_or_else(|| "cannot measure: no rows".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_named_as_they_are_imported() {
        assert_eq!(subpath("index"), ".");
        assert_eq!(subpath("storage/kv"), "./storage/kv");
        let row = |name: &str, gzip| Row { name: name.to_owned(), raw: 9, gzip, brotli: 3 };
        let rows = [row("core.wasm", 5), row(".", 6), row("./slim", 1)];
        let report: Value = serde_json::from_str(&json(&rows, 6)).unwrap();
        assert_eq!(report["wasm"], json!({"raw": 9, "gzip": 5, "brotli": 3}));
        assert_eq!(report["entries"]["."]["gzip"], 6);
        assert_eq!(report["entries"]["core.wasm"], Value::Null);
        let table = table(&rows, 6);
        assert!(
            table.contains(". (module inside)") && table.ends_with("gzip: 6 of at most 120000"),
            "{table}"
        );
    }
}
