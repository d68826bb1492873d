//! A model written out in the call instead of stored: read from plain data, its key held in memory only.

use serde_json::Map;
use serde_json::Value;

use super::KeySource;
use crate::base_url::BaseUrl;
use crate::error::Result;
use crate::model;
use crate::model::Api;
use crate::model::Capabilities;
use crate::model::ModelConfig;
use crate::model::ProviderId;
use crate::reader;
use crate::reader::Reader;
use crate::warning::Warning;

/// A model that is nowhere stored. It serves every environment alike.
#[derive(Clone, Debug, PartialEq)]
pub struct InlineModel {
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: String,
    /// Which of the vendor's wires; the provider's default where absent.
    pub api: Option<Api>,
    /// The server, where it is not the provider's own.
    pub base_url: Option<BaseUrl>,
    /// The base settings.
    pub config: ModelConfig,
    /// [`KeySource::Inline`], or [`KeySource::None`] where no key was given.
    pub key: KeySource,
    /// Extra request headers; never credentials.
    pub headers: Vec<(String, String)>,
    /// Provider-specific fields for the request body.
    pub provider_options: Map<String, Value>,
    /// What the user knows of it better than the catalog.
    pub capabilities: Capabilities,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
}

const FIELDS: &[&str] = &[
    "allowInsecure",
    "api",
    "apiKey",
    "baseUrl",
    "capabilities",
    "headers",
    "maxTokens",
    "model",
    "provider",
    "providerOptions",
    "stopSequences",
    "temperature",
    "timeout",
    "topP",
];

impl InlineModel {
    /// The model `model` of `provider`, with nothing else said.
    #[must_use]
    pub fn new(provider: ProviderId, model: &str) -> Self {
        Self {
            provider,
            model: model.to_owned(),
            api: None,
            base_url: None,
            config: ModelConfig::default(),
            key: KeySource::None,
            headers: Vec::new(),
            provider_options: Map::new(),
            capabilities: Capabilities::default(),
            warnings: Vec::new(),
        }
    }

    /// Reads `{provider, model, apiKey?, baseUrl?, allowInsecure?, api?, headers?, providerOptions?}` and the five
    /// settings. An empty `apiKey` is none: whether one is needed is asked when the model is called.
    ///
    /// # Errors
    /// `invalid_input` and `invalid_api_key` naming the field below `path`; `insecure_base_url`.
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        reader.only(FIELDS)?;
        let provider = reader.required("provider", "a provider", model::read_provider)?;
        let name = reader.required("model", "the provider's id of the model", reader::filled)?;
        let mut warnings = Vec::new();
        Ok(Self {
            api: reader.optional("api", model::read_api)?,
            base_url: base_url(&reader, provider)?,
            config: ModelConfig::read_fields(&reader)?,
            key: key(&reader, provider, &mut warnings)?,
            headers: reader.optional("headers", model::read_headers)?.unwrap_or_default(),
            provider_options: reader.optional("providerOptions", reader::object)?.unwrap_or_default(),
            capabilities: reader.optional("capabilities", Capabilities::read)?.unwrap_or_default(),
            warnings,
            ..Self::new(provider, name)
        })
    }
}

fn key(reader: &Reader<'_>, provider: ProviderId, warnings: &mut Vec<Warning>) -> Result<KeySource> {
    let given = reader.optional("apiKey", reader::text)?;
    match given.filter(|text| !text.trim_ascii().is_empty()) {
        None => Ok(KeySource::None),
        Some(text) => {
            model::read_key(&reader.at("apiKey"), text, provider, None, warnings).map(KeySource::Inline)
        }
    }
}

fn base_url(reader: &Reader<'_>, provider: ProviderId) -> Result<Option<BaseUrl>> {
    let insecure = reader.optional("allowInsecure", reader::boolean)?.unwrap_or(false);
    let parse = |path: &str, value| BaseUrl::parse(path, reader::text(path, value)?, insecure);
    if provider.is_hosted() {
        return reader.optional("baseUrl", parse);
    }
    reader.required("baseUrl", "the server's address", parse).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    fn read(value: &Value) -> Result<InlineModel> {
        InlineModel::read("model", value)
    }

    #[test]
    fn r50_an_inline_model_is_read_with_its_settings() {
        let model = read(&json!({"provider": "anthropic", "model": "claude-sonnet-4-20250514",
            "temperature": 0.7, "topP": null, "apiKey": "sk-ant-12345"}))
        .unwrap();
        assert_eq!(model.config.temperature, Some(Some(0.7)));
        assert_eq!((model.config.top_p, model.config.max_tokens), (Some(None), None));
        let KeySource::Inline(key) = &model.key else { panic!("{:?}", model.key) };
        assert_eq!(key.expose(), "sk-ant-12345");
    }

    #[test]
    fn r50_an_inline_key_is_never_printed() {
        let model = read(&json!({"provider": "openai", "model": "m", "apiKey": "sk-SECRET"})).unwrap();
        assert!(!format!("{model:?}").contains("SECRET"));
        let error = read(&json!({"provider": "sk-SECRET", "model": "m"})).unwrap_err();
        assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
    }

    #[test]
    fn r51_an_absent_or_empty_key_is_none_until_it_is_needed() {
        for key in [json!(null), json!(""), json!(" \n")] {
            let model = read(&json!({"provider": "openai", "model": "m", "apiKey": key})).unwrap();
            assert_eq!(model.key, KeySource::None);
        }
    }

    #[test]
    fn r15_an_inline_key_is_trimmed_with_a_warning() {
        let model = read(&json!({"provider": "openai", "model": "m", "apiKey": " sk-1\n"})).unwrap();
        assert_eq!((model.warnings[0].code, model.warnings[0].field.as_str()), ("trimmed", "model.apiKey"));
        let error = read(&json!({"provider": "openai", "model": "m", "apiKey": "sk é"})).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidApiKey, Some("model.apiKey")));
    }

    #[test]
    fn r03_an_unknown_provider_is_answered_with_the_closest() {
        let error = read(&json!({"provider": "antropic", "model": "m"})).unwrap_err();
        assert_eq!(error.field(), Some("model.provider"));
        assert!(error.to_string().ends_with("(did you mean anthropic?)"), "{error}");
    }

    #[test]
    fn r14_a_custom_inline_model_needs_its_server() {
        let error = read(&json!({"provider": "custom", "model": "m"})).unwrap_err();
        assert_eq!(error.field(), Some("model.baseUrl"));
    }

    #[test]
    fn r19_an_unknown_field_is_named() {
        let error = read(&json!({"provider": "openai", "model": "m", "temprature": 1})).unwrap_err();
        assert_eq!(error.field(), Some("model.temprature"));
    }
}
