//! Errors out, as plain objects that TypeScript makes its error class from. It adds nothing to what an error says.

use js_sys::Reflect;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::JsValue;

use super::causes::Causes;
use crate::error::Error;

/// The error's view as a JavaScript object.
pub(super) fn to_js(error: &Error) -> JsValue {
    error.view().serialize(&Serializer::json_compatible()).unwrap_or_else(|_| JsValue::from_str(error.code()))
}

/// [`to_js`], with the thrown value back in the place of its number.
pub(super) fn to_js_with_cause(error: &Error, causes: &Causes) -> JsValue {
    let view = to_js(error);
    let cause = Reflect::get(&view, &"cause".into()).ok().and_then(|cause| cause.as_string());
    if let Some(thrown) = cause.and_then(|cause| causes.take(&cause)) {
        // A plain object takes any property; there is nothing to report a failure to.
        let _ = Reflect::set(&view, &"cause".into(), &thrown);
    }
    view
}

/// What may be said of a value that the network threw: its class and the system's code, never its message, which may
/// repeat headers.
pub(super) fn safe_name(thrown: &JsValue) -> String {
    let read = |value: &JsValue, key: &str| Reflect::get(value, &key.into()).ok();
    let word =
        |value: Option<JsValue>| value.and_then(|value| value.as_string()).filter(|text| is_word(text));
    let name = word(read(thrown, "name")).unwrap_or_else(|| "unknown".to_owned());
    let inner = read(thrown, "cause").and_then(|cause| read(&cause, "code"));
    match word(inner).or_else(|| word(read(thrown, "code"))) {
        Some(code) => format!("{name}: {code}"),
        None => name,
    }
}

fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
