//! Anthropic's Messages wire, which other servers speak too. Not a provider: it is told in a [`Dialect`] how the one that
//! uses it differs.

mod calls;
mod finish;
mod heal;
mod request;
mod stream;
mod turns;

pub(super) use heal::heal;
pub(super) use request::encode;
pub(super) use stream::Decoder;
pub(super) use stream::decode;

/// The path below a version path, for example `/v1`.
pub(super) const ROUTE: &str = "/messages";

/// Whose name the opaque state of this wire stands under, in what callers keep.
const STATE: &str = "anthropic";

/// How a provider's messages differ from another's.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The provider's name in errors.
    pub(super) provider: &'static str,
    /// Whether the server wants to be told that a web page calls it.
    pub(super) names_pages: bool,
}
