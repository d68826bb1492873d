//! OpenAI's chat completions: the default address, the Bearer key, and the fields that its current models take.

use super::Provider;
use super::StreamDecoder;
use super::chat_completions as wire;
use crate::chat::Call;
use crate::chat::Completion;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;
use crate::model::ProviderId;
use crate::resolve::Resolved;
use crate::secret::ApiKey;

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

    fn encode(&self, resolved: &Resolved, call: &Call, key: Option<&ApiKey>) -> Result<HttpRequest> {
        let key = key.ok_or_else(|| {
            Error::new(ErrorKind::MissingApiKey, "openai needs an API key").with_provider(DIALECT.provider)
        })?;
        let url = match &resolved.base_url {
            Some(base) => base.join("/v1", wire::ROUTE),
            None => [BASE_URL, wire::ROUTE].concat(),
        };
        wire::encode(&DIALECT, url, resolved, call, Some(key))
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        wire::decode(&DIALECT, head, body)
    }

    fn decode_error(&self, head: &HttpHead, body: &[u8]) -> Error {
        wire::error(&DIALECT, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(wire::Decoder::new(&DIALECT, head))
    }
}

/// Reasoning models (o-series, gpt-5 and later) take instructions as `developer`, the older ones as `system`.
fn system_role(model: &str) -> &'static str {
    let name = model.rsplit('/').next().unwrap_or(model);
    let number = |rest: &str| {
        rest.bytes()
            .take_while(u8::is_ascii_digit)
            .fold(0_u32, |n, b| n.saturating_mul(10) + u32::from(b - b'0'))
    };
    let o_series = name.strip_prefix('o').is_some_and(|rest| number(rest) > 0);
    let late_gpt = name.strip_prefix("gpt-").is_some_and(|rest| number(rest) >= 5);
    if o_series || late_gpt { "developer" } else { "system" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r38_reasoning_models_take_developer() {
        for model in ["o3", "o4-mini", "gpt-5", "gpt-6.1-sol", "gpt-10"] {
            assert_eq!(system_role(model), "developer", "{model}");
        }
        for model in ["gpt-4.1", "gpt-4o-mini", "omni", "gpt-oss-20b", "ft:gpt-4o:x"] {
            assert_eq!(system_role(model), "system", "{model}");
        }
    }
}
