//! Plain data in. It knows shapes, not meanings.

use js_sys::Uint8Array;
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;

use crate::crypto;
use crate::crypto::Keyring;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ProductKey;

/// A small object, walked from here. Large ones come as JSON text: [`parse`].
pub(super) fn plain(value: &JsValue) -> Result<Value> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|_| Error::invalid("options", "plain data"))
}

/// The bytes of a JSON text that the TypeScript side wrote.
pub(super) fn parse(bytes: &[u8]) -> Result<Value> {
    // As text, not as bytes: serde_json has a reader for each, and everything else uses the one for text.
    let text = core::str::from_utf8(bytes).ok();
    text.and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| Error::invalid("options", "plain data nested at most 100 levels deep"))
}

/// A serializable result as JSON text.
pub(super) fn text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::new(ErrorKind::Internal, "a result cannot be written"))
}

/// The ring of the given keys, the one that seals first.
pub(super) fn keyring(keys: &[JsValue]) -> Result<Keyring> {
    let mut parsed = keys.iter().enumerate().map(|(index, key)| match index {
        0 => product_key("privateKey", key),
        _ => product_key(&format!("privateKey.others[{}]", index - 1), key),
    });
    let primary = parsed.next().unwrap_or_else(|| Err(Error::invalid("privateKey", "a product key")))?;
    Keyring::new(primary, parsed.collect::<Result<_>>()?)
}

fn product_key(field: &str, value: &JsValue) -> Result<ProductKey> {
    match (value.as_string(), value.dyn_ref::<Uint8Array>()) {
        (Some(text), _) => crypto::parse_product_key(field, &text),
        (None, Some(bytes)) => crypto::product_key_from_bytes(field, &bytes.to_vec()),
        (None, None) => Err(Error::invalid(field, "a product key: a text or 32 bytes")),
    }
}
