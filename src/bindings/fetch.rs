//! A request on its way and its response's body, over the object that speaks to `fetch` on the JavaScript side. Never a
//! redirect, never a cookie.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;
use web_sys::RequestInit;
use zeroize::Zeroizing;

use super::error::safe_name;
use super::host::Host;
use crate::client::ports::Body;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::Headers;
use crate::http::HttpHead;
use crate::http::HttpRequest;

#[wasm_bindgen]
extern "C" {
    /// A request and what came of it.
    #[derive(Clone, Debug)]
    pub type JsExchange;

    #[wasm_bindgen(method, getter)]
    pub(super) fn init(this: &JsExchange) -> RequestInit;

    #[wasm_bindgen(method, catch)]
    fn take(this: &JsExchange, response: &JsValue) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(method)]
    fn reader(this: &JsExchange) -> Option<ReadableStreamDefaultReader>;

    #[wasm_bindgen(method)]
    fn chunk(this: &JsExchange) -> js_sys::Promise;

    #[wasm_bindgen(method)]
    fn rest(this: &JsExchange, limit: u32) -> js_sys::Promise;

    #[wasm_bindgen(method)]
    fn close(this: &JsExchange);
}

/// The exchange of `request`; nothing is sent yet.
pub(super) fn exchange(host: &Host, request: &HttpRequest) -> JsBody {
    let length = request.headers.iter().map(|(name, value)| name.len() + value.expose().len() + 2).sum();
    let mut headers = Zeroizing::new(String::with_capacity(length));
    for (name, value) in &request.headers {
        for part in [name.as_str(), "\n", value.expose(), "\n"] {
            headers.push_str(part);
        }
    }
    let exchange = host.exchange(&headers, &Uint8Array::from(request.body.as_slice()));
    JsBody { exchange, done: false }
}

/// The connection failed; the class of what was thrown is all that is told.
pub(super) fn network(thrown: &JsValue) -> Error {
    Error::new(ErrorKind::Network, "the connection failed").with_cause(safe_name(thrown))
}

fn no_response() -> Error {
    Error::new(ErrorKind::BadResponse, "fetch gave no Response").with_retryable(false)
}

/// A request, then its response's body. Dropped before the body's end, it closes the connection.
#[derive(Debug)]
pub(super) struct JsBody {
    exchange: JsExchange,
    done: bool,
}

impl JsBody {
    /// What `fetch` takes beside the address.
    pub(super) fn init(&self) -> RequestInit {
        self.exchange.init()
    }

    /// Takes what `fetch` gave; the head of it.
    ///
    /// # Errors
    /// `bad_response` for what is no response.
    pub(super) fn take(&mut self, response: &JsValue) -> Result<HttpHead> {
        let taken = self.exchange.take(response).ok().flatten();
        let head = taken.as_deref().and_then(head).ok_or_else(no_response)?;
        Ok(head)
    }

    /// The stream's reader, for TypeScript to pump.
    pub(super) fn reader(&self) -> Option<ReadableStreamDefaultReader> {
        self.exchange.reader()
    }

    /// The body was read to its end elsewhere.
    pub(super) fn finish(mut self) {
        self.done = true;
    }
}

/// The status in the first line, then names and values.
fn head(text: &str) -> Option<HttpHead> {
    let mut lines = text.split('\n');
    let status = lines.next()?.parse().ok()?;
    let mut pairs = Vec::new();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        pairs.push((name, value));
    }
    Some(HttpHead { status, headers: Headers::from_iter(pairs) })
}

impl Body for JsBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        if self.done {
            return Ok(None);
        }
        let chunk = JsFuture::from(self.exchange.chunk()).await.map_err(|thrown| network(&thrown))?;
        self.done = chunk.is_undefined();
        if self.done { Ok(None) } else { bytes(chunk).map(Some) }
    }

    async fn rest(&mut self, limit: usize) -> Result<Vec<u8>> {
        if self.done {
            return Ok(Vec::new());
        }
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let all = JsFuture::from(self.exchange.rest(limit)).await.map_err(|thrown| network(&thrown))?;
        let all = bytes(all)?;
        self.done = all.len() <= limit as usize;
        Ok(all)
    }
}

fn bytes(value: JsValue) -> Result<Vec<u8>> {
    let bytes: Uint8Array = value.dyn_into().map_err(|_| no_response())?;
    Ok(bytes.to_vec())
}

impl Drop for JsBody {
    fn drop(&mut self) {
        if !self.done {
            self.exchange.close();
        }
    }
}
