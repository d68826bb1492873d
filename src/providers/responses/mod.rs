//! OpenAI's Responses wire, which OpenAI and a growing number of servers speak. Not a provider: it is told in a
//! [`Dialect`] how the one that uses it differs.

mod input;
mod items;
mod request;
mod response;
mod stream;

pub(super) use request::encode;
pub(super) use stream::Decoder;
pub(super) use stream::decode;

use crate::catalog::Facts;

/// The path below a version path, for example `/v1`.
pub(super) const ROUTE: &str = "/responses";

/// The wire's name in the state that goes back with a conversation.
const NAME: &str = "responses";

/// How a provider's Responses differ from another's.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The provider's name in errors.
    pub(super) provider: &'static str,
    /// The role of a system turn within the conversation.
    pub(super) system_role: fn(&Facts) -> &'static str,
    /// Whether thoughts are asked for in the encrypted form that can go back.
    pub(super) encrypted_thoughts: fn(&Facts) -> bool,
    /// Whether a schema is sent as `strict`.
    pub(super) strict_schema: bool,
    /// The fewest tokens that may be asked for.
    pub(super) least_tokens: u32,
}
