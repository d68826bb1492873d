//! The request that a call would send, shown instead of sent. No key is opened for it: where one would stand, the
//! request is written with a stand-in that is never shown either.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::Client;
use super::ports::Ports;
use crate::error::Result;
use crate::http::HeaderValue;
use crate::http::HttpRequest;
use crate::json;
use crate::reader;
use crate::reader::Reader;
use crate::resolve::KeySource;
use crate::secret::ApiKey;
use crate::warning::Warning;

const STREAM: &str = "stream";
const STAND_IN: &str = "no-key-is-opened-for-a-dry-run";
const REDACTED: &str = "[redacted]";

/// A request as it would be sent, without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuiltRequest {
    /// The full address.
    pub url: String,
    /// The method: `POST`.
    pub method: &'static str,
    /// By name in lower case; where the key would stand is `[redacted]`.
    pub headers: Map<String, Value>,
    /// The body.
    pub body: Value,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
}

impl<P: Ports> Client<P> {
    /// The request that [`Client::generate`] would send first, or [`Client::stream`] with `stream: true`. Takes their
    /// options. No key is opened, no key resolver is asked, nothing is sent, so a page may do this too.
    ///
    /// # Errors
    /// Those of `generate` before anything is sent, except for `browser_refused` and those of opening the key.
    pub async fn build_request(&self, options: &Value) -> Result<BuiltRequest> {
        let mut rest = reader::object("options", options)?;
        let stream = Reader::new("", options)?.optional(STREAM, reader::boolean)?.unwrap_or(false);
        rest.remove(STREAM);
        let asked = self.read_call(&Value::Object(rest), stream).await?;
        let target = self.resolve_target(&asked.target).await?;
        target.resolved.require_key()?;
        let key = match target.resolved.key {
            KeySource::None => None,
            _ => Some(ApiKey::parse("apiKey", STAND_IN)?.0),
        };
        let exchange = self.exchange(&asked, target, key.as_ref())?;
        Ok(shown(exchange.request, exchange.warnings))
    }
}

fn shown(request: HttpRequest, warnings: Vec<Warning>) -> BuiltRequest {
    let mut headers = Map::new();
    for (name, value) in request.headers {
        let value = match value {
            HeaderValue::Plain(text) => text,
            HeaderValue::Secret(text) => match text.strip_suffix(STAND_IN) {
                Some(prefix) => [prefix, REDACTED].concat(),
                None => REDACTED.to_owned(),
            },
        };
        headers.insert(name, Value::String(value));
    }
    let body = core::str::from_utf8(&request.body).ok().and_then(json::parse).unwrap_or_default();
    BuiltRequest { url: request.url, method: "POST", headers, body, warnings }
}
