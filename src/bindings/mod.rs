//! t
#![allow(missing_docs)]
use wasm_bindgen::prelude::*;
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core(u32);
#[wasm_bindgen]
impl Core {
    #[wasm_bindgen(constructor)]
    pub fn new(a: JsValue) -> Result<Core, JsValue> { if a.is_undefined() { Err(a) } else { Ok(Core(1)) } }
    pub fn call(&self, name: &str, opts: Vec<u8>) -> Result<js_sys::Promise, JsValue> {
        let name = name.to_owned();
        Ok(wasm_bindgen_futures::future_to_promise(async move { Ok(JsValue::from_str(&name)) }))
    }
}
