//! What both transports share: the arguments of `fetch`, and reading a response. Never a redirect, never a cookie.

use js_sys::Array;
use js_sys::Object;
use js_sys::Promise;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;
use web_sys::ReadableStreamDefaultReader;

use super::error::safe_name;
use crate::client::ports::Body;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::Headers;
use crate::http::HttpHead;
use crate::http::HttpRequest;

/// Members that Workers refuse by throwing where they do not know them: sent only where `Request` has the field.
const OPTIONAL: &[(&str, &str)] = &[("credentials", "omit"), ("referrerPolicy", "no-referrer")];

/// Which of the optional members this runtime's `Request` knows.
pub(super) fn known_members() -> Vec<(&'static str, &'static str)> {
    let request = Reflect::get(&js_sys::global(), &"Request".into()).unwrap_or_default();
    let prototype = Reflect::get(&request, &"prototype".into()).unwrap_or_default();
    let known = |name: &str| Reflect::has(&prototype, &name.into()).unwrap_or(false);
    OPTIONAL.iter().copied().filter(|(name, _)| known(name)).collect()
}

/// `fetch`'s second argument.
pub(super) fn init(request: &HttpRequest, abort: &Abort, members: &[(&str, &str)]) -> Object {
    let headers = Object::new();
    for (name, value) in &request.headers {
        set(&headers, name, &value.expose().into());
    }
    let init = Object::new();
    set(&init, "method", &"POST".into());
    set(&init, "headers", &headers);
    set(&init, "body", &Uint8Array::from(request.body.as_slice()));
    set(&init, "redirect", &"manual".into());
    set(&init, "signal", &abort.controller.signal());
    for (name, value) in members {
        set(&init, name, &(*value).into());
    }
    init
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A fresh plain object takes any property.
    let _ = Reflect::set(object, &name.into(), value);
}

/// Aborts its request when dropped before the body's end.
#[derive(Debug)]
pub(super) struct Abort {
    controller: AbortController,
    done: bool,
}

impl Abort {
    /// For a new request.
    pub(super) fn new() -> Result<Self> {
        let controller = AbortController::new()
            .map_err(|_| Error::new(ErrorKind::Internal, "this runtime has no AbortController"))?;
        Ok(Self { controller, done: false })
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if !self.done {
            self.controller.abort();
        }
    }
}

/// The connection failed; the class of what was thrown is all that is told.
pub(super) fn network(thrown: &JsValue) -> Error {
    Error::new(ErrorKind::Network, "the connection failed").with_cause(safe_name(thrown))
}

/// The head and body of a `Response`.
pub(super) fn read(response: &JsValue, abort: Abort) -> Result<(HttpHead, JsBody)> {
    let status = status(response).ok_or_else(no_response)?;
    let headers = headers(response).unwrap_or_default();
    let body = Reflect::get(response, &"body".into()).unwrap_or_default();
    Ok((HttpHead { status, headers }, JsBody::new(&body, abort)?))
}

/// 0 where the runtime hides a redirect, and where a `fetch` followed one although it was told not to.
fn status(response: &JsValue) -> Option<u16> {
    let field = |name: &str| Reflect::get(response, &name.into()).ok();
    let hidden = field("type").and_then(|kind| kind.as_string()).is_some_and(|kind| kind == "opaqueredirect");
    let followed = field("redirected").and_then(|redirected| redirected.as_bool()) == Some(true);
    if hidden || followed {
        return Some(0);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    let status = field("status")?.as_f64().filter(|status| (0.0..=999.0).contains(status))? as u16;
    Some(status)
}

fn headers(response: &JsValue) -> Option<Headers> {
    let headers = Reflect::get(response, &"headers".into()).ok()?;
    let pairs = js_sys::try_iter(&headers).ok()??;
    pairs.map(|pair| pair_of(&pair.ok()?)).collect::<Option<Vec<_>>>().map(Headers::from_iter)
}

fn pair_of(pair: &JsValue) -> Option<(String, String)> {
    let pair: &Array = pair.dyn_ref()?;
    Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
}

fn no_response() -> Error {
    Error::new(ErrorKind::BadResponse, "fetch gave no Response").with_retryable(false)
}

/// A response's body. Dropped before its end, it closes the connection.
#[derive(Debug)]
pub(super) struct JsBody {
    reader: Option<ReadableStreamDefaultReader>,
    abort: Abort,
}

impl JsBody {
    fn new(stream: &JsValue, mut abort: Abort) -> Result<Self> {
        if stream.is_null() || stream.is_undefined() {
            abort.done = true;
            return Ok(Self { reader: None, abort });
        }
        let get_reader = Reflect::get(stream, &"getReader".into()).unwrap_or_default();
        let get_reader: js_sys::Function = get_reader.dyn_into().map_err(|_| no_response())?;
        let reader = get_reader.call0(stream).map_err(|_| no_response())?;
        Ok(Self { reader: Some(reader.unchecked_into()), abort })
    }

    /// The stream's reader, for TypeScript to pump.
    pub(super) fn reader(&self) -> Option<ReadableStreamDefaultReader> {
        self.reader.clone()
    }

    /// The body was read to its end elsewhere.
    pub(super) fn finish(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.reader = None;
        self.abort.done = true;
    }
}

impl Body for JsBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let result = JsFuture::from(reader.read()).await.map_err(|thrown| network(&thrown))?;
        let field = |name: &str| Reflect::get(&result, &name.into()).unwrap_or_default();
        if field("done").is_truthy() {
            self.end();
            return Ok(None);
        }
        let bytes: Uint8Array = field("value").dyn_into().map_err(|_| no_response())?;
        Ok(Some(bytes.to_vec()))
    }
}

impl Drop for JsBody {
    fn drop(&mut self) {
        // A `fetch` of the caller's may ignore the signal; its stream still hears this. The future takes a rejection in.
        if let Some(reader) = &self.reader {
            drop(JsFuture::from(reader.cancel()));
        }
    }
}

/// Waits for what `fetch` returned.
pub(super) async fn settle(returned: JsValue) -> Result<JsValue> {
    JsFuture::from(Promise::resolve(&returned)).await.map_err(|thrown| network(&thrown))
}
