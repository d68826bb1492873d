//! Sends requests: through gloo-net by default, through the caller's `fetch(url, init)` where one was given. Both take
//! the same arguments and their responses are read by the same code.

use gloo_net::http::Request;
use js_sys::Function;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestInit;

use super::error::safe_name;
use super::fetch;
use super::fetch::JsBody;
use super::host::Host;
use crate::client::ports::Transport;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;

/// The way out.
pub(super) struct JsTransport {
    fetch: Option<Function>,
    host: Host,
}

impl JsTransport {
    /// The host's `fetch`: `undefined` for the runtime's own, or a function.
    pub(super) fn new(host: &Host) -> Result<Self> {
        let (fetch, host) = (host.fetch(), host.clone());
        if fetch.is_undefined() {
            return Ok(Self { fetch: None, host });
        }
        let fetch = fetch.dyn_into().map_err(|_| Error::invalid("fetch", "a function"))?;
        Ok(Self { fetch: Some(fetch), host })
    }
}

impl Transport for JsTransport {
    type Body = JsBody;

    async fn send(&self, request: HttpRequest) -> Result<(HttpHead, JsBody)> {
        let mut body = fetch::exchange(&self.host, &request);
        let response = match &self.fetch {
            Some(fetch) => by_caller(fetch, &request.url, &body.init()).await?,
            None => by_gloo(&request.url, &body.init()).await?,
        };
        drop(request);
        let head = body.take(&response)?;
        Ok((head, body))
    }
}

async fn by_caller(fetch: &Function, url: &str, init: &JsValue) -> Result<JsValue> {
    let returned = fetch.call2(&JsValue::UNDEFINED, &url.into(), init);
    let returned = returned.map_err(|thrown| fetch::network(&thrown))?;
    JsFuture::from(Promise::resolve(&returned)).await.map_err(|thrown| fetch::network(&thrown))
}

async fn by_gloo(url: &str, init: &RequestInit) -> Result<JsValue> {
    let request = web_sys::Request::new_with_str_and_init(url, init).map_err(|thrown| refused(&thrown))?;
    let response = Request::from(request).send().await.map_err(|error| match error {
        gloo_net::Error::JsError(thrown) => {
            Error::new(ErrorKind::Network, "the connection failed").with_cause(thrown.name)
        }
        _ => Error::new(ErrorKind::Network, "the connection failed"),
    })?;
    Ok(web_sys::Response::from(response).into())
}

/// The runtime takes no such request: a defect, since address and headers were checked.
fn refused(thrown: &JsValue) -> Error {
    Error::new(ErrorKind::Internal, "this runtime refuses the request").with_cause(safe_name(thrown))
}
