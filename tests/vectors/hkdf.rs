//! Wycheproof's HKDF-SHA-512 cases. They start with the extract step, which the product leaves out: it is done here,
//! and the product's expansion does the rest.

use ductape_models::crypto::hazmat::expand;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha512;

use super::wycheproof::Case;
use super::wycheproof::for_each_case;

/// What HKDF-SHA-512 can give. A longer request, as in the invalid cases, does not compile here.
const LONGEST: usize = 255 * 64;

#[test]
fn r27_wycheproof_hkdf_sha512() {
    let mut valid = 0;
    let seen = for_each_case("hkdf_sha512_test.json", |_, case| {
        let size = case.number("size");
        assert_eq!(case.valid(), size <= LONGEST, "case {}", case.id());
        if case.valid() {
            let okm = expand::<64, LONGEST>(&extract(case), &case.bytes("info"));
            assert_eq!(okm[..size], case.bytes("okm"), "case {}", case.id());
            valid += 1;
        }
    });
    assert!(seen == 0 || (seen, valid) == (83, 80), "{seen} {valid}");
}

/// A shorter output is a prefix of a longer one, and a prefix is what the sizes above compare.
#[test]
fn r27_every_output_size_starts_alike() {
    let long = expand::<32, LONGEST>(&[1; 32], b"info");
    assert_eq!(expand::<32, 1>(&[1; 32], b"info")[..], long[..1]);
    assert_eq!(expand::<32, 64>(&[1; 32], b"info")[..], long[..64]);
    assert_eq!(expand::<32, 65>(&[1; 32], b"info")[..], long[..65]);
    assert_eq!(expand::<32, 76>(&[1; 32], b"info")[..], long[..76]);
}

fn extract(case: &Case) -> [u8; 64] {
    let mut mac = Hmac::<Sha512>::new_from_slice(&case.bytes("salt")).unwrap();
    mac.update(&case.bytes("ikm"));
    mac.finalize().into_bytes().into()
}
