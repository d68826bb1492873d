//! The object through which TypeScript hands over what the caller gave.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fetch::JsExchange;
use super::key_agent::Agent;
use super::observer::Hooks;
use super::tools::ToolBox;

#[wasm_bindgen]
extern "C" {
    /// What the caller gave: `undefined` where nothing.
    #[derive(Clone, Debug)]
    pub type Host;

    #[wasm_bindgen(method, getter)]
    pub(super) fn storage(this: &Host) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(super) fn fetch(this: &Host) -> JsValue;

    /// A request with these headers, a name and a value in turn, each ended by a line feed.
    #[wasm_bindgen(method)]
    pub(super) fn exchange(this: &Host, headers: &str, body: &Uint8Array) -> JsExchange;

    #[wasm_bindgen(method, getter, js_name = keyResolver)]
    pub(super) fn key_resolver(this: &Host) -> JsValue;

    #[wasm_bindgen(method, getter, js_name = keyAgent)]
    pub(super) fn key_agent(this: &Host) -> Agent;

    #[wasm_bindgen(method, getter)]
    pub(super) fn tools(this: &Host) -> ToolBox;

    #[wasm_bindgen(method, getter)]
    pub(super) fn hooks(this: &Host) -> Option<Hooks>;
}
