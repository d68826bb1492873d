//! OpenAI's chat completions (<https://platform.openai.com/docs/api-reference/chat>).

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
pub(super) struct Openai;

const DIALECT: Dialect = Dialect {
    provider: ProviderId::Openai,
    url: Some("https://api.openai.com/v1/chat/completions"),
    max_tokens: "max_completion_tokens",
    developer_role: true,
};

impl Provider for Openai {
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
