//! Sealed keys, product keys and API keys as text.

use ductape_models::ApiKey;
use ductape_models::crypto::SALT_LEN;
use ductape_models::crypto::SealedKey;
use ductape_models::crypto::context;
use ductape_models::crypto::open;
use ductape_models::crypto::parse_product_key;
use ductape_models::crypto::print_product_key;
use ductape_models::crypto::product_key_from_bytes;
use ductape_models::crypto::seal;

use crate::scene;

const API_KEYS: [&str; 3] =
    ["k", "test-api-key-0123456789", "0123456789abcdef0123456789abcdef0123456789abcdef"];

fn place() -> Vec<u8> {
    context(&["api-key", "shop", "writer", "prd", "openai", "provider-default"])
}

/// Three envelopes that open.
pub(crate) fn envelopes() -> Vec<Vec<u8>> {
    scene::with(|scene| {
        let seal = |(number, text): (u8, &&str)| {
            let key = ApiKey::parse("apiKey", text).ok()?.0;
            let sealed = seal(&scene.ring, [number; SALT_LEN], &place(), &key).ok()?;
            Some(sealed.as_str().as_bytes().to_vec())
        };
        (1..).zip(&API_KEYS).filter_map(seal).collect()
    })
}

/// Nothing opens but what was sealed.
pub(crate) fn envelope(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(sealed) = SealedKey::parse(text) else { return };
    assert_eq!(sealed.as_str(), text);
    let opened = scene::with(|scene| open(&scene.ring, &sealed, &place()));
    if let Ok(key) = opened {
        assert!(API_KEYS.contains(&key.expose()) && envelopes().iter().any(|sealed| sealed == bytes));
    }
}

/// A product key in its printed form.
pub(crate) fn product_keys() -> Vec<Vec<u8>> {
    let bytes = core::array::from_fn(|index| 255 - index as u8 * 7);
    vec![print_product_key(&bytes).as_bytes().to_vec(), bytes.to_vec()]
}

/// What is read as a product key prints to one spelling.
pub(crate) fn product_key(bytes: &[u8]) {
    if let Ok(key) = product_key_from_bytes("privateKey", bytes) {
        assert_eq!(key.expose().as_slice(), bytes);
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(key) = parse_product_key("privateKey", text) {
        let again = parse_product_key("privateKey", &print_product_key(key.expose()));
        assert!(again.is_ok_and(|again| again == key));
    }
    if let Ok((key, trimmed)) = ApiKey::parse("apiKey", text) {
        assert_eq!(trimmed, key.expose() != text);
        assert!(key.expose().bytes().all(|byte| matches!(byte, b'!'..=b'~')));
    }
}
