//! The provider contract and the registry: one line per provider.

mod chat_completions;
mod custom;
mod headers;
mod lenient;
mod openai;

pub use headers::retry_after;

use crate::chat::{Call, Completion, StreamPart};
use crate::error::{Error, Result};
use crate::http::{HttpHead, HttpRequest};
use crate::model::{Api, ProviderId};
use crate::resolve::Resolved;
use crate::secret::ApiKey;
use crate::sse::SseEvent;

/// A vendor's wire: five methods, no state.
pub trait Provider: Sync {
    /// The id that models name.
    fn id(&self) -> ProviderId;

    /// The request for one call. `key` is `None` only where the provider needs none.
    ///
    /// # Errors
    /// `invalid_input` where this wire cannot carry the call.
    fn encode(&self, resolved: &Resolved, call: &Call, key: Option<&ApiKey>) -> Result<HttpRequest>;

    /// A whole answer from a 2xx response.
    ///
    /// # Errors
    /// `bad_response` where the body is not this provider's JSON; the error it carries where it is an error under 200.
    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion>;

    /// The error that any other response means.
    fn decode_error(&self, head: &HttpHead, body: &[u8]) -> Error;

    /// A decoder for a streamed answer.
    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder>;
}

/// Turns events into parts. It knows nothing of requests or sockets.
pub trait StreamDecoder {
    /// Takes one event.
    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>);

    /// The bytes ended: emits what was held back, then exactly one `finish` or `error` part if none came yet.
    fn finish(&mut self, out: &mut Vec<StreamPart>);
}

/// The wire for `provider`, or `None` where this version has none.
#[must_use]
pub fn provider(id: ProviderId, _api: Option<Api>) -> Option<&'static dyn Provider> {
    match id {
        ProviderId::Custom => Some(&custom::Custom),
        ProviderId::Openai => Some(&openai::Openai),
        ProviderId::Anthropic | ProviderId::Cohere | ProviderId::Google => None,
    }
}
