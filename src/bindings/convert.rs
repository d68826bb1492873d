//! Plain data in. It knows shapes, not meanings.

use serde_json::Value;
use wasm_bindgen::prelude::JsValue;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

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
