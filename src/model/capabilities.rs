//! What a user knows better than the catalog: facts about one model, each optional. It knows no provider.

use serde::Serialize;
use serde_json::Value;

use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// Facts about a model that stand in for the catalog's. An absent one is the catalog's to say.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Takes `temperature` and `topP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<bool>,
    /// Takes `stopSequences`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<bool>,
    /// The most tokens that it answers with, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// Takes a JSON schema for its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<bool>,
    /// Takes a schema together with tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_with_tools: Option<bool>,
    /// Can be made to call a tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_tools: Option<bool>,
    /// Goes on with an answer that the conversation ends in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefill: Option<bool>,
    /// Takes system messages within the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_messages: Option<bool>,
    /// One of OpenAI's reasoning models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<bool>,
}

const FIELDS: &[&str] = &[
    "forcedTools",
    "maxOutputTokens",
    "prefill",
    "reasoning",
    "sampling",
    "schema",
    "schemaWithTools",
    "stopSequences",
    "systemMessages",
];

impl Capabilities {
    /// Reads plain data.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        reader.only(FIELDS)?;
        let flag = |name: &str| reader.optional(name, reader::boolean);
        let count = |path: &str, value: &Value| reader::integer(path, value, 1, u32::MAX);
        Ok(Self {
            sampling: flag("sampling")?,
            stop_sequences: flag("stopSequences")?,
            max_output_tokens: reader.optional("maxOutputTokens", count)?,
            schema: flag("schema")?,
            schema_with_tools: flag("schemaWithTools")?,
            forced_tools: flag("forcedTools")?,
            prefill: flag("prefill")?,
            system_messages: flag("systemMessages")?,
            reasoning: flag("reasoning")?,
        })
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These facts, with those of `lower` where these are silent.
    #[must_use]
    pub fn over(&self, lower: &Self) -> Self {
        Self {
            sampling: self.sampling.or(lower.sampling),
            stop_sequences: self.stop_sequences.or(lower.stop_sequences),
            max_output_tokens: self.max_output_tokens.or(lower.max_output_tokens),
            schema: self.schema.or(lower.schema),
            schema_with_tools: self.schema_with_tools.or(lower.schema_with_tools),
            forced_tools: self.forced_tools.or(lower.forced_tools),
            prefill: self.prefill.or(lower.prefill),
            system_messages: self.system_messages.or(lower.system_messages),
            reasoning: self.reasoning.or(lower.reasoning),
        }
    }

    /// As it was read.
    pub(crate) fn to_value(&self) -> Value {
        // Plain flags and one number: nothing here fails to serialize.
        serde_json::to_value(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r36_capabilities_are_read_field_by_field_and_written_as_they_were() {
        let all = json!({
            "sampling": false, "stopSequences": true, "maxOutputTokens": 5, "schema": true, "schemaWithTools": false,
            "forcedTools": true, "prefill": false, "systemMessages": true, "reasoning": false,
        });
        let read = Capabilities::read("capabilities", &all).unwrap();
        assert_eq!(read.to_value(), all);
        assert_eq!(all.as_object().unwrap().len(), FIELDS.len());
        assert!(Capabilities::read("c", &json!({})).unwrap().is_empty());
        for (wrong, field) in [
            (json!({"sampling": 1}), "c.sampling"),
            (json!({"maxOutputTokens": 0}), "c.maxOutputTokens"),
            (json!({"temperatur": true}), "c.temperatur"),
        ] {
            assert_eq!(Capabilities::read("c", &wrong).unwrap_err().field(), Some(field));
        }
    }

    #[test]
    fn r36_what_is_silent_is_left_to_the_lower_one() {
        let of = |value: Value| Capabilities::read("c", &value).unwrap();
        let higher = of(json!({"sampling": true}));
        let lower = of(json!({"sampling": false, "prefill": true}));
        assert_eq!(higher.over(&lower), of(json!({"sampling": true, "prefill": true})));
    }
}
