//! Precedence: one model, one environment and up to five levels of settings become one [`Resolved`]. Pure and total;
//! it never sees the plaintext of a stored key.

mod agent;
mod base;
mod field;
mod inline;

pub use agent::AgentEnv;
pub use agent::AgentLayers;
pub use agent::ModelRef;
pub use base::Base;
pub use field::Adjustment;
pub use field::Field;
pub use field::Layer;
pub use field::Shadowed;
pub use inline::InlineModel;

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::base_url::BaseUrl;
use crate::crypto::SealedKey;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Api;
use crate::model::Capabilities;
use crate::model::ModelConfig;
use crate::model::ProviderId;
use crate::model::Setting;

/// The temperature where no level sets one.
pub const DEFAULT_TEMPERATURE: f64 = 0.7;

/// Resolves `base` in the environment `env` under the levels of `agent` and `runtime`. Each setting is decided on its
/// own: runtime, then the agent's entry for `env`, the agent, the model's entry for `env`, the model. A level's `null`
/// wins like a value and means "do not send". Where no level says anything the temperature is
/// [`DEFAULT_TEMPERATURE`] and the rest is not sent. An agent without an entry for `env` skips that level.
///
/// # Errors
/// `agent_env_inactive`, `env_not_found` with `details.available`, `env_inactive`.
///
/// ```
/// use ductape_models::model::{ModelConfig, ProviderId};
/// use ductape_models::resolve::{Base, InlineModel, Layer, resolve};
///
/// let model = InlineModel::new(ProviderId::Openai, "gpt-4.1");
/// let runtime = ModelConfig { temperature: Some(Some(0.2)), ..ModelConfig::default() };
/// let resolved = resolve(Base::Inline { product: "shop", model: &model }, "prd", None, &runtime)?;
/// assert_eq!(resolved.settings.temperature.value, Some(0.2));
/// assert_eq!(resolved.settings.temperature.source, Layer::Runtime);
/// # Ok::<(), ductape_models::Error>(())
/// ```
pub fn resolve(
    base: Base<'_>,
    env: &str,
    agent: Option<&AgentLayers>,
    runtime: &ModelConfig,
) -> Result<Resolved> {
    let agent_env = agent.map(|agent| agent.env(env)).transpose()?.flatten();
    let mut levels = vec![(Layer::Runtime, runtime)];
    levels.extend(agent_env.map(|entry| (Layer::Environment, &entry.config)));
    levels.extend(agent.map(|agent| (Layer::Agent, &agent.config)));
    match base {
        Base::Inline { product, model } => Ok(base::from_inline(product, model, env, levels)),
        Base::Stored { model, rev } => base::from_stored(model, rev, env, levels),
    }
}

/// The five settings, each with its source.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Sampling temperature.
    pub temperature: Field<f64>,
    /// Most tokens in the answer.
    pub max_tokens: Field<u32>,
    /// Nucleus sampling.
    pub top_p: Field<f64>,
    /// Texts that end the answer.
    pub stop_sequences: Field<Vec<String>>,
    /// Time limit in milliseconds.
    pub timeout: Field<u32>,
}

impl Settings {
    /// Decides each setting over `levels`, highest first.
    fn over(levels: &[(Layer, &ModelConfig)]) -> Self {
        Self {
            temperature: pick(levels, |config| config.temperature, Some(DEFAULT_TEMPERATURE)),
            max_tokens: pick(levels, |config| config.max_tokens, None),
            top_p: pick(levels, |config| config.top_p, None),
            stop_sequences: pick(levels, stops, None),
            timeout: pick(levels, |config| config.timeout, None),
        }
    }
}

/// One setting over all levels: the first level that says anything wins, `null` included.
fn pick<T>(
    levels: &[(Layer, &ModelConfig)],
    of: impl Fn(&ModelConfig) -> Option<Setting<T>>,
    default: Option<T>,
) -> Field<T> {
    let said =
        levels.iter().filter_map(|&(source, config)| of(config).map(|value| Shadowed { source, value }));
    Field::highest(said, default)
}

/// A level's stop sequences. An empty list sends nothing, which is what `null` says.
fn stops(config: &ModelConfig) -> Option<Setting<Vec<String>>> {
    let said = config.stop_sequences.clone()?;
    Some(said.filter(|texts| !texts.is_empty()))
}

/// Where the API key comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum KeySource {
    /// An inline model's own key, held in memory only.
    Inline(crate::secret::ApiKey),
    /// No key: a custom server that needs none.
    None,
    /// A name for the client's `keyResolver`.
    Reference(String),
    /// A sealed key of the record.
    Sealed(SealedKey),
}

/// Everything a provider needs to build a request, except the key.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The product.
    pub product: String,
    /// The model's tag; `None` for an inline model.
    pub tag: Option<String>,
    /// The environment.
    pub env: String,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: Field<String>,
    /// Which of the vendor's wires.
    pub api: Option<Api>,
    /// The server, where it is not the provider's own.
    pub base_url: Option<BaseUrl>,
    /// The five settings.
    pub settings: Settings,
    /// Where the key comes from.
    pub key: KeySource,
    /// Extra request headers.
    pub headers: Vec<(String, String)>,
    /// Provider-specific fields for the request body.
    pub provider_options: Map<String, Value>,
    /// What the user knows of the model better than the catalog.
    pub capabilities: Capabilities,
    /// The record's revision; 0 for an inline model.
    pub rev: u64,
}

impl Resolved {
    /// The vendor's id of the model, which every level that names one names in full.
    #[must_use]
    pub fn model_id(&self) -> &str {
        self.model.sent().map_or("", String::as_str)
    }

    /// Refuses a call that its vendor would refuse for want of a key.
    ///
    /// # Errors
    /// `missing_api_key` where the vendor runs the server and nothing gives a key.
    pub fn require_key(&self) -> Result<()> {
        if self.key != KeySource::None || !self.provider.is_hosted() {
            return Ok(());
        }
        let whose = if self.tag.is_some() { "environment" } else { "inline model" };
        let message = format!("the {whose} has no API key for '{}'; is the variable set?", self.env);
        Err(Error::new(ErrorKind::MissingApiKey, message)
            .with("env", self.env.as_str())
            .with("field", "apiKey"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Model;
    use crate::model::ModelEnv;

    fn env(slug: &str) -> ModelEnv {
        ModelEnv {
            slug: slug.to_owned(),
            active: true,
            base_url: None,
            allow_insecure: false,
            description: None,
            model: None,
            config: ModelConfig::default(),
            sealed: None,
            key_ref: Some("vault/openai".to_owned()),
        }
    }

    fn model(envs: Vec<ModelEnv>) -> Model {
        Model {
            product: "shop".to_owned(),
            tag: "main".to_owned(),
            name: "Main".to_owned(),
            description: None,
            provider: ProviderId::Openai,
            model: "gpt-6.1-sol".to_owned(),
            api: None,
            config: ModelConfig::default(),
            headers: vec![("x-team".to_owned(), "a".to_owned())],
            provider_options: Map::new(),
            fallback: Vec::new(),
            capabilities: Capabilities::default(),
            envs,
        }
    }

    fn in_env(model: &Model, env: &str, agent: Option<&AgentLayers>) -> Result<Resolved> {
        resolve(Base::Stored { model, rev: 3 }, env, agent, &ModelConfig::default())
    }

    fn agent(value: &Value) -> AgentLayers {
        AgentLayers::read("agent", value).unwrap()
    }

    #[test]
    fn r09_without_any_level_the_temperature_is_0_7_by_default() {
        let resolved = in_env(&model(vec![env("dev")]), "dev", None).unwrap();
        let temperature = &resolved.settings.temperature;
        assert_eq!((temperature.value, temperature.source), (Some(0.7), Layer::Default));
        assert_eq!((resolved.settings.top_p.value, resolved.settings.top_p.source), (None, Layer::Default));
        assert_eq!((resolved.rev, resolved.tag.as_deref()), (3, Some("main")));
        assert_eq!(resolved.key, KeySource::Reference("vault/openai".to_owned()));
    }

    #[test]
    fn r34_a_missing_environment_names_those_there_are() {
        let error = in_env(&model(vec![env("dev"), env("prd")]), "prod", None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EnvNotFound);
        assert_eq!(error.detail("available"), Some(&json!(["dev", "prd"])));
        assert_eq!(error.detail("suggestion"), Some(&json!("prd")));
        assert!(error.to_string().ends_with("(did you mean prd?)"), "{error}");
    }

    #[test]
    fn r34_no_other_environment_stands_in() {
        let error = in_env(&model(vec![env("dev")]), "zzzzzz", None).unwrap_err();
        assert_eq!((error.kind(), error.detail("suggestion")), (ErrorKind::EnvNotFound, None));
    }

    #[test]
    fn r35_a_switched_off_environment_is_refused() {
        let off = ModelEnv { active: false, ..env("dev") };
        let error = in_env(&model(vec![off]), "dev", None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EnvInactive);
        assert_eq!(error.detail("env"), Some(&json!("dev")));
    }

    #[test]
    fn r44_an_empty_list_is_null_at_every_level() {
        let empty = ModelConfig { stop_sequences: Some(Some(Vec::new())), ..ModelConfig::default() };
        let model = Model { config: empty.clone(), ..model(vec![env("dev")]) };
        let resolved = resolve(Base::Stored { model: &model, rev: 1 }, "dev", None, &empty).unwrap();
        let stops = resolved.settings.stop_sequences;
        assert_eq!((stops.value, stops.source), (None, Layer::Runtime));
        assert_eq!(stops.shadowed, [Shadowed { source: Layer::Model, value: None }]);
    }

    #[test]
    fn r47_an_agent_without_the_environment_skips_that_level() {
        let agent = agent(&json!({"modelConfig": {"topP": 0.5},
            "envs": [{"slug": "prd", "modelConfig": {"topP": 0.1, "timeout": 5}}]}));
        let settings = in_env(&model(vec![env("dev")]), "dev", Some(&agent)).unwrap().settings;
        assert_eq!((settings.top_p.value, settings.top_p.source), (Some(0.5), Layer::Agent));
        assert_eq!(settings.timeout.source, Layer::Default);
    }

    #[test]
    fn r47_an_agents_switched_off_environment_is_refused() {
        let agent = agent(&json!({"envs": [{"slug": "dev", "active": false}]}));
        let error = in_env(&model(vec![env("dev")]), "dev", Some(&agent)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AgentEnvInactive);
    }

    #[test]
    fn r49_an_environment_may_name_a_cheaper_model() {
        let cheap = ModelEnv { model: Some("gpt-6-luna".to_owned()), ..env("dev") };
        let model = model(vec![cheap, env("prd")]);
        let field = in_env(&model, "dev", None).unwrap().model;
        assert_eq!((field.value.as_deref(), field.source), (Some("gpt-6-luna"), Layer::ModelEnv));
        assert_eq!(field.shadowed[0].value.as_deref(), Some("gpt-6.1-sol"));
        let resolved = in_env(&model, "prd", None).unwrap();
        assert_eq!((resolved.model_id(), resolved.model.source), ("gpt-6.1-sol", Layer::Model));
    }

    #[test]
    fn r51_a_hosted_model_without_a_key_fails_when_it_is_called() {
        let hosted = InlineModel::new(ProviderId::Openai, "gpt-4.1");
        let custom = InlineModel::new(ProviderId::Custom, "llama");
        let resolved = |model| {
            resolve(Base::Inline { product: "shop", model }, "dev", None, &ModelConfig::default()).unwrap()
        };
        assert_eq!(resolved(&hosted).require_key().unwrap_err().kind(), ErrorKind::MissingApiKey);
        assert!(resolved(&custom).require_key().is_ok());
    }
}
