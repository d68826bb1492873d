//! What is known of one model, for those who build its requests.

use super::family::family_of;
use crate::resolve::Resolved;

/// What is known of a model. A model of no known family has no restrictions.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Facts {
    /// One of OpenAI's reasoning models: instructions go as `developer`.
    pub reasoning: bool,
    /// OpenAI serves it, or serves it best, through the Responses API.
    pub responses: bool,
    /// Takes system instructions apart from the conversation. Without, they open the first user turn.
    pub system: bool,
    /// Takes a JSON schema for its answer.
    pub schema: bool,
}

/// What the catalog knows of the resolved model.
#[must_use]
pub fn facts(resolved: &Resolved) -> Facts {
    let family = family_of(resolved.provider, resolved.model_id());
    Facts {
        reasoning: family.is_some_and(|family| family.reasoning),
        responses: false,
        system: true,
        schema: true,
    }
}
