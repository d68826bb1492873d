//! Wycheproof's cases, run by the test kit; here stands how many there must be.

use ductape_models::crypto::hazmat::expand;
use testkit::wycheproof::AesGcm;
use testkit::wycheproof::Cobblestone;
use testkit::wycheproof::Hkdf;
use testkit::wycheproof::aes_gcm;
use testkit::wycheproof::cobblestone;
use testkit::wycheproof::hkdf_sha512;

fn assert_counted<T: core::fmt::Debug + PartialEq>(seen: Option<T>, expected: T) {
    match seen {
        Some(seen) => assert_eq!(seen, expected),
        None => println!("skipped: the shared fixtures are not here"),
    }
}

#[test]
fn r27_wycheproof_aes_256_gcm() {
    assert_counted(aes_gcm(), AesGcm { valid: 39, invalid: 27, impossible: 250 });
}

#[test]
fn r27_wycheproof_hkdf_sha512() {
    assert_counted(hkdf_sha512(), Hkdf { valid: 80, impossible: 3 });
}

#[test]
fn r27_wycheproof_cobblestone_256() {
    assert_counted(cobblestone(), Cobblestone { cases: 35, valid: 10, one_chunk: 18 });
}

/// A shorter output is a prefix of a longer one, and a prefix is what Wycheproof's sizes compare.
#[test]
fn r27_every_output_size_starts_alike() {
    const LONGEST: usize = 255 * 64;
    let long = expand::<32, LONGEST>(&[1; 32], b"info");
    assert_eq!(expand::<32, 1>(&[1; 32], b"info")[..], long[..1]);
    assert_eq!(expand::<32, 64>(&[1; 32], b"info")[..], long[..64]);
    assert_eq!(expand::<32, 65>(&[1; 32], b"info")[..], long[..65]);
    assert_eq!(expand::<32, 76>(&[1; 32], b"info")[..], long[..76]);
}
