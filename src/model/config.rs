//! The five settings that can be overridden, at one level. It knows their ranges; not the order of the levels.

use serde::{Deserialize, Serialize};

/// A setting at one level: a value, or `None` for JavaScript's `null`, which means "do not send it".
pub type Setting<T> = Option<T>;

/// The five overridable settings at one level. An absent field leaves the level below in force; a present `None`
/// (JavaScript's `null`) sends nothing.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelConfig {
    /// Sampling temperature, 0 to 2. Default 0.7 where no level sets it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub temperature: Option<Setting<f64>>,
    /// Most tokens in the answer, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub max_tokens: Option<Setting<u32>>,
    /// Nucleus sampling, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub top_p: Option<Setting<f64>>,
    /// Texts that end the answer; an empty list is the same as `null`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub stop_sequences: Option<Setting<Vec<String>>>,
    /// Time limit in milliseconds, 1 to 2147483647.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub timeout: Option<Setting<u32>>,
}

/// Tells `null` from an absent field, which serde's own `Option` does not.
fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
