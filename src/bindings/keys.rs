//! The keys that the caller gave: bytes and texts become a ring here; keys that only compute stay where they are.

use js_sys::Array;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::client::Keys;
use crate::crypto;
use crate::crypto::Block;
use crate::crypto::KeyId;
use crate::crypto::Keyring;
use crate::crypto::RingKey;
use crate::error::Error;
use crate::error::Result;

#[wasm_bindgen]
extern "C" {
    /// The caller's keys, sorted by kind.
    #[derive(Debug)]
    pub type GivenKeys;

    /// Product keys, the one that seals first: a text, 32 bytes, or the three answers of a key that only signs.
    #[wasm_bindgen(method, getter)]
    fn product(this: &GivenKeys) -> Vec<JsValue>;

    /// Ids of keys that must not be used again.
    #[wasm_bindgen(method, getter)]
    fn retired(this: &GivenKeys) -> Vec<JsValue>;

    /// The public halves of the private sealing keys.
    #[wasm_bindgen(method, getter)]
    fn sealing(this: &GivenKeys) -> Vec<JsValue>;

    /// The public key of a client that only writes, and has nothing else.
    #[wasm_bindgen(method, getter, js_name = publicKey)]
    fn public_key(this: &GivenKeys) -> Option<Uint8Array>;
}

/// What a key that only signs has to sign once, for its three answers.
pub(super) fn questions() -> Vec<Uint8Array> {
    RingKey::questions().iter().map(|question| Uint8Array::from(question.as_slice())).collect()
}

/// The keys of a client.
pub(super) fn keys(given: &GivenKeys) -> Result<Keys> {
    if let Some(bytes) = given.public_key() {
        return public_id("publicKey", &bytes).map(Keys::Public);
    }
    let mut parsed = given.product().into_iter().enumerate().map(|(index, key)| match index {
        0 => ring_key(0, "privateKey", &key),
        _ => ring_key(index, &format!("privateKey.others[{}]", index - 1), &key),
    });
    let primary = parsed.next().unwrap_or_else(|| Err(Error::invalid("privateKey", "a product key")))?;
    let ring = Keyring::of(primary, parsed.collect::<Result<_>>()?)?;
    let sealing = given.sealing().into_iter().enumerate().map(|(index, key)| {
        let field = format!("privateKey.sealing[{index}]");
        public_id(&field, key.dyn_ref().ok_or_else(|| Error::invalid(&field, "a private sealing key"))?)
    });
    let ring = ring.with_sealing(sealing.collect::<Result<_>>()?);
    let retired = given.retired().into_iter().enumerate().map(|(index, id)| {
        let id = id.as_string().and_then(|id| KeyId::parse(&id));
        id.ok_or_else(|| Error::invalid(&format!("privateKey.retired[{index}]"), "the id of a product key"))
    });
    ring.with_retired(retired.collect::<Result<_>>()?).map(Keys::Ring)
}

fn ring_key(place: usize, field: &str, value: &JsValue) -> Result<RingKey> {
    if let Some(text) = value.as_string() {
        return crypto::parse_product_key(field, &Zeroizing::new(text)).map(RingKey::held);
    }
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return crypto::product_key_from_bytes(field, &Zeroizing::new(bytes.to_vec())).map(RingKey::held);
    }
    let answers = value.dyn_ref::<Array>().map(|answers| answers.iter().filter_map(|one| block(&one)));
    let answers: Vec<Block> = answers.map(Iterator::collect).unwrap_or_default();
    let answers = answers.as_slice().try_into();
    let answers =
        answers.map_err(|_| Error::invalid(field, "a product key: a text, 32 bytes or a CryptoKey"));
    answers.map(|answers| RingKey::outside(place, answers))
}

/// 64 bytes from JavaScript, which are wiped there.
pub(super) fn block(value: &JsValue) -> Option<Block> {
    let bytes = value.dyn_ref::<Uint8Array>()?;
    let mut block = Block::new([0; 64]);
    if bytes.length() as usize != block.len() {
        return None;
    }
    bytes.copy_to(block.as_mut_slice());
    bytes.fill(0, 0, bytes.length());
    Some(block)
}

fn public_id(field: &str, bytes: &Uint8Array) -> Result<KeyId> {
    let bytes: Option<[u8; 32]> = bytes.to_vec().try_into().ok();
    bytes.map(|bytes| KeyId::of_public(&bytes)).ok_or_else(|| Error::invalid(field, "a key of 32 bytes"))
}
