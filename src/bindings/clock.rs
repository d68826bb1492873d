//! The runtime's clock and timers. A sleep that is no longer awaited leaves no timer behind.

use core::cell::RefCell;

use js_sys::Date;
use js_sys::Function;
use js_sys::Promise;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::client::ports::Clock;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, ms: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// The runtime's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsClock;

impl Clock for JsClock {
    fn now_ms(&self) -> u64 {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds since 1970 are a whole number far below 2^53"
        )]
        let now = Date::now() as u64;
        now
    }

    async fn sleep(&self, ms: u32) {
        let timer = RefCell::new(None);
        let promise = Promise::new(&mut |resolve, _reject| {
            let id = set_timeout(&resolve, ms);
            timer.replace(Some(Timer { id, resolve }));
        });
        // It can only resolve.
        let _ = JsFuture::from(promise).await;
    }
}

/// A running timer. Dropped, it is cleared, and its promise resolved so that what listens to it is freed too.
struct Timer {
    id: JsValue,
    resolve: Function,
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
        // A promise's own resolve function never throws.
        let _ = self.resolve.call0(&JsValue::UNDEFINED);
    }
}
