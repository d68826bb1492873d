//! The caller's tools. The invocation goes out as JSON text, and what comes back is one too; TypeScript finds the handler.

use js_sys::Promise;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use serde_json::Value;

use crate::client::ports::ToolFailure;
use crate::client::ports::ToolInvocation;
use crate::client::ports::Tools;

#[wasm_bindgen]
extern "C" {
    /// What runs the handlers.
    #[derive(Debug)]
    pub type ToolBox;

    #[wasm_bindgen(method, catch)]
    fn call(this: &ToolBox, invocation: String) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn confirm(this: &ToolBox, invocation: String) -> Result<Promise, JsValue>;
}

impl Tools for ToolBox {
    async fn call(&self, invocation: &ToolInvocation<'_>) -> Result<Value, ToolFailure> {
        let answer = settled(ToolBox::call(self, text(invocation))).await;
        let broken = || ToolFailure::Thrown("the handler failed".to_owned());
        let answer = answer.and_then(|answer| answer.as_string()).ok_or_else(broken)?;
        let mut answer: Value = serde_json::from_str(&answer).map_err(|_| broken())?;
        let said = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(message) = said("invalid") {
            return Err(ToolFailure::InvalidArguments(message));
        }
        if let Some(message) = said("thrown") {
            return Err(ToolFailure::Thrown(message));
        }
        answer.get_mut("output").map(Value::take).ok_or(ToolFailure::Missing)
    }

    async fn confirm(&self, invocation: &ToolInvocation<'_>) -> bool {
        settled(ToolBox::confirm(self, text(invocation))).await.and_then(|answer| answer.as_bool())
            == Some(true)
    }
}

fn text(invocation: &ToolInvocation<'_>) -> String {
    serde_json::to_string(invocation).unwrap_or_default()
}

async fn settled(started: Result<Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(started.ok()?).await.ok()
}
