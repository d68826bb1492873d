//! Sends requests: through gloo-net by default, through the caller's `fetch(url, init)` where one was given. Both take
//! the same arguments and their responses are read by the same code.

use gloo_net::http::Request;
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use web_sys::RequestInit;

use super::error::safe_name;
use super::fetch;
use super::fetch::Abort;
use super::fetch::JsBody;
use crate::client::ports::Transport;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;

/// The way out.
pub(super) struct JsTransport {
    fetch: Option<Function>,
    members: Vec<(&'static str, &'static str)>,
}

impl JsTransport {
    /// `undefined` for the runtime's own fetch, or a function.
    pub(super) fn new(fetch: JsValue) -> Result<Self> {
        let members = fetch::known_members();
        if fetch.is_undefined() {
            return Ok(Self { fetch: None, members });
        }
        let fetch = fetch.dyn_into().map_err(|_| Error::invalid("fetch", "a function"))?;
        Ok(Self { fetch: Some(fetch), members })
    }
}

impl Transport for JsTransport {
    type Body = JsBody;

    async fn send(&self, request: HttpRequest) -> Result<(HttpHead, JsBody)> {
        let abort = Abort::new()?;
        let init = fetch::init(&request, &abort, &self.members);
        let response = match &self.fetch {
            Some(fetch) => by_caller(fetch, &request.url, &init).await?,
            None => by_gloo(&request.url, init.unchecked_ref()).await?,
        };
        drop(request);
        fetch::read(&response, abort)
    }
}

async fn by_caller(fetch: &Function, url: &str, init: &JsValue) -> Result<JsValue> {
    let returned = fetch.call2(&JsValue::UNDEFINED, &url.into(), init);
    fetch::settle(returned.map_err(|thrown| fetch::network(&thrown))?).await
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
