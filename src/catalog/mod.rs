//! What providers' models accept, as data. It changes what is sent, never what is stored.

mod adjust;
mod call;
mod claude;
mod data;
mod facts;
mod family;
mod gemini;
mod patch;
mod retirement;

pub use adjust::adjust;
pub use call::adjust_call;
pub use facts::Facts;
pub use facts::facts;
pub use patch::CatalogPatch;
pub use retirement::Retirement;
pub use retirement::retirement;

/// What to do with a value that the model does not take.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnUnsupported {
    /// Refuse the call with `unsupported_parameter`.
    Error,
    /// Send it as it is.
    Send,
    /// Drop or clamp it, and say so.
    #[default]
    Warn,
}
