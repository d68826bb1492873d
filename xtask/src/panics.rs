//! Empties the functions that report a panic. Nobody hears them: no hook is set, and the target has no standard error.
//! A panic stays what it was for the caller, a trap; its message and the code that wrote it go. With them goes what only
//! such messages and serde's errors, whose text is never shown, were made of: `Debug` and floats as text.

use walrus::FunctionBuilder;
use walrus::FunctionId;
use walrus::FunctionKind;
use walrus::Module;
use walrus::ValType;

/// Parts of the names, mangled or not, of functions of the standard library that never return.
const REPORTERS: &[(&str, &str)] = &[
    ("alloc", "capacity_overflow"),
    ("alloc", "handle_alloc_error"),
    ("alloc", "handle_error"),
    ("alloc", "assert_failed"),
    ("core", "assert_failed"),
    ("core", "expect_failed"),
    ("core", "len_mismatch_fail"),
    ("core", "panic_already"),
    ("core", "panic_bounds_check"),
    ("core", "panic_const"),
    ("core", "panic_display"),
    ("core", "panic_fmt"),
    ("core", "panic_nounwind"),
    ("core", "panic_on_ord_violation"),
    ("core", "panic_poisoned"),
    ("core", "panicking5panic"),
    ("core", "panicking::panic"),
    ("core", "slice_error_fail"),
    ("core", "slice_index_fail"),
    ("core", "unwrap_failed"),
    ("rustc", "rust_begin_unwind"),
    ("std", "panic_access_error"),
];

/// Endings of the names, mangled in both ways or not, of functions whose text nobody reads.
const UNREAD: &[&str] = &[
    "Debug$GT$3fmt",
    "Debug3fmt",
    "Debug>::fmt",
    "de..Unexpected$u20$as$u20$core..fmt..Display$GT$3fmt",
    "de::Unexpected as core::fmt::Display>::fmt",
    "de..WithDecimalPoint$u20$as$u20$core..fmt..Display$GT$3fmt",
    "de::WithDecimalPoint as core::fmt::Display>::fmt",
];

/// Lets every such function trap at once, or write nothing; the optimizer then drops what led up to the call.
pub(crate) fn silence(module: &mut Module) {
    for id in named(module, is_reporter) {
        replace(module, id, &[]);
    }
    for id in named(module, is_unread) {
        replace(module, id, &[ValType::I32]);
    }
}

fn named(module: &Module, is_meant: impl Fn(&str) -> bool) -> Vec<FunctionId> {
    module.funcs.iter().filter(|f| f.name.as_deref().is_some_and(&is_meant)).map(|f| f.id()).collect()
}

fn is_unread(name: &str) -> bool {
    // Legacy mangling ends in a hash: `17h`, sixteen digits, `E`.
    let name = name.rsplit_once("17h").map_or(name, |(name, _)| name);
    let name = name.rsplit_once("::h").map_or(name, |(name, _)| name);
    UNREAD.iter().any(|ending| name.ends_with(ending))
        || (name.starts_with("_R") && name.contains("5Debug3fmt"))
        || is_float_text(name)
}

/// `Display` of `f64`, mangled or not. Only serde's errors would write one: the core turns numbers into text as JSON.
fn is_float_text(name: &str) -> bool {
    (name.starts_with("<f64 as core") && name.ends_with("::fmt::Display>::fmt"))
        || (name.starts_with("_R") && name.contains("3fmt5floatd") && name.ends_with("7Display3fmt"))
}

fn is_reporter(name: &str) -> bool {
    // A method such as hashbrown's own may return; those of the standard library below do not.
    !name.contains("hashbrown")
        && REPORTERS.iter().any(|(library, part)| name.contains(library) && name.contains(part))
}

/// A body that traps where the function gives nothing, and that gives `Ok(())` of `fmt::Result` where it gives one.
fn replace(module: &mut Module, id: FunctionId, expected: &[ValType]) {
    let function = module.funcs.get(id);
    let FunctionKind::Local(local) = &function.kind else { return };
    let arguments = local.args.clone();
    let kind = module.types.get(function.ty());
    let (takes, gives) = (kind.params().to_vec(), kind.results().to_vec());
    if gives != expected {
        return;
    }
    let mut body = FunctionBuilder::new(&mut module.types, &takes, &gives);
    match gives.is_empty() {
        true => body.func_body().unreachable(),
        false => body.func_body().i32_const(0),
    };
    module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(arguments));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reporters_of_the_standard_library_are_meant() {
        assert!(is_reporter("_RNvNtCsgXGp5Oqx2Ny_4core9panicking9panic_fmt"));
        assert!(is_reporter("core::panicking::panic_bounds_check"));
        assert!(!is_reporter("hashbrown::raw::Fallibility::capacity_overflow"));
        assert!(!is_reporter("ductape_models::client::outcome::AttemptLog::failed"));
    }
}
