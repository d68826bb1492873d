//! What providers' models accept, as data. It changes what is sent, never what is stored.

use crate::chat::Warning;
use crate::error::Result;
use crate::resolve::Resolved;

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

/// stub: applies the rules for the resolved provider and model to `resolved.settings` (fills `adjusted`).
pub fn adjust(_resolved: &mut Resolved, _policy: OnUnsupported) -> Result<Vec<Warning>> {
    todo!()
}
