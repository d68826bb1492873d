//! OpenAI's chat completions: the default address, the Bearer key, and the fields that its current models take.

use super::Draft;
use super::Encoded;
use super::Provider;
use super::StreamDecoder;
use super::chat_completions as wire;
use crate::catalog::Facts;
use crate::chat::Completion;
use crate::error::Result;
use crate::http::HttpHead;
use crate::model::ProviderId;

const BASE_URL: &str = "https://api.openai.com/v1";

/// `max_completion_tokens` is taken by every current model; `max_tokens` is refused by o* and gpt-5+ (recorded 400).
static DIALECT: wire::Dialect = wire::Dialect {
    provider: ProviderId::Openai.as_str(),
    max_tokens: "max_completion_tokens",
    system_role,
    strict_schema: true,
    replays_reasoning: false,
    done_ends: false,
};

/// The provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Openai;

impl Provider for Openai {
    fn id(&self) -> ProviderId {
        ProviderId::Openai
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        draft.needed_key()?;
        let url = match &draft.resolved.base_url {
            Some(base) => base.join("/v1", wire::ROUTE),
            None => [BASE_URL, wire::ROUTE].concat(),
        };
        wire::encode(&DIALECT, url, draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        wire::decode(DIALECT.provider, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(wire::Decoder::new(&DIALECT, head))
    }
}

/// Reasoning models take instructions as `developer`, the older ones as `system`.
fn system_role(facts: &Facts) -> &'static str {
    if facts.reasoning { "developer" } else { "system" }
}
