//! Turns the generated glue, a module with one global instance, into a factory: every call of `instantiate` has state of
//! its own. After a trap the old instance and everything that still points into it is left alone, and a new one starts.

use crate::Step;

/// Where the part begins that loads and fetches modules; `pkg/src/wasm.ts` does that instead.
const LOADER: &str = "async function __wbg_load(";

/// How the glue reads a text out of the module's memory.
const READER: &str = "return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));";

/// The same, but for short texts.
const SHORT_FIRST: &str = "const memory = getUint8ArrayMemory0();\n\
    return shortText(memory, ptr, len) ?? decodeText(memory.subarray(ptr, ptr + len));";

/// The glue as an ES module exporting `instantiate(module, queueMicrotask, shortText)`. The first function hides the global
/// of that name, so that whoever instantiates sees every poll of a Rust future, traps included; the second is asked for the
/// text of some bytes before a decoder is, `shortText(bytes, start, length)`.
pub(crate) fn as_factory(glue: &str) -> Step<String> {
    let (body, _) =
        glue.split_once(LOADER).ok_or("the generated glue has no loader where one was expected")?;
    let names = exported(body);
    if names.is_empty() {
        return Err("the generated glue exports nothing".to_owned());
    }
    let body = body.replace("\nexport ", "\n").replace("/* @ts-self-types=\"./core.d.ts\" */", "");
    if !body.contains(READER) {
        return Err("the generated glue reads texts in another way than was expected".to_owned());
    }
    let body = body.replace(READER, SHORT_FIRST);
    let body = body.trim();
    Ok(format!(
        "export function instantiate(module, queueMicrotask, shortText) {{\n{body}\n\
        __wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);\n\
        return {{ {} }};\n}}\n",
        names.join(", ")
    ))
}

/// The names that the glue exports.
fn exported(glue: &str) -> Vec<&str> {
    let name = |line: &'_ str| -> Option<usize> { line.find([' ', '(', '{']) };
    let declarations = glue.lines().filter_map(|line| {
        line.strip_prefix("export class ").or_else(|| line.strip_prefix("export function "))
    });
    declarations.filter_map(|rest| rest.get(..name(rest)?)).collect()
}

/// Types for the factory: the generated classes and functions, reached through what `instantiate` returns.
pub(crate) fn factory_types(types: &str) -> String {
    let declarations = types.split("export type InitInput").next().unwrap_or_default();
    let declared = |line: &&str| !line.contains("[Symbol.dispose]");
    let declarations = declarations.lines().filter(declared).collect::<Vec<_>>().join("\n");
    let names: Vec<&str> = declarations
        .lines()
        .filter_map(|line| {
            line.strip_prefix("export class ").or_else(|| line.strip_prefix("export function "))
        })
        .filter_map(|rest| rest.split([' ', '(', '{']).next())
        .collect();
    let members: Vec<String> = names.iter().map(|name| format!("  {name}: typeof {name};")).collect();
    format!(
        "{declarations}\nexport interface Instance {{\n{}\n}}\n\
        export function instantiate(\n  module: object,\n  queueMicrotask: (run: () => void) => void,\n  \
        shortText: (bytes: Uint8Array, start: number, length: number) => string | undefined,\n): Instance;\n",
        members.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factory_hides_exports_and_drops_the_loader() {
        let glue = format!(
            "\nexport class Core {{\n}}\nexport function key(a) {{\n{READER}\n}}\nfunction __wbg_finalize_init() {{}}\nasync function __wbg_load(m) {{}}"
        );
        let factory = as_factory(&glue).unwrap();
        assert!(factory.contains("shortText(memory, ptr, len) ??"), "{factory}");
        assert!(factory.contains("return { Core, key };"), "{factory}");
        assert_eq!(factory.matches("export ").count(), 1);
        assert!(!factory.contains("__wbg_load"));
    }

    #[test]
    fn foreign_glue_is_refused() {
        assert!(as_factory("export class Core {}").is_err());
        let other = "\nexport class Core {\n}\nasync function __wbg_load(m) {}";
        assert!(as_factory(other).unwrap_err().contains("reads texts"));
    }
}
