//! The chat-completions wire that OpenAI made and dozens of servers speak. Not a provider: it is told in a [`Dialect`]
//! how the one that uses it differs.

mod calls;
mod request;
mod response;
mod stream;

pub(super) use request::encode;
pub(super) use response::decode;
pub(super) use stream::Decoder;

use crate::catalog::Facts;

/// The path below a version path, for example `/v1`.
pub(super) const ROUTE: &str = "/chat/completions";

/// How a provider's chat completions differ from another's.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The provider's name in errors.
    pub(super) provider: &'static str,
    /// The field for the most tokens in the answer.
    pub(super) max_tokens: &'static str,
    /// The role of a system prompt for this model.
    pub(super) system_role: fn(&Facts) -> &'static str,
    /// Whether a schema is sent as `strict`.
    pub(super) strict_schema: bool,
    /// Whether thoughts of tool turns are sent back.
    pub(super) replays_reasoning: bool,
    /// Whether `[DONE]` ends an answer that no `finish_reason` ended.
    pub(super) done_ends: bool,
}
