//! The caller's `keyResolver(reference, context)`, for environments that name their key instead of carrying it.

use js_sys::Function;
use js_sys::Promise;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::client::ports::KeyContext;
use crate::client::ports::KeyResolver;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ApiKey;

/// The callback, where there is one.
pub(super) struct JsKeyResolver(Option<Function>);

impl JsKeyResolver {
    /// `undefined`, or a function.
    pub(super) fn new(value: JsValue) -> Result<Self> {
        if value.is_undefined() {
            return Ok(Self(None));
        }
        let function = value.dyn_into().map_err(|_| Error::invalid("keyResolver", "a function"))?;
        Ok(Self(Some(function)))
    }
}

impl KeyResolver for JsKeyResolver {
    async fn resolve(&self, reference: &str, context: KeyContext<'_>) -> Result<ApiKey> {
        let Some(resolver) = &self.0 else {
            return Err(missing("the environment has a keyRef and the client has no keyResolver"));
        };
        let failed = |_| missing("the keyResolver failed");
        let context = context.serialize(&Serializer::json_compatible()).unwrap_or_default();
        let answer = resolver.call2(&JsValue::UNDEFINED, &reference.into(), &context).map_err(failed)?;
        // What it threw stays out of the error: it may repeat the key.
        let answer = JsFuture::from(Promise::resolve(&answer)).await.map_err(failed)?;
        let text = answer.as_string().ok_or_else(|| missing("the keyResolver gave no text"))?;
        ApiKey::parse("keyRef", &text).map(|(key, _)| key)
    }
}

fn missing(message: &str) -> Error {
    Error::new(ErrorKind::MissingApiKey, message).with("field", "keyRef")
}
