//! The provider contract and the registry: one line per provider.

mod anthropic;
mod body;
mod chat_completions;
mod chat_shapes;
mod cohere;
mod custom;
mod draft;
mod failure;
mod google;
mod headers;
mod messages;
mod openai;
mod reader;
mod responses;
mod schema;
mod tool_calls;

pub use draft::Draft;
pub use draft::Encoded;
pub use headers::retry_after;
pub use reader::StreamReader;

use serde_json::Value;

use crate::catalog::Facts;
use crate::chat::Completion;
use crate::chat::StreamPart;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::model::Api;
use crate::model::ProviderId;
use crate::resolve::Resolved;
use crate::sse::SseEvent;

/// A vendor's wire, without state.
pub trait Provider: Sync {
    /// The id that models name.
    fn id(&self) -> ProviderId;

    /// The request for one call.
    ///
    /// # Errors
    /// `invalid_input` where this wire cannot carry the call; `missing_api_key` where it needs a key.
    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded>;

    /// A whole answer from a 2xx response.
    ///
    /// # Errors
    /// `bad_response` where the body is not this provider's JSON; the error it carries where it is an error under 200.
    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion>;

    /// A decoder for a streamed answer.
    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder>;

    /// The error that any other response means.
    fn decode_error(&self, head: &HttpHead, body: &[u8]) -> Error {
        failure::error(self.id().as_str(), head, body)
    }

    /// Changes the refused `body` so that the complaint in `error` no longer applies, and says what was changed. `None`
    /// where there is no such change.
    fn heal(&self, _error: &Error, _body: &mut Value) -> Option<Warning> {
        None
    }
}

/// Turns events into parts. It knows nothing of requests or sockets.
pub trait StreamDecoder {
    /// The shape of the events that [`StreamDecoder::take`] takes, always the same; without fields, there are none.
    fn shape(&self) -> &'static [Field] {
        &[]
    }

    /// Takes an event of that shape, recognized without a tree; `false`, with nothing done, where it is wanted whole. Both
    /// ways come to the same.
    fn take(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> bool {
        let _ = (found, out);
        false
    }

    /// Takes one event.
    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>);

    /// Whether the provider's own mark of the end has come. More may follow, but nothing that has to: the answer stands
    /// even where the connection breaks or stays open without another word.
    fn is_complete(&self) -> bool;

    /// The bytes ended: emits what was held back, then exactly one `finish` or `error` part if none came yet.
    fn finish(&mut self, out: &mut Vec<StreamPart>);
}

/// The wire for a model: the one that its `api` names, else the provider's own or the one that suits the model best
/// where it is served.
///
/// # Errors
/// `invalid_input` naming `api` where the provider has no such wire.
pub fn provider(resolved: &Resolved, facts: &Facts) -> Result<&'static dyn Provider> {
    let id = resolved.provider;
    match (id, resolved.api) {
        (ProviderId::Anthropic, None | Some(Api::Messages)) => Ok(&anthropic::Anthropic),
        (ProviderId::Custom, None | Some(Api::Chat)) => Ok(&custom::Custom),
        (ProviderId::Custom, Some(Api::Messages)) => Ok(&custom::CustomMessages),
        (ProviderId::Custom, Some(Api::Responses)) => Ok(&custom::CustomResponses),
        (ProviderId::Cohere, None | Some(Api::Chat)) => Ok(&cohere::Cohere),
        (ProviderId::Google, None) => Ok(&google::Google),
        (ProviderId::Openai, Some(Api::Responses)) => Ok(&openai::Responses),
        (ProviderId::Openai, None) if facts.responses && openai::is_own_server(resolved) => {
            Ok(&openai::Responses)
        }
        (ProviderId::Openai, None | Some(Api::Chat)) => Ok(&openai::Openai),
        (_, Some(api)) => {
            let expected = format!("an API that {} serves; '{}' is none of them", id.as_str(), api.as_str());
            Err(Error::invalid("api", expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::BaseUrl;
    use crate::catalog;
    use crate::model::ModelConfig;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    /// The path of the wire that such a model of OpenAI's gets.
    fn route(api: Option<Api>, base_url: Option<&str>, responses: bool) -> String {
        let model = InlineModel::new(ProviderId::Openai, "m");
        let runtime = ModelConfig::read("modelConfig", &serde_json::json!({})).unwrap();
        let base = Base::Inline { product: "shop", model: &model };
        let mut resolved = resolve(base, "dev", None, &runtime).unwrap();
        resolved.api = api;
        resolved.base_url = base_url.map(|url| BaseUrl::parse("baseUrl", url, false).unwrap());
        let facts = Facts { responses, ..catalog::facts(&resolved) };
        let key = crate::secret::ApiKey::parse("apiKey", "sk-test-0123456789").unwrap().0;
        let call = crate::chat::Call::default();
        let draft = Draft::new(&resolved, &call, Some(&key));
        let url = provider(&resolved, &facts).unwrap().encode(&draft).unwrap().request.url;
        url.split("/v1").nth(1).unwrap().to_owned()
    }

    #[test]
    fn r56_openais_newer_models_go_by_responses_at_openai_itself() {
        let (chat, responses) = ("/chat/completions", "/responses");
        assert_eq!(route(None, None, true), responses);
        assert_eq!(route(None, Some("https://API.openai.com/v1"), true), responses);
        assert_eq!(route(None, None, false), chat);
        assert_eq!(route(None, Some("https://api.openai.co"), true), chat);
        assert_eq!(route(None, Some("https://proxy.example/v1"), true), chat);
        assert_eq!(route(Some(Api::Chat), None, true), chat);
        assert_eq!(route(Some(Api::Responses), Some("https://proxy.example/v1"), false), responses);
    }
}
