//! Any server that speaks OpenAI's chat completions: llama.cpp, vLLM, Ollama, OpenRouter, DeepSeek, Mistral, Groq, … It
//! takes the caller's base URL, and a key only where one is set. Some speak other wires too.

use serde_json::Value;

use super::Draft;
use super::Encoded;
use super::Provider;
use super::StreamDecoder;
use super::chat_completions as wire;
use super::messages;
use super::responses;
use crate::chat::Completion;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::model::ProviderId;

/// The least that all of these servers understand: `max_tokens`, and `system`, because some chat templates refuse
/// `developer`. Some end a stream by `[DONE]` alone.
static DIALECT: wire::Dialect = wire::Dialect {
    provider: ProviderId::Custom.as_str(),
    max_tokens: "max_tokens",
    system_role: |_| "system",
    strict_schema: false,
    replays_reasoning: true,
    done_ends: true,
};

/// The provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Custom;

impl Provider for Custom {
    fn id(&self) -> ProviderId {
        ProviderId::Custom
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        wire::encode(&DIALECT, url(draft, wire::ROUTE)?, draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        wire::decode(DIALECT.provider, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(wire::Decoder::new(&DIALECT, head))
    }
}

/// A key goes as `x-api-key`, which llama.cpp and gateways take as Anthropic does.
static MESSAGES: messages::Dialect =
    messages::Dialect { provider: ProviderId::Custom.as_str(), names_pages: false };

/// The provider where it speaks Anthropic's Messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct CustomMessages;

impl Provider for CustomMessages {
    fn id(&self) -> ProviderId {
        ProviderId::Custom
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        messages::encode(&MESSAGES, url(draft, messages::ROUTE)?, draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        messages::decode(&MESSAGES, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(messages::Decoder::new(&MESSAGES, head))
    }

    fn heal(&self, error: &Error, body: &mut Value) -> Option<Warning> {
        messages::heal(error, body)
    }
}

/// Servers that serve models of many makers refuse to be asked for what only some models have.
static RESPONSES: responses::Dialect = responses::Dialect {
    provider: ProviderId::Custom.as_str(),
    system_role: |_| "system",
    encrypted_thoughts: |_| false,
    strict_schema: false,
    least_tokens: 1,
};

/// The provider where it speaks OpenAI's Responses.
#[derive(Clone, Copy, Debug)]
pub(super) struct CustomResponses;

impl Provider for CustomResponses {
    fn id(&self) -> ProviderId {
        ProviderId::Custom
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        responses::encode(&RESPONSES, url(draft, responses::ROUTE)?, draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        responses::decode(RESPONSES.provider, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(responses::Decoder::new(RESPONSES.provider, head))
    }
}

/// The server's address for one route.
fn url(draft: &Draft<'_>, route: &str) -> Result<String> {
    let missing = || Error::invalid("baseUrl", "the server's address; a custom model has no default");
    let base = draft.resolved.base_url.as_ref().ok_or_else(missing)?;
    Ok(base.join("/v1", route))
}
