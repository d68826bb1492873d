//! Wycheproof's HKDF-SHA-512 cases. They start with the extract step, which the product leaves out: it is done here,
//! and the product's expansion does the rest.

use ductape_models::crypto::hazmat::expand;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha512;

use super::Case;
use super::for_each_case;

/// What HKDF-SHA-512 can give. A longer request, as in the invalid cases, does not compile here.
const LONGEST: usize = 255 * 64;

/// How many cases there were, by what became of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Hkdf {
    /// Computed, and equal to the valid answer.
    pub valid: usize,
    /// Longer than HKDF gives, which does not compile here.
    pub impossible: usize,
}

/// Runs all of them; `None` where the file is not there.
#[must_use]
pub fn hkdf_sha512() -> Option<Hkdf> {
    let mut seen = Hkdf::default();
    for_each_case("hkdf_sha512_test.json", |_, case| {
        let size = case.number("size");
        assert_eq!(case.valid(), size <= LONGEST, "case {}", case.id());
        if case.valid() {
            let okm = expand::<64, LONGEST>(&extract(case), &case.bytes("info"));
            assert_eq!(okm[..size], case.bytes("okm"), "case {}", case.id());
            seen.valid += 1;
        } else {
            seen.impossible += 1;
        }
    })?;
    Some(seen)
}

fn extract(case: &Case<'_>) -> [u8; 64] {
    let mut mac = Hmac::<Sha512>::new_from_slice(&case.bytes("salt")).unwrap();
    mac.update(&case.bytes("ikm"));
    mac.finalize().into_bytes().into()
}
