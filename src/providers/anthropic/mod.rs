//! Anthropic: the default address of its Messages API, and the key that it always wants.

use serde_json::Value;

use super::Draft;
use super::Encoded;
use super::Provider;
use super::StreamDecoder;
use super::messages as wire;
use crate::chat::Completion;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::model::ProviderId;

const BASE_URL: &str = "https://api.anthropic.com/v1";

static DIALECT: wire::Dialect = wire::Dialect { provider: ProviderId::Anthropic.as_str(), names_pages: true };

/// The provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anthropic;

impl Provider for Anthropic {
    fn id(&self) -> ProviderId {
        ProviderId::Anthropic
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
        wire::decode(&DIALECT, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(wire::Decoder::new(&DIALECT, head))
    }

    fn heal(&self, error: &Error, body: &mut Value) -> Option<Warning> {
        wire::heal(error, body)
    }
}
