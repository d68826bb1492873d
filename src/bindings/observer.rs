//! The caller's observer. Events go out as JSON text; TypeScript hands them to the caller's hooks once this module has given
//! back, so that no hook runs in the middle of a call.

use core::cell::RefCell;
use core::future::poll_fn;
use core::pin::Pin;
use std::rc::Rc;

use serde_json::Value;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::clock::JsClock;
use crate::client::AuditEvent;
use crate::client::SpanEvent;
use crate::client::SpanPhase;
use crate::client::ports::Clock;
use crate::client::ports::Interest;
use crate::client::ports::Observer;

#[wasm_bindgen]
extern "C" {
    /// What hands events to the caller's hooks.
    #[derive(Clone, Debug)]
    pub type Hooks;

    #[wasm_bindgen(method, getter)]
    fn audits(this: &Hooks) -> bool;

    #[wasm_bindgen(method, getter)]
    fn listens(this: &Hooks) -> bool;

    #[wasm_bindgen(method, getter)]
    fn content(this: &Hooks) -> bool;

    /// What the caller wants to find again in the events of a call that starts now.
    #[wasm_bindgen(method)]
    fn context(this: &Hooks) -> JsValue;

    #[wasm_bindgen(method)]
    fn audit(this: &Hooks, event: String);

    #[wasm_bindgen(method)]
    fn event(this: &Hooks, event: String, context: JsValue);
}

/// The hooks, and the context of the call that goes on right now.
#[derive(Debug)]
pub(super) struct JsObserver {
    hooks: Hooks,
    context: RefCell<JsValue>,
}

impl JsObserver {
    pub(super) fn new(hooks: Hooks) -> Self {
        Self { hooks, context: RefCell::new(JsValue::UNDEFINED) }
    }
}

impl Observer for JsObserver {
    fn interest(&self) -> Interest {
        let hooks = &self.hooks;
        Interest { audit: hooks.audits(), events: hooks.listens(), content: hooks.content() }
    }

    fn now_ms(&self) -> u64 {
        JsClock.now_ms()
    }

    fn audit(&self, event: &AuditEvent) {
        self.hooks.audit(text(&event.to_value()));
    }

    fn event(&self, event: &SpanEvent) {
        // The parts of a call are found by its id; its context stands where it begins.
        let is_first = event.phase == SpanPhase::Start && event.parent_id.is_none();
        let context = if is_first { self.context.borrow().clone() } else { JsValue::UNDEFINED };
        self.hooks.event(text(&event.to_value()), context);
    }
}

/// What JavaScript waits for.
pub(super) type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// `work`, with the caller's context of this very moment whenever it goes on.
pub(super) fn in_context(observer: Option<Rc<JsObserver>>, mut work: Work) -> Work {
    let Some(observer) = observer else { return work };
    let context = observer.hooks.context();
    Box::pin(poll_fn(move |task| {
        observer.context.replace(context.clone());
        let polled = work.as_mut().poll(task);
        observer.context.replace(JsValue::UNDEFINED);
        polled
    }))
}

fn text(event: &Value) -> String {
    event.to_string()
}
