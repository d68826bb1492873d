//! Wycheproof's AES-GCM cases through the functions that seal API keys. Those take 256-bit keys and 96-bit nonces by
//! type, so the cases of other sizes cannot be put to them at all; they are counted apart.

use ductape_models::crypto::hazmat::aead_open;
use ductape_models::crypto::hazmat::aead_seal;

use super::Case;
use super::for_each_case;

/// How many cases there were, by what became of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AesGcm {
    /// Computed, and equal to the valid answer.
    pub valid: usize,
    /// Computed, and refused as they must be.
    pub invalid: usize,
    /// Keys and nonces of other sizes, which the functions that seal API keys cannot be given.
    pub impossible: usize,
}

/// Runs all of them; `None` where the file is not there.
#[must_use]
pub fn aes_gcm() -> Option<AesGcm> {
    let mut seen = AesGcm::default();
    for_each_case("aes_gcm_test.json", |group, case| {
        assert_eq!(group["tagSize"], 128);
        let is_ours = group["keySize"] == 256 && group["ivSize"] == 96;
        let (key, nonce) = (case.bytes("key").try_into(), case.bytes("iv").try_into());
        *match (key, nonce) {
            (Ok(key), Ok(nonce)) => {
                assert!(is_ours, "case {}", case.id());
                check(case, &key, &nonce);
                if case.valid() { &mut seen.valid } else { &mut seen.invalid }
            }
            _ => {
                assert!(!is_ours, "case {}", case.id());
                &mut seen.impossible
            }
        } += 1;
    })?;
    Some(seen)
}

fn check(case: &Case<'_>, key: &[u8; 32], nonce: &[u8; 12]) {
    let [aad, plaintext] = ["aad", "msg"].map(|field| case.bytes(field));
    let expected = [case.bytes("ct"), case.bytes("tag")].concat();

    let opened = aead_open(key, nonce, &aad, &expected);
    assert_eq!(opened.is_some(), case.valid(), "case {}", case.id());
    if let Some(opened) = opened {
        assert_eq!(*opened, plaintext, "case {}", case.id());
    }

    let mut sealed = plaintext;
    let tag = aead_seal(key, nonce, &aad, &mut sealed).unwrap();
    sealed.extend(tag);
    assert_eq!(sealed == expected, case.valid(), "case {}", case.id());
}
