//! Sealing and opening together: round trips, tampering, moved envelopes, and what errors say.

use std::collections::BTreeSet;

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use proptest::prelude::*;

use super::*;
use crate::secret::ProductKey;

fn master(byte: u8) -> ProductKey {
    ProductKey::from_bytes(core::array::from_fn(|n| byte.wrapping_add(n as u8)))
}

fn ring(byte: u8) -> Keyring {
    Keyring::new(master(byte), vec![]).unwrap()
}

fn key(text: &str) -> ApiKey {
    ApiKey::parse("apiKey", text).unwrap().0
}

fn sealed(context: &[u8], text: &str) -> SealedKey {
    seal(&ring(1), [3; SALT_LEN], context, &key(text)).unwrap()
}

fn with_body(sealed: &SealedKey, body: &[u8]) -> SealedKey {
    SealedKey::parse(&envelope::print(Recipient::ProductKey, sealed.key_id(), body)).unwrap()
}

fn bytes(sealed: &SealedKey) -> Vec<u8> {
    sealed.body().message().to_vec()
}

fn filed(ring: &Keyring, message: &[u8]) -> SealedKey {
    SealedKey::parse(&envelope::print(Recipient::ProductKey, ring.primary().id(), message)).unwrap()
}

fn opens(text: &str) -> bool {
    SealedKey::parse(text).and_then(|sealed| open(&ring(1), &sealed, b"place")).is_ok()
}

#[test]
fn r27_every_flipped_bit_of_the_body_is_tampered() {
    for text in ["k", "sk-test-1234567890"] {
        let sealed = sealed(b"place", text);
        let body = bytes(&sealed);
        for bit in 0..body.len() * 8 {
            let mut changed = body.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error = open(&ring(1), &with_body(&sealed, &changed), b"place").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tampered, "bit {bit}");
        }
    }
}

#[test]
fn r27_every_flipped_bit_of_the_text_is_refused() {
    let text = sealed(b"place", "sk-test-1234567890").as_str().to_owned();
    assert!(opens(&text));
    for bit in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!String::from_utf8(bytes).is_ok_and(|text| opens(&text)), "bit {bit}");
    }
}

#[test]
fn r27_every_edit_of_one_character_is_refused() {
    for api_key in ["k", "ke", "key"] {
        let text = sealed(b"place", api_key).as_str().to_owned();
        for i in 0..text.len() {
            let (head, tail) = text.split_at(i);
            assert!(!opens(&[head, &tail[1..]].concat()), "without {i}");
            for c in ('\0'..='\u{7f}').chain(['\u{e9}', '\u{ff0e}']) {
                let c = c.to_string();
                assert!(!opens(&[head, &c, tail].concat()), "{c:?} before {i}");
                assert!(tail.starts_with(&c) || !opens(&[head, &c, &tail[1..]].concat()), "{c:?} at {i}");
            }
        }
        assert!(opens(&text));
    }
}

#[test]
fn r27_every_truncation_and_extension_is_refused() {
    let sealed = sealed(b"place", "sk-test-1234567890");
    let text = sealed.as_str();
    for end in 0..text.len() {
        assert!(!opens(&text[..end]) && !opens(&text[text.len() - end..]), "{end}");
    }
    let mut body = bytes(&sealed);
    for byte in 0..=255 {
        body.push(byte);
        assert!(open(&ring(1), &with_body(&sealed, &body), b"place").is_err());
        body.pop();
    }
}

#[test]
fn r27_an_envelope_opens_in_its_own_context_only() {
    let contexts = neighbours();
    for (i, here) in contexts.iter().enumerate() {
        let sealed = sealed(here, "k");
        for (j, there) in contexts.iter().enumerate() {
            let opened = open(&ring(1), &sealed, there);
            assert_eq!(opened.is_ok(), i == j, "{i} in {j}");
            assert!(opened.is_ok() || opened.unwrap_err().kind() == ErrorKind::Tampered);
        }
    }
}

/// Contexts that differ as little as possible: one field, one moved boundary, one more part.
fn neighbours() -> Vec<Vec<u8>> {
    let base = ["api-key", "shop", "writer", "prd", "openai", "provider-default"];
    let mut out: BTreeSet<Vec<u8>> = BTreeSet::from([context(&base), context(&[]), Vec::new()]);
    for i in 0..base.len() {
        for other in ["", "Shop", "prd ", "dev", "https://api.openai.com", "a:b"] {
            let mut parts = base;
            parts[i] = other;
            out.insert(context(&parts));
        }
        out.insert(context(&base[..i]));
        out.insert(context(&base[i..]));
        let mut swapped = base;
        swapped.swap(i, (i + 1) % base.len());
        out.insert(context(&swapped));
    }
    out.into_iter().collect()
}

#[test]
fn r28_the_same_key_sealed_twice_differs() {
    let one = seal(&ring(1), [1; SALT_LEN], b"place", &key("same")).unwrap();
    let two = seal(&ring(1), [2; SALT_LEN], b"place", &key("same")).unwrap();
    let (one, two) = (bytes(&one), bytes(&two));
    assert_ne!(one[..24], two[..24]);
    assert_ne!(one[24..56], two[24..56]);
    assert_ne!(one[56..], two[56..]);
}

#[test]
fn r29_the_wrong_product_key_is_named_and_nothing_else_is_tried() {
    let sealed = sealed(b"place", "k");
    let error = open(&ring(2), &sealed, b"place").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownKey);
    assert_eq!(error.detail("keyId"), Some(&sealed.key_id().as_str().into()));
    let both = Keyring::new(master(2), vec![master(1)]).unwrap();
    assert_eq!(open(&both, &sealed, b"place").unwrap(), key("k"));
}

#[test]
fn r29_an_envelope_filed_under_another_held_key_is_tampered() {
    let body = bytes(&sealed(b"place", "k"));
    let both = Keyring::new(master(2), vec![master(1)]).unwrap();
    let filed = filed(&both, &body);
    assert_eq!(open(&both, &filed, b"place").unwrap_err().kind(), ErrorKind::Tampered);
}

#[test]
fn r27_authentic_plaintext_of_another_shape_is_tampered() {
    // Shorter ones are no envelope at all.
    let shapes: [&[u8]; 7] = [b"\x00k", b"\x02k", b"kk", b"\x01 k", b"\x01k\n", b"\x01k\0", b"\x01\xff\xfe"];
    let ring = ring(1);
    let keys = MessageKeys::derive(&master(1), &[3; SALT_LEN], b"place");
    for shape in shapes {
        let message = message::seal(&keys, &[3; SALT_LEN], shape).unwrap();
        let error = open(&ring, &filed(&ring, &message), b"place").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered, "{shape:?}");
    }
}

#[test]
fn r27_every_failure_to_open_reads_the_same() {
    let sealed = sealed(b"place", "sk-test-1234567890");
    let body = bytes(&sealed);
    let messages: BTreeSet<String> = [0, 30, 60, body.len() - 1]
        .into_iter()
        .map(|i| {
            let mut changed = body.clone();
            changed[i] ^= 1;
            format!("{:?}", open(&ring(1), &with_body(&sealed, &changed), b"place").unwrap_err())
        })
        .chain([format!("{:?}", open(&ring(1), &sealed, b"elsewhere").unwrap_err())])
        .collect();
    assert_eq!(messages.len(), 1);
}

#[test]
fn the_longest_api_key_fits() {
    let text = "k".repeat(crate::secret::MAX_API_KEY_CHARS);
    let sealed = sealed(b"place", &text);
    assert_eq!(SealedKey::parse(sealed.as_str()).unwrap(), sealed);
    assert_eq!(open(&ring(1), &sealed, b"place").unwrap().expose(), text);
}

#[test]
fn r26_an_envelope_shows_nothing_of_the_key() {
    let text = "sk-live-abcdefghijklmnopqrstuvwxyz";
    let envelope = sealed(b"place", text).as_str().to_owned();
    for hidden in [text, &Base64UrlUnpadded::encode_string(text.as_bytes())[..8], &mac::hex(text.as_bytes())]
    {
        assert!(!envelope.contains(hidden));
    }
}

proptest! {
    #[test]
    fn r27_what_is_sealed_opens(
        text in "[!-~]{1,200}", salt in any::<[u8; SALT_LEN]>(), bytes in any::<[u8; 32]>(),
        parts in prop::collection::vec(any::<String>(), 0..6),
    ) {
        let ring = Keyring::new(ProductKey::from_bytes(bytes), vec![]).unwrap();
        let place = context(&parts.iter().map(String::as_str).collect::<Vec<_>>());
        let sealed = seal(&ring, salt, &place, &key(&text)).unwrap();
        let read = SealedKey::parse(sealed.as_str()).unwrap();
        let opened = open(&ring, &read, &place).unwrap();
        prop_assert_eq!(opened.expose(), text);
    }

    #[test]
    fn r27_random_bodies_never_open(body in prop::collection::vec(any::<u8>(), 74..300)) {
        let sealed = filed(&ring(1), &body);
        prop_assert_eq!(open(&ring(1), &sealed, b"place").unwrap_err().kind(), ErrorKind::Tampered);
    }
}
