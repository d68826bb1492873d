//! Any server that speaks chat completions, at the base URL of the model's environment. Its key is optional.

use crate::chat::Call;
use crate::chat::Completion;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::http::HttpRequest;
use crate::model::ProviderId;
use crate::providers::Provider;
use crate::providers::StreamDecoder;
use crate::providers::chat_completions;
use crate::providers::chat_completions::Dialect;
use crate::resolve::Resolved;
use crate::secret::ApiKey;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Custom;

const DIALECT: Dialect =
    Dialect { provider: ProviderId::Custom, url: None, max_tokens: "max_tokens", developer_role: false };

impl Provider for Custom {
    fn id(&self) -> ProviderId {
        DIALECT.provider
    }

    fn encode(&self, resolved: &Resolved, call: &Call, key: Option<&ApiKey>) -> Result<HttpRequest> {
        chat_completions::encode(DIALECT, resolved, call, key)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        chat_completions::decode(DIALECT, head, body)
    }

    fn decode_error(&self, head: &HttpHead, body: &[u8]) -> Error {
        chat_completions::decode_error(DIALECT, head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        chat_completions::decoder(DIALECT, head)
    }
}
