//! Wycheproof, where the shared fixtures exist.

use testkit::wycheproof::AesGcm;
use testkit::wycheproof::Cobblestone;
use testkit::wycheproof::Hkdf;
use testkit::wycheproof::aes_gcm as run_aes_gcm;
use testkit::wycheproof::cobblestone as run_cobblestone;
use testkit::wycheproof::hkdf_sha512 as run_hkdf;

use crate::campaign::Outcome;
use crate::campaign::Run;

fn no_fixtures() -> Outcome {
    Outcome::skipped("the Wycheproof files are not beside this checkout")
}

fn outcome(right: usize, of: usize, expected: usize, how: &str) -> Outcome {
    let figure = format!("{right}/{of}{how}");
    let missed = if right == expected && of == expected {
        Vec::new()
    } else {
        vec![format!("{expected}/{expected} were expected")]
    };
    Outcome::of(of as u64, figure, missed)
}

/// AES-GCM: what the types admit is computed, the rest they refuse.
pub(crate) fn aes_gcm(_run: &Run) -> Outcome {
    let Some(AesGcm { valid, invalid, impossible }) = run_aes_gcm() else { return no_fixtures() };
    let all = valid + invalid + impossible;
    let how = format!(
        " ({} of 256-bit key and 96-bit nonce computed, {impossible} of other sizes refused by type)",
        valid + invalid
    );
    outcome(all, all, 316, &how)
}

/// HKDF-SHA-512.
pub(crate) fn hkdf(_run: &Run) -> Outcome {
    let Some(Hkdf { valid, impossible }) = run_hkdf() else { return no_fixtures() };
    let how = format!(" ({valid} computed, {impossible} too long refused by type)");
    outcome(valid + impossible, valid + impossible, 83, &how)
}

/// The construction of the envelope.
pub(crate) fn chunked(_run: &Run) -> Outcome {
    let Some(Cobblestone { cases, valid, .. }) = run_cobblestone() else { return no_fixtures() };
    outcome(cases, cases, 35, &format!(" ({valid} open, {} are refused)", cases - valid))
}
