//! The chat-completions wire, which OpenAI defined and many servers speak. Not a provider itself: a provider is this
//! wire in a [`Dialect`].

mod chunk;
mod error;
mod request;
mod response;
mod stream;
mod tool_calls;
mod wire;

pub(super) use error::decode_error;
pub(super) use request::encode;
pub(super) use response::decode;
pub(super) use stream::decoder;

use crate::model::ProviderId;

/// The route below a server's version path.
pub(super) const ROUTE: &str = "/chat/completions";

/// The version path of servers whose base URL has none.
pub(super) const VERSION: &str = "/v1";

/// Where servers of this wire differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// Who speaks it.
    pub(super) provider: ProviderId,
    /// The address to call where the model has no base URL; `None` where it must have one.
    pub(super) url: Option<&'static str>,
    /// The name of the token limit.
    pub(super) max_tokens: &'static str,
    /// Reasoning models take the system prompt from the role `developer`; other servers refuse that role.
    pub(super) developer_role: bool,
}
