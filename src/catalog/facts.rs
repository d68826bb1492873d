//! What is known of one model, for those who build its requests.

use super::family::family_of;
use crate::model::ProviderId;
use crate::resolve::Resolved;

/// What is known of a model. A model of no known family has no restrictions.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// The most tokens of one answer, where known.
    pub max_output: Option<u32>,
    /// Goes on with an answer that the conversation ends in.
    pub prefill: bool,
    /// Takes system messages inside the conversation.
    pub system_turns: bool,
    /// Can be made to call a tool.
    pub forced_tools: bool,
    /// Takes a schema for its answer together with tools.
    pub schema_with_tools: bool,
}

impl Facts {
    /// No restriction.
    pub(super) const FREE: Facts = Facts {
        reasoning: false,
        responses: false,
        system: true,
        schema: true,
        max_output: None,
        prefill: true,
        system_turns: true,
        forced_tools: true,
        schema_with_tools: true,
    };
}

/// What the catalog knows of the resolved model.
#[must_use]
pub fn facts(resolved: &Resolved) -> Facts {
    match family_of(resolved.provider, resolved.model_id()) {
        Some(family) => family.facts,
        None => unknown(resolved.provider),
    }
}

/// What holds for every model of a provider, whatever its id.
const fn unknown(provider: ProviderId) -> Facts {
    match provider {
        // VG refuses system messages inside the conversation: the wire has no place for them.
        ProviderId::Google => Facts { system_turns: false, ..Facts::FREE },
        // Cohere's `response_format` cannot be combined with tools.
        ProviderId::Cohere => Facts { schema_with_tools: false, ..Facts::FREE },
        _ => Facts::FREE,
    }
}
