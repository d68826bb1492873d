//! What the package weighs, and the limit.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use crate::Step;
use crate::run;

/// Most bytes of module and script together, as a browser downloads them.
const LIMIT_GZIP: u64 = 120_000;

/// Reads paths from its arguments and prints `[raw, gzip, brotli]` for each; Node has both compressors built in.
const MEASURE: &str = "const z=require('node:zlib'),fs=require('node:fs');console.log(JSON.stringify(process.argv.slice(1)\
    .map(p=>{const b=fs.readFileSync(p);return [b.length,z.gzipSync(b,{level:9}).length,z.brotliCompressSync(b).length]})))";

/// Prints the sizes and fails above the limit.
pub(crate) fn report(root: &Path, as_json: bool) -> Step {
    let names = ["core.wasm", "index.js (minified, module inside)", "slim.js (minified, no module)"];
    let paths = [root.join("pkg/dist/core.wasm"), minified(root, "index")?, minified(root, "slim")?];
    let sizes = measure(root, &paths)?;
    let gzip = |row: usize| sizes[row][1].as_u64().unwrap_or(u64::MAX);
    let total = gzip(0).saturating_add(gzip(2));
    if as_json {
        let rows: serde_json::Map<String, Value> = names
            .iter()
            .zip(&sizes)
            .map(|(name, size)| {
                let key = name.split(' ').next().unwrap_or_default().to_owned();
                (key, json!({"raw": size[0], "gzip": size[1], "brotli": size[2]}))
            })
            .collect();
        run::print(&json!({"files": rows, "wasmAndScriptGzip": total, "limitGzip": LIMIT_GZIP}).to_string());
    } else {
        run::print(&format!("{:<38}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli"));
        for (name, size) in names.iter().zip(&sizes) {
            run::print(&format!("{name:<38}{:>10}{:>10}{:>10}", size[0], size[1], size[2]));
        }
        run::print(&format!("module and script, gzip: {total} of at most {LIMIT_GZIP}"));
    }
    let largest = total.max(gzip(1));
    if largest <= LIMIT_GZIP { Ok(()) } else { Err(format!("{largest} bytes of gzip exceed {LIMIT_GZIP}")) }
}

/// An entry as an application's bundler would ship it.
fn minified(root: &Path, name: &str) -> Step<PathBuf> {
    let out = root.join(format!("target/xtask/size/{name}.js"));
    let arguments = [
        format!("pkg/dist/{name}.js"),
        "--bundle".to_owned(),
        "--minify".to_owned(),
        "--format=esm".to_owned(),
        "--platform=neutral".to_owned(),
        "--external:node:*".to_owned(),
        "--log-level=warning".to_owned(),
        format!("--outfile={}", out.display()),
    ];
    run::node(root, "esbuild/bin/esbuild", &arguments)?;
    Ok(out)
}

fn measure(root: &Path, paths: &[PathBuf]) -> Step<Vec<Value>> {
    let mut arguments = vec!["-e".to_owned(), MEASURE.to_owned(), "--".to_owned()];
    arguments.extend(paths.iter().map(|path| path.display().to_string()));
    let text = run::read(root, "node", &arguments).ok_or("cannot measure: node failed")?;
    let rows: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    rows.as_array().cloned().ok_or_else(|| "cannot measure: no rows".to_owned())
}
