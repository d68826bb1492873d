//! OpenAI's chat completions and its Responses: the default address, the Bearer key, and the fields that its current
//! models take.

use super::Draft;
use super::Encoded;
use super::Provider;
use super::StreamDecoder;
use super::chat_completions as wire;
use super::responses;
use crate::catalog::Facts;
use crate::chat::Completion;
use crate::error::Result;
use crate::http::HttpHead;
use crate::model::ProviderId;
use crate::resolve::Resolved;

const ORIGIN: &str = "https://api.openai.com";

/// `max_completion_tokens` is taken by every current model; `max_tokens` is refused by o* and gpt-5+ (recorded 400).
static DIALECT: wire::Dialect = wire::Dialect {
    provider: ProviderId::Openai.as_str(),
    max_tokens: "max_completion_tokens",
    system_role,
    strict_schema: true,
    replays_reasoning: false,
    done_ends: false,
};

/// Models that do not think refuse to be asked for encrypted thoughts. No answer has fewer than 16 tokens to spend.
static RESPONSES: responses::Dialect = responses::Dialect {
    provider: ProviderId::Openai.as_str(),
    system_role,
    encrypted_thoughts: |facts| facts.reasoning || facts.responses,
    strict_schema: true,
    least_tokens: 16,
};

/// Chat completions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Openai;

impl Provider for Openai {
    fn id(&self) -> ProviderId {
        ProviderId::Openai
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        draft.needed_key()?;
        wire::encode(&DIALECT, url(draft.resolved, wire::ROUTE), draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        wire::decode(DIALECT.provider, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(wire::Decoder::new(&DIALECT, head))
    }
}

/// The Responses API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Responses;

impl Provider for Responses {
    fn id(&self) -> ProviderId {
        ProviderId::Openai
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        draft.needed_key()?;
        responses::encode(&RESPONSES, url(draft.resolved, responses::ROUTE), draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        responses::decode(RESPONSES.provider, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(responses::Decoder::new(RESPONSES.provider, head))
    }
}

/// Whether the model is asked for at OpenAI itself, not at a server that speaks one of its wires.
pub(super) fn is_own_server(resolved: &Resolved) -> bool {
    resolved.base_url.as_ref().is_none_or(|base| base.origin() == ORIGIN)
}

fn url(resolved: &Resolved, route: &str) -> String {
    match &resolved.base_url {
        Some(base) => base.join("/v1", route),
        None => [ORIGIN, "/v1", route].concat(),
    }
}

/// Reasoning models take instructions as `developer`, the older ones as `system`.
fn system_role(facts: &Facts) -> &'static str {
    if facts.reasoning { "developer" } else { "system" }
}
