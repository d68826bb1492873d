//! An exchange with a provider that knows nothing, for the tests of what is done with exchanges.

use serde_json::Value;
use serde_json::json;

use super::exchange::Exchange;
use super::options::RetryOptions;
use super::outcome::Served;
use super::scrub::Scrubber;
use super::timeouts::Limits;
use super::timeouts::Patience;
use crate::chat::Completion;
use crate::chat::StreamPart;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;
use crate::model::ProviderId;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::Provider;
use crate::providers::StreamDecoder;
use crate::sse::SseEvent;
use crate::warning::Warning;

/// A provider that answers nothing, and heals a bad request by emptying its messages.
#[derive(Debug)]
struct Blank;

impl Provider for Blank {
    fn id(&self) -> ProviderId {
        ProviderId::Custom
    }

    fn encode(&self, _draft: &Draft<'_>) -> Result<Encoded> {
        Err(Error::new(ErrorKind::Internal, "not used"))
    }

    fn decode(&self, _head: &HttpHead, _body: &[u8]) -> Result<Completion> {
        Err(Error::new(ErrorKind::Internal, "not used"))
    }

    fn decoder(&self, _head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(Blank)
    }

    fn heal(&self, error: &Error, body: &mut Value) -> Option<Warning> {
        if error.kind() != ErrorKind::BadRequest {
            return None;
        }
        body["messages"] = json!([]);
        Some(Warning { code: "healed", field: "messages".to_owned(), message: "emptied".to_owned() })
    }
}

impl StreamDecoder for Blank {
    fn feed(&mut self, _event: &SseEvent, _out: &mut Vec<StreamPart>) {}

    fn is_complete(&self) -> bool {
        false
    }

    fn finish(&mut self, _out: &mut Vec<StreamPart>) {}
}

/// An exchange for a whole answer whose request has this body.
pub(super) fn exchange(body: &str) -> Exchange {
    let served =
        Served { tag: None, provider: ProviderId::Custom, model: "m".to_owned(), env: "dev".to_owned() };
    Exchange {
        provider: &Blank,
        request: HttpRequest { url: String::new(), headers: Vec::new(), body: body.as_bytes().to_vec() },
        served,
        warnings: Vec::new(),
        streams: false,
        wants_object: false,
        limits: Limits::default(),
        patience: Patience::default(),
        retry: RetryOptions::default(),
        scrubber: Scrubber::default(),
        has_default_temperature: false,
        fallback: Vec::new(),
        told: None,
    }
}
