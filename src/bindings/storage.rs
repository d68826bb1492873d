//! The caller's storage. Whatever a callback does, throw, wait or answer with the wrong thing, becomes a value or an
//! error here; nothing that it returns is believed unseen.

use std::rc::Rc;

use js_sys::Array;
use js_sys::Function;
use js_sys::Object;
use js_sys::Promise;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::causes::Causes;
use crate::client::ports::Capabilities;
use crate::client::ports::IfMatch;
use crate::client::ports::Page;
use crate::client::ports::Storage;
use crate::client::ports::Stored;
use crate::client::ports::Written;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// A storage object's four functions.
pub(super) struct JsStorage {
    object: JsValue,
    get: Function,
    put: Function,
    delete: Function,
    list: Function,
    capabilities: Capabilities,
    causes: Rc<Causes>,
}

impl JsStorage {
    /// Looks the functions up once.
    pub(super) fn new(object: JsValue, causes: Rc<Causes>) -> Result<Self> {
        let verb = |name: &str| {
            let found = Reflect::get(&object, &name.into()).unwrap_or_default();
            found.dyn_into().map_err(|_| Error::invalid(&format!("storage.{name}"), "a function"))
        };
        let capabilities = Reflect::get(&object, &"capabilities".into()).unwrap_or_default();
        let cas = Reflect::get(&capabilities, &"cas".into()).unwrap_or_default().as_bool();
        let cas = cas.ok_or_else(|| Error::invalid("storage.capabilities.cas", "true or false"))?;
        let read = Reflect::get(&capabilities, &"read".into()).unwrap_or_default().as_string();
        let capabilities = Capabilities { cas, eventual: read.as_deref() == Some("eventual") };
        let (get, put, delete, list) = (verb("get")?, verb("put")?, verb("delete")?, verb("list")?);
        Ok(Self { object, get, put, delete, list, capabilities, causes })
    }

    /// Waits for what a callback returned. A plain value needs no promise and costs no turn of the event loop.
    async fn settle(&self, verb: &'static str, returned: Result<JsValue, JsValue>) -> Result<JsValue> {
        let value = returned.map_err(|thrown| self.failed(verb, thrown))?;
        if !is_thenable(&value) {
            return Ok(value);
        }
        JsFuture::from(Promise::resolve(&value)).await.map_err(|thrown| self.failed(verb, thrown))
    }

    fn failed(&self, verb: &'static str, thrown: JsValue) -> Error {
        let code = Reflect::get(&thrown, &"code".into()).ok().and_then(|code| code.as_string());
        let (kind, what) = match code.as_deref() {
            Some("storage_contract") => (ErrorKind::StorageContract, "broke its contract"),
            _ => (ErrorKind::StorageError, "failed"),
        };
        let mut error = Error::new(kind, format!("the storage {what} in {verb}")).with("operation", verb);
        // A store that knows whether and when to try again is believed.
        let said = |name: &str| Reflect::get(&thrown, &name.into()).ok();
        if let Some(retryable) = said("retryable").and_then(|value| value.as_bool()) {
            error = error.with_retryable(retryable);
        }
        error = error.with_retry_after_ms(said("retryAfterMs").and_then(|value| whole(&value)));
        self.causes.attach(error, thrown)
    }
}

impl Storage for JsStorage {
    async fn get(&self, key: &str) -> Result<Option<Stored>> {
        let returned = self.get.call1(&self.object, &key.into());
        let answer = self.settle("get", returned).await?;
        if answer.is_null() || answer.is_undefined() {
            return Ok(None);
        }
        let value = text_of(&answer, "value").ok_or_else(|| broken("get", "null or {value, etag}"))?;
        let etag = text_of(&answer, "etag").filter(|etag| !etag.is_empty());
        if self.capabilities.cas && etag.is_none() {
            return Err(broken("get", "an etag with the value"));
        }
        Ok(Some(Stored { value, etag: etag.unwrap_or_default() }))
    }

    async fn put(&self, key: &str, value: &str, condition: IfMatch<'_>) -> Result<Written> {
        let returned = self.put.call3(&self.object, &key.into(), &value.into(), &condition_to_js(condition));
        let answer = self.settle("put", returned).await?;
        match (is_conflict(&answer), text_of(&answer, "etag")) {
            (true, _) => Ok(Written::Conflict),
            (false, Some(etag)) if !etag.is_empty() => Ok(Written::Done(etag)),
            // A store without versions may say nothing at all.
            _ if !self.capabilities.cas && is_void(&answer) => Ok(Written::Done(String::new())),
            _ => Err(broken("put", "{etag} or {conflict: true}")),
        }
    }

    async fn delete(&self, key: &str, condition: IfMatch<'_>) -> Result<Written> {
        let returned = self.delete.call2(&self.object, &key.into(), &condition_to_js(condition));
        let answer = self.settle("delete", returned).await?;
        match is_conflict(&answer) {
            true => Ok(Written::Conflict),
            false if is_void(&answer) => Ok(Written::Done(String::new())),
            false => Err(broken("delete", "{deleted: true} or {conflict: true}")),
        }
    }

    async fn list(&self, prefix: &str, cursor: Option<&str>, limit: u32) -> Result<Page> {
        let options = Object::new();
        set(&options, "limit", &limit.into());
        set(&options, "cursor", &cursor.map_or(JsValue::UNDEFINED, JsValue::from));
        let returned = self.list.call2(&self.object, &prefix.into(), &options);
        let answer = self.settle("list", returned).await?;
        page(&answer).ok_or_else(|| broken("list", "{keys: string[], cursor?: string}"))
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }
}

fn page(answer: &JsValue) -> Option<Page> {
    let keys = Reflect::get(answer, &"keys".into()).ok()?.dyn_into::<Array>().ok()?;
    let keys = keys.iter().map(|key| key.as_string()).collect::<Option<_>>()?;
    let cursor = Reflect::get(answer, &"cursor".into()).ok()?;
    if cursor.is_undefined() || cursor.is_null() {
        return Some(Page { keys, cursor: None });
    }
    Some(Page { keys, cursor: Some(cursor.as_string()?) })
}

/// A count of milliseconds, at most a day.
fn whole(value: &JsValue) -> Option<u64> {
    let ms = value.as_f64().filter(|ms| (0.0..86_400_000.0).contains(ms))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "its range was checked")]
    Some(ms as u64)
}

fn is_thenable(value: &JsValue) -> bool {
    value.is_object() && Reflect::get(value, &"then".into()).is_ok_and(|then| then.is_function())
}

fn is_void(answer: &JsValue) -> bool {
    answer.is_undefined() || answer.is_object()
}

fn is_conflict(answer: &JsValue) -> bool {
    Reflect::get(answer, &"conflict".into()).ok().and_then(|conflict| conflict.as_bool()) == Some(true)
}

fn text_of(answer: &JsValue, name: &str) -> Option<String> {
    Reflect::get(answer, &name.into()).ok()?.as_string()
}

fn condition_to_js(condition: IfMatch<'_>) -> Object {
    let options = Object::new();
    match condition {
        IfMatch::Absent => set(&options, "ifMatch", &JsValue::NULL),
        IfMatch::Any => {}
        IfMatch::Etag(etag) => set(&options, "ifMatch", &etag.into()),
    }
    options
}

/// A fresh plain object takes any property.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn broken(verb: &'static str, expected: &str) -> Error {
    let message = format!("the storage broke its contract: {verb} must give {expected}");
    Error::new(ErrorKind::StorageContract, message).with("operation", verb)
}
