//! Cohere's chat, version 2: the address and the Bearer key.

mod request;
mod response;
mod stream;

use super::Draft;
use super::Encoded;
use super::Provider;
use super::StreamDecoder;
use crate::chat::Completion;
use crate::error::Result;
use crate::http::HttpHead;
use crate::model::ProviderId;

const URL: &str = "https://api.cohere.com/v2/chat";

/// The name in errors.
const NAME: &str = ProviderId::Cohere.as_str();

/// The provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cohere;

impl Provider for Cohere {
    fn id(&self) -> ProviderId {
        ProviderId::Cohere
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        let url = match &draft.resolved.base_url {
            Some(base) => base.join("/v2", "/chat"),
            None => URL.to_owned(),
        };
        request::encode(url, draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        response::decode(head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(stream::Decoder::new(head))
    }
}
