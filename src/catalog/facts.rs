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
    /// Takes `temperature` and `topP` in one request.
    pub both_samplings: bool,
    /// Takes frequency and presence penalties.
    pub penalties: bool,
    /// Takes tools through chat completions only at reasoning effort `none`.
    pub tools_without_effort: bool,
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
        both_samplings: true,
        penalties: true,
        tools_without_effort: false,
    };
}

/// What is known of the resolved model: the catalog's word, and over it the user's.
///
/// ```
/// use ductape_models::catalog::facts;
/// use ductape_models::model::{Capabilities, ModelConfig, ProviderId};
/// use ductape_models::resolve::{Base, InlineModel, resolve};
/// let mut model = InlineModel::new(ProviderId::Anthropic, "claude-sonnet-5-5");
/// let of = |model: &InlineModel| {
///     let base = Base::Inline { product: "shop", model };
///     resolve(base, "prd", None, &ModelConfig::default()).map(|resolved| facts(&resolved))
/// };
/// assert_eq!(of(&model)?.max_output, Some(128_000));
/// model.capabilities = Capabilities { max_output_tokens: Some(200_000), ..Capabilities::default() };
/// assert_eq!(of(&model)?.max_output, Some(200_000));
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[must_use]
pub fn facts(resolved: &Resolved) -> Facts {
    let known = match family_of(resolved.provider, resolved.model_id()) {
        Some(family) => family.facts,
        None => unknown(resolved.provider),
    };
    let own = &resolved.capabilities;
    Facts {
        reasoning: own.reasoning.unwrap_or(known.reasoning),
        schema: own.schema.unwrap_or(known.schema),
        schema_with_tools: own.schema_with_tools.unwrap_or(known.schema_with_tools),
        max_output: own.max_output_tokens.or(known.max_output),
        prefill: own.prefill.unwrap_or(known.prefill),
        system_turns: own.system_messages.unwrap_or(known.system_turns),
        forced_tools: own.forced_tools.unwrap_or(known.forced_tools),
        both_samplings: known.both_samplings || own.sampling == Some(true),
        ..known
    }
}

/// What holds for every model of a provider, whatever its id.
const fn unknown(provider: ProviderId) -> Facts {
    match provider {
        // VG refuses system messages inside the conversation: the wire has no place for them.
        ProviderId::Google => Facts { system_turns: false, ..Facts::FREE },
        // Said of `response_format` together with tools, and not verified: a model's `capabilities` can say otherwise.
        ProviderId::Cohere => Facts { schema_with_tools: false, ..Facts::FREE },
        _ => Facts::FREE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Capabilities;
    use crate::model::ModelConfig;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    fn of(provider: ProviderId, id: &str) -> Facts {
        with(InlineModel::new(provider, id))
    }

    fn with(model: InlineModel) -> Facts {
        let base = Base::Inline { product: "shop", model: &model };
        facts(&resolve(base, "dev", None, &ModelConfig::default()).unwrap())
    }

    #[test]
    fn r38_claude_by_generation() {
        // Id; most tokens; then whether it takes a schema, prefill, system turns, a forced choice, both samplings.
        let table = [
            ("claude-3-haiku-20240307", Some(4096), [false, true, false, true, true]),
            ("claude-3-7-sonnet-20250219", None, [false, true, false, true, true]),
            ("claude-sonnet-4-20250514", Some(64_000), [false, true, false, true, false]),
            ("claude-opus-4-1-20250805", Some(32_000), [false, true, false, true, false]),
            ("claude-haiku-4-5-20251001", Some(64_000), [true, true, false, true, false]),
            ("claude-opus-4-5", Some(64_000), [true, true, false, true, false]),
            ("claude-sonnet-4-6", Some(128_000), [true, false, false, true, false]),
            ("claude-opus-4-7", Some(128_000), [true, false, false, true, false]),
            ("claude-opus-4-8", Some(128_000), [true, false, true, true, false]),
            ("claude-sonnet-5", Some(128_000), [true, false, true, true, false]),
            ("claude-opus-5", Some(128_000), [true, false, true, true, false]),
            ("claude-haiku-5-5", Some(128_000), [true, false, true, true, false]),
            ("claude-sonnet-5-5", Some(128_000), [true, false, true, false, false]),
            ("claude-opus-5-5", Some(128_000), [true, false, true, false, false]),
            ("claude-fable-5-2", Some(128_000), [true, false, true, false, false]),
            ("claude-nova-7", None, [true, false, true, false, false]),
        ];
        for (id, most, flags) in table {
            let facts = of(ProviderId::Anthropic, id);
            let known =
                [facts.schema, facts.prefill, facts.system_turns, facts.forced_tools, facts.both_samplings];
            assert_eq!((facts.max_output, known), (most, flags), "{id}");
        }
    }

    #[test]
    fn r36_openai_by_family() {
        // Whether it reasons, and whether Responses suit it best.
        let table: [(&[&str], bool, bool); 4] = [
            (&["gpt-3.5-turbo", "gpt-4o", "gpt-4.1-mini", "chatgpt-4o-latest", "babbage-002"], false, false),
            (&["gpt-5-chat-latest"], false, true),
            (
                &[
                    "o1",
                    "o3",
                    "o3-pro",
                    "o4-mini",
                    "o7",
                    "gpt-5",
                    "gpt-5-mini",
                    "gpt-5.1",
                    "gpt-5.4",
                    "gpt-5.5-pro",
                ],
                true,
                true,
            ),
            (
                &["gpt-5.6-sol", "gpt-6-luna", "gpt-6-astra", "gpt-6.1-sol", "gpt-9", "codex-mini-latest"],
                true,
                true,
            ),
        ];
        for (ids, reasoning, responses) in table {
            for id in ids {
                let facts = of(ProviderId::Openai, id);
                assert_eq!((facts.reasoning, facts.responses), (reasoning, responses), "{id}");
            }
        }
        assert_eq!(of(ProviderId::Custom, "gpt-6-luna"), Facts::FREE);
    }

    #[test]
    fn r36_gemini_by_generation() {
        for (id, system, with_tools, penalties) in [
            ("gemini-1.5-flash", true, false, true),
            ("gemini-2.0-flash", true, false, true),
            ("gemini-2.5-pro", true, false, false),
            ("gemini-3-pro-preview", true, true, true),
            ("gemini-3.8-flash", true, true, true),
            ("gemini-4-argon", true, true, true),
            ("gemini-7", true, true, true),
            ("gemma-3-27b-it", false, false, true),
        ] {
            let facts = of(ProviderId::Google, id);
            assert_eq!(
                (facts.system, facts.schema_with_tools, facts.penalties, facts.system_turns),
                (system, with_tools, penalties, false),
                "{id}"
            );
        }
    }

    #[test]
    fn r36_the_users_word_stands_over_the_catalogs() {
        let mut model = InlineModel::new(ProviderId::Anthropic, "claude-sonnet-5-5");
        let all = serde_json::json!({
            "sampling": true, "maxOutputTokens": 7, "schema": false, "schemaWithTools": false,
            "forcedTools": true, "prefill": true, "systemMessages": false, "reasoning": true,
        });
        model.capabilities = Capabilities::read("capabilities", &all).unwrap();
        let facts = with(model);
        assert_eq!((facts.max_output, facts.schema, facts.schema_with_tools), (Some(7), false, false));
        assert_eq!((facts.forced_tools, facts.prefill, facts.system_turns), (true, true, false));
        assert_eq!((facts.reasoning, facts.both_samplings), (true, true));
    }
}
