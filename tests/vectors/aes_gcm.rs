//! Wycheproof's AES-GCM cases with a 256-bit key and a 96-bit nonce, through the functions that seal API keys.

use ductape_models::crypto::hazmat::aead_open;
use ductape_models::crypto::hazmat::aead_seal;

use super::wycheproof::Case;
use super::wycheproof::for_each_case;

#[test]
fn r27_wycheproof_aes_256_gcm() {
    let (mut valid, mut invalid) = (0, 0);
    let seen = for_each_case("aes_gcm_test.json", |group, case| {
        if group["keySize"] != 256 || group["ivSize"] != 96 {
            return;
        }
        assert_eq!(group["tagSize"], 128);
        check(case);
        *if case.valid() { &mut valid } else { &mut invalid } += 1;
    });
    assert!(seen == 0 || (seen, valid, invalid) == (316, 39, 27), "{seen} {valid} {invalid}");
}

fn check(case: &Case) {
    let [key, nonce, aad, plaintext] = ["key", "iv", "aad", "msg"].map(|field| case.bytes(field));
    let (key, nonce) = (key.try_into().unwrap(), nonce.try_into().unwrap());
    let expected = [case.bytes("ct"), case.bytes("tag")].concat();

    let opened = aead_open(&key, &nonce, &aad, &expected);
    assert_eq!(opened.is_some(), case.valid(), "case {}", case.id());
    if let Some(opened) = opened {
        assert_eq!(*opened, plaintext, "case {}", case.id());
    }

    let mut sealed = plaintext;
    let tag = aead_seal(&key, &nonce, &aad, &mut sealed).unwrap();
    sealed.extend(tag);
    assert_eq!(sealed == expected, case.valid(), "case {}", case.id());
}
