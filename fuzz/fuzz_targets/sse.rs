//! libFuzzer's door to the target of this name in `fuzz-targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_targets::run("sse", bytes));
