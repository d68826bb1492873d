//! The five settings that can be overridden, at one level. It knows their ranges; not the order of the levels.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// A setting at one level: a value, or `None` for JavaScript's `null`, which means "do not send it".
pub type Setting<T> = Option<T>;

/// The five overridable settings at one level. An absent field leaves the level below in force; a present `None`
/// (JavaScript's `null`) sends nothing.
///
/// ```
/// use ductape_models::model::ModelConfig;
/// use serde_json::json;
/// let config = ModelConfig::read("modelConfig", &json!({"temperature": 0.2, "stopSequences": []}))?;
/// assert_eq!(config.temperature, Some(Some(0.2)));
/// assert_eq!(config.stop_sequences, Some(None));
/// assert_eq!(config.max_tokens, None);
/// # Ok::<(), ductape_models::Error>(())
/// ```
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

impl ModelConfig {
    /// The five names, as callers write them.
    pub const FIELDS: [&'static str; 5] = ["temperature", "maxTokens", "topP", "stopSequences", "timeout"];

    /// Reads an override: an object of these five settings and nothing else. `path` names it in errors.
    ///
    /// # Errors
    /// `invalid_override` for any other key; `invalid_input` for a value of the wrong type or out of range.
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        match reader.keys().find(|key| !Self::FIELDS.contains(key)) {
            Some(key) => Err(invalid_override(&reader.at(key), key)),
            None => Self::read_fields(&reader),
        }
    }

    /// Reads the five settings among the fields of a larger object.
    ///
    /// # Errors
    /// `invalid_input` for a value of the wrong type or out of range.
    pub fn read_fields(reader: &Reader<'_>) -> Result<Self> {
        let most = i32::MAX.unsigned_abs();
        Ok(Self {
            temperature: reader.nullable("temperature", |path, value| reader::number(path, value, 0, 2))?,
            max_tokens: reader
                .nullable("maxTokens", |path, value| reader::integer(path, value, 1, u32::MAX))?,
            top_p: reader.nullable("topP", |path, value| reader::number(path, value, 0, 1))?,
            stop_sequences: reader
                .nullable("stopSequences", stop_sequences)?
                .map(|texts| texts.filter(|texts| !texts.is_empty())),
            timeout: reader.nullable("timeout", |path, value| reader::integer(path, value, 1, most))?,
        })
    }

    /// Takes every setting that `over` has, `None` included.
    pub fn merge(&mut self, over: &Self) {
        replace(&mut self.temperature, &over.temperature);
        replace(&mut self.max_tokens, &over.max_tokens);
        replace(&mut self.top_p, &over.top_p);
        replace(&mut self.stop_sequences, &over.stop_sequences);
        replace(&mut self.timeout, &over.timeout);
    }

    /// Writes the settings that are there as fields of a larger object.
    pub(super) fn write_fields(&self, map: &mut Map<String, Value>) {
        put(map, "temperature", &self.temperature);
        put(map, "maxTokens", &self.max_tokens);
        put(map, "topP", &self.top_p);
        put(map, "stopSequences", &self.stop_sequences);
        put(map, "timeout", &self.timeout);
    }
}

fn put<T: Clone + Into<Value>>(map: &mut Map<String, Value>, name: &str, setting: &Option<Setting<T>>) {
    if let Some(setting) = setting {
        map.insert(name.to_owned(), setting.clone().map_or(Value::Null, Into::into));
    }
}

fn replace<T: Clone>(under: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        under.clone_from(over);
    }
}

fn stop_sequences(path: &str, value: &Value) -> Result<Vec<String>> {
    let items = reader::list(path, value)?;
    items.iter().map(|(path, item)| reader::filled(path, item).map(str::to_owned)).collect()
}

fn invalid_override(path: &str, key: &str) -> Error {
    let reason = match key {
        "apiKey" | "keyRef" => {
            "an API key belongs to the model's env, where it is sealed; rotate it with model.update"
        }
        "baseUrl" | "allowInsecure" => {
            "a base URL belongs to the model's env, because the API key is bound to it"
        }
        "model" | "provider" => "another model or provider is another tag; name it as the model",
        _ => {
            "modelConfig takes temperature, maxTokens, topP, stopSequences and timeout; \
              anything provider-specific belongs in providerOptions"
        }
    };
    let hint = reader::closest(key, &ModelConfig::FIELDS)
        .map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
    Error::new(ErrorKind::InvalidOverride, format!("{path}: cannot be overridden; {reason}{hint}"))
        .with("field", path)
}

/// Tells `null` from an absent field, which serde's own `Option` does not.
fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<ModelConfig> {
        ModelConfig::read("modelConfig", value)
    }

    #[test]
    fn r07_r08_ranges_hold_at_their_edges() {
        let good = [
            json!({"temperature": 0}),
            json!({"temperature": 2.0}),
            json!({"topP": 0}),
            json!({"topP": 1}),
            json!({"maxTokens": 1}),
            json!({"timeout": 2_147_483_647}),
            json!({"stopSequences": ["\n"]}),
        ];
        for value in good {
            assert!(read(&value).is_ok(), "{value}");
        }
        let bad = [
            json!({"temperature": -0.01}),
            json!({"temperature": 2.01}),
            json!({"temperature": "0.7"}),
            json!({"temperature": true}),
            json!({"topP": 1.01}),
            json!({"topP": -0.01}),
            json!({"maxTokens": 0}),
            json!({"maxTokens": 1.5}),
            json!({"timeout": 0}),
            json!({"timeout": 2_147_483_648_u32}),
            json!({"stopSequences": "END"}),
            json!({"stopSequences": [""]}),
            json!({"stopSequences": [1]}),
        ];
        for value in bad {
            let error = read(&value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{value}");
            assert!(error.field().unwrap().starts_with("modelConfig."), "{value}");
        }
    }

    #[test]
    fn r44_null_and_the_empty_list_clear() {
        let config = read(&json!({"stopSequences": [], "temperature": null})).unwrap();
        assert_eq!((config.stop_sequences, config.temperature, config.top_p), (Some(None), Some(None), None));
    }

    #[test]
    fn r45_a_key_outside_the_five_is_refused_with_a_reason() {
        for (key, reason) in [
            ("apiKey", "sealed"),
            ("baseUrl", "bound"),
            ("provider", "another tag"),
            ("model", "another tag"),
            ("frequencyPenalty", "providerOptions"),
            ("temprature", "did you mean temperature?"),
        ] {
            let error = read(&json!({key: "sk-SECRET"})).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidOverride, "{key}");
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!format!("{error:?}").contains("SECRET"));
        }
    }

    #[test]
    fn r16_merging_replaces_only_what_is_there() {
        let mut config = read(&json!({"temperature": 0.5, "maxTokens": 10})).unwrap();
        config.merge(&read(&json!({"temperature": null, "topP": 0.1})).unwrap());
        assert_eq!(config, read(&json!({"temperature": null, "maxTokens": 10, "topP": 0.1})).unwrap());
    }
}
